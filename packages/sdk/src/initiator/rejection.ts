import type { OperationInfo } from "@mpesa/raw";
import { isSigned } from "../codes/credential.ts";
import { type ErrorBody, isJson, text } from "../transport/error-body.ts";

/** The code and the text of a response that is no acceptance, whether it has the form of an error or not. */
export function saidIn(
  { success }: OperationInfo,
  { error, body }: Pick<Decided, "error" | "body">,
): [code: string | undefined, message: string | undefined] {
  if (error) return [error.code, error.message];
  return isJson(body) ? [text(body[success.field]), text(body["ResponseDescription"])] : [undefined, undefined];
}

/** What of a decision counts here. */
interface Decided {
  readonly kind: string;
  readonly body: unknown;
  readonly match?: unknown;
  readonly error?: ErrorBody | undefined;
}

/**
 * Whether an inconclusive response to a signed request may be M-Pesa rejecting the credential under a code that no table
 * lists. Then the request is not repeated, not even a query: each repeat could bring the initiator closer to its lock.
 */
export function mayBeRejection(operation: OperationInfo, decision: Decided): boolean {
  if (decision.kind !== "unclear" || decision.match !== undefined || !isSigned(operation.id)) return false;
  return saidIn(operation, decision).some((part) => part !== undefined && part !== "");
}
