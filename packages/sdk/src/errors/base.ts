import type { OperationId } from "@mpesa/raw";
import type { Code } from "../codes/code.ts";
import { maskPhoneNumbers } from "../without-payer.ts";

/** IDs by which Daraja identifies a payment. An error contains the IDs that are known when the error is made. */
export interface MpesaIds {
  /** ID of an accepted STK push. Its callback contains the same ID. */
  readonly merchantRequestId?: string;
  /**
   * ID of an accepted STK push, for `stk.query` and `stk.wait`. Personal data, because the ID contains the payer's
   * phone number.
   */
  readonly checkoutRequestId?: string;
  /** ID of a payout or B2B payment, made before sending. `transactions.status` finds the payment by this ID. */
  readonly originatorConversationId?: string;
  /** M-Pesa's ID of a queued request. The result contains the same ID. */
  readonly conversationId?: string;
  /** ID of a `b2b.expressCheckout` request, made before sending. */
  readonly requestRefId?: string;
}

/** Properties of an {@link MpesaError}. Texts must be redacted before a caller passes them. */
export interface MpesaErrorInit {
  readonly operation?: OperationId | undefined;
  readonly hint?: string | undefined;
  readonly code?: Code | undefined;
  readonly requestId?: string | undefined;
  readonly ids?: MpesaIds | undefined;
  readonly cause?: unknown;
}

/**
 * Base class of the errors that this SDK throws. `type` is the name of the class, and `hint` says what to do. The
 * message contains what happened, Daraja's code, the request ID and the hint, but no secret.
 *
 * @example
 * catch (error) {
 *   if (isMpesaError(error) && error.type === "MpesaOutcomeUnknownError") await checkLater(error.ids);
 * }
 */
export abstract class MpesaError extends Error {
  /** Name of the class as a literal, for `switch`. The name stays the same when the code is minified. */
  abstract readonly type: MpesaErrorType;
  /** ID of the operation in the spec, such as `stkPush`; `undefined` if the error belongs to no call. */
  readonly operation: OperationId | undefined;
  /** Advice on what to do, in one or two sentences. */
  readonly hint: string | undefined;
  /**
   * Meaning of the response that rejected the call or was inconclusive: the same object as `explain()` returns.
   * `undefined` if no response came, or if the response contradicted itself.
   */
  readonly code: Code | undefined;
  /** Daraja's ID of the request, which Safaricom's support asks for. */
  readonly requestId: string | undefined;
  /**
   * IDs of the payment, made before sending or read from the response. The property is not enumerable, so that loggers
   * do not print the IDs: a CheckoutRequestID contains the payer's phone number. `toJSON` returns the IDs with phone
   * numbers masked.
   */
  declare readonly ids: MpesaIds;

  constructor(what: string, init: MpesaErrorInit = {}) {
    const where = init.operation ? `${init.operation}: ` : "";
    const request = init.requestId ? ` (request ${init.requestId})` : "";
    const hint = init.hint ? ` ${init.hint}` : "";
    // The request ID belongs to the sentence before the hint.
    const event = request ? `${what.replace(/\.$/, "")}${request}.` : what;
    super(`${where}${event}${hint}`, init.cause === undefined ? undefined : { cause: init.cause });
    this.operation = init.operation;
    this.hint = init.hint;
    this.code = init.code;
    this.requestId = init.requestId;
    Object.defineProperty(this, "ids", { value: init.ids ?? {} });
    // A registered symbol is the same in every copy of the package; a class is not.
    Object.defineProperty(this, Symbol.for("@mpesa/sdk/error"), { value: true });
  }

  /** Returns the error as plain data for a log. The data contains no secret and no full phone number. */
  toJSON(): Record<string, unknown> {
    const { cause: _, stack: __, ...fields } = this as Record<string, unknown>;
    const ids = Object.entries(this.ids) as [string, unknown][];
    const masked = Object.fromEntries(ids.map(([name, id]) => [name, maskPhoneNumbers(`${id}`)]));
    return {
      type: this.type,
      message: this.message,
      ...fields,
      ...(Object.keys(masked).length > 0 && { ids: masked }),
    };
  }
}

/** Names of the error classes, for `switch (error.type)`. */
export type MpesaErrorType =
  | "MpesaConfigError"
  | "MpesaValidationError"
  | "MpesaAuthError"
  | "MpesaRateLimitError"
  | "MpesaApiError"
  | "MpesaConnectionError"
  | "MpesaOutcomeUnknownError";
