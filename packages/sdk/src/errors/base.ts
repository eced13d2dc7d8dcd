import type { OperationId } from "@mpesa/raw";
import type { Code } from "../codes/code.ts";
import { withoutNumbers } from "../without-payer.ts";

/** What Daraja calls the things of one payment; whichever are known when an error is made. */
export interface MpesaIds {
  /** Of an accepted STK push; also in its callback. */
  readonly merchantRequestId?: string;
  /** Of an accepted STK push: finds the prompt with `stk.query` and `stk.wait`. Personal data, as it holds the payer's number. */
  readonly checkoutRequestId?: string;
  /** Made before sending for payouts and B2B payments: finds them with `transactions.status`. */
  readonly originatorConversationId?: string;
  /** M-Pesa's own id of a queued request; also in its result. */
  readonly conversationId?: string;
  /** Made before sending for `b2b.expressCheckout`. */
  readonly requestRefId?: string;
}

/** What every error of this SDK is made from. Texts arrive here already redacted. */
export interface MpesaErrorInit {
  readonly operation?: OperationId | undefined;
  readonly hint?: string | undefined;
  readonly code?: Code | undefined;
  readonly requestId?: string | undefined;
  readonly ids?: MpesaIds | undefined;
  readonly cause?: unknown;
}

/**
 * The base of every error this SDK throws. `type` names the class and survives minifying; `hint` says what to do.
 * The message alone is enough to act on: what failed, the code, the request id, the hint, never a secret.
 *
 * @example
 * catch (error) {
 *   if (isMpesaError(error) && error.type === "MpesaOutcomeUnknownError") await askLater(error.ids);
 * }
 */
export abstract class MpesaError extends Error {
  /** The class name as a literal, safe to switch on after minifying. */
  abstract readonly type: MpesaErrorType;
  /** The spec's operationId of the call, such as `stkPush`. */
  readonly operation: OperationId | undefined;
  /** What to do about it, in one or two sentences. */
  readonly hint: string | undefined;
  /**
   * The meaning of a response that rejected the call or settled nothing: the object that `explain()` returns for it.
   * `undefined` if no response came, or if it contradicted itself.
   */
  readonly code: Code | undefined;
  /** Daraja's id of the request, for their support. */
  readonly requestId: string | undefined;
  /**
   * Every id known: made before sending, or read from the answer. Not enumerable, so that loggers do not print it:
   * a CheckoutRequestID holds the payer's number. `toJSON` shows the ids with phone numbers masked.
   */
  declare readonly ids: MpesaIds;

  constructor(what: string, init: MpesaErrorInit = {}) {
    const where = init.operation ? `${init.operation}: ` : "";
    const request = init.requestId ? ` (request ${init.requestId})` : "";
    const hint = init.hint ? ` ${init.hint}` : "";
    // The request id belongs to the sentence before the hint.
    const said = request ? `${what.replace(/\.$/, "")}${request}.` : what;
    super(`${where}${said}${hint}`, init.cause === undefined ? undefined : { cause: init.cause });
    this.operation = init.operation;
    this.hint = init.hint;
    this.code = init.code;
    this.requestId = init.requestId;
    Object.defineProperty(this, "ids", { value: init.ids ?? {} });
    // A registered symbol is the same in every copy of the package, where classes are not.
    Object.defineProperty(this, Symbol.for("@mpesa/sdk/error"), { value: true });
  }

  /** The error as plain data for a log line; holds no secret. */
  toJSON(): Record<string, unknown> {
    const { cause: _, stack: __, ...fields } = this as Record<string, unknown>;
    const ids = Object.entries(this.ids) as [string, unknown][];
    const shown = Object.fromEntries(ids.map(([name, id]) => [name, withoutNumbers(`${id}`)]));
    return { type: this.type, message: this.message, ...fields, ...(Object.keys(shown).length > 0 && { ids: shown }) };
  }
}

/** The literal types of the errors, for `switch (error.type)`. */
export type MpesaErrorType =
  | "MpesaConfigError"
  | "MpesaValidationError"
  | "MpesaAuthError"
  | "MpesaRateLimitError"
  | "MpesaApiError"
  | "MpesaConnectionError"
  | "MpesaOutcomeUnknownError";
