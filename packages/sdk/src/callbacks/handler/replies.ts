import type { C2bConfirmationReply, C2bValidationReply, CallbackReply } from "@mpesa/raw";
import { c2bValidationReplyConstraints } from "@mpesa/raw/constraints";
import type { CallbackKind } from "../types.ts";
import { insist } from "./demands.ts";

/** Your decision on a C2B payment, as it is sent. Made by {@link accept} and {@link reject}. */
export type C2bDecision = C2bValidationReply;

/** Why a payment is rejected; `C2bReplyCode` of `@mpesa/sdk/codes` names them. */
export type C2bRejectCode = Exclude<C2bValidationReply["ResultCode"], "0">;

const ACCEPTED: CallbackReply = { ResultCode: 0, ResultDesc: "Accepted" };
/** What accepts, and then what rejects. */
const CODES: readonly C2bDecision["ResultCode"][] = c2bValidationReplyConstraints.ResultCode.enum;
const CONFIRMED: C2bConfirmationReply = { ResultCode: "0", ResultDesc: "Success" };

/**
 * Accepts a C2B payment.
 *
 * @param options `thirdPartyTransId`: your own id of the payment; it comes back in the confirmation.
 * @throws TypeError when it is no text.
 * @example on: { c2bValidation: async (event) => accept({ thirdPartyTransId: await open(event) }) }
 */
export function accept(options: { readonly thirdPartyTransId?: string | undefined } = {}): C2bDecision {
  const { thirdPartyTransId } = options;
  insist({ thirdPartyTransId: /string|undefined/.test(typeof thirdPartyTransId) || "a text" });
  // JSON leaves out what is undefined.
  return { ResultCode: "0", ResultDesc: "Accepted", ThirdPartyTransID: thirdPartyTransId } as C2bDecision;
}

/**
 * Rejects a C2B payment: no money moves and the customer is told.
 *
 * @param code Why: `C2B00011` phone number, `C2B00012` account number, `C2B00013` amount, `C2B00014` identity details,
 *   `C2B00015` short code, `C2B00016` anything else.
 * @throws RangeError for another code. Thrown in your validation, it leads to `validationDefault`.
 * @example on: { c2bValidation: async (event) => ((await find(event.billReference)) ? accept() : reject("C2B00012")) }
 */
export function reject(code: C2bRejectCode): C2bDecision {
  const decision: C2bDecision = { ResultCode: code, ResultDesc: "Rejected" };
  const [accepting, ...codes] = CODES;
  // Without types it would be easy to accept by mistake.
  if (!isDecision(decision) || code === (accepting as string)) throw new RangeError(`reject needs one of ${codes}`);
  return decision;
}

/** Whether it can be sent as an answer to a validation. */
export function isDecision(value: unknown): value is C2bDecision {
  return CODES.includes((value as C2bDecision | undefined)?.ResultCode as C2bDecision["ResultCode"]);
}

/** What the sender of this kind expects to hear. */
export function acknowledgement(kind: CallbackKind): CallbackReply | C2bConfirmationReply {
  return kind === "c2bConfirmation" ? CONFIRMED : ACCEPTED;
}
