import type { OperationId } from "@mpesa/raw";
import { credentialRejections, ResultCode, resultCodes } from "@mpesa/raw/codes";
import { initiatorFields, wireTexts } from "@mpesa/raw/platform";
import { type CodeMatch, lookupCode } from "./lookup.ts";

/** What to do about an unlisted code of a call that an initiator signs, even where a second call would double nothing. */
export const CHECK_INITIATOR =
  "Check the credential and the role of the initiator: this may be a rejection, and repeated rejections lock the initiator.";

/** Whether an initiator signs the requests of an operation. */
export function isSigned(operation: OperationId | undefined): operation is keyof typeof initiatorFields {
  return operation !== undefined && Object.hasOwn(initiatorFields, operation);
}

/**
 * The listed code by which M-Pesa rejects an initiator's credential, or nothing if code and text say something else. Only
 * for calls that an initiator signs: in an STK push the same code and the same text mean the customer's PIN.
 */
export function rejectionCode(code: string | undefined, message: string | undefined): string | undefined {
  if (code !== undefined && Object.hasOwn(credentialRejections, code)) return code;
  const said = message?.toLowerCase() ?? "";
  const has = (text: string): boolean => said.includes(text.toLowerCase().replace(/[.\s]+$/, ""));
  const known = Object.entries(credentialRejections).find(([, texts]) => texts.some(has));
  return known?.[0] ?? (has(wireTexts.credentialLocked) ? ResultCode.CredentialLocked : undefined);
}

/** The meaning of a response in which M-Pesa rejects the credential of the initiator who signed the request. */
export function matchRejection(
  operation: OperationId | undefined,
  code: string | undefined,
  message: string | undefined,
): CodeMatch | undefined {
  const rejected = isSigned(operation) ? rejectionCode(code, message) : undefined;
  return rejected === undefined ? undefined : lookupCode(resultCodes, rejected, { message, operation });
}
