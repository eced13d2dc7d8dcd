import type { OperationId } from "@mpesa/raw";
import type { ErrorKind } from "@mpesa/raw/codes";
import type { Code } from "./codes/code.ts";
import { describeIssues, type Issue } from "./issues.ts";
import { maskPhoneNumbers } from "./mask.ts";

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

/**
 * The configuration of the client is invalid. Nothing was sent. `issues` lists every problem at once.
 *
 * @example
 * catch (error) {
 *   if (isMpesaError(error) && error.type === "MpesaConfigError") console.error(error.issues);
 * }
 */
export class MpesaConfigError extends MpesaError {
  override readonly name = "MpesaConfigError";
  readonly type = "MpesaConfigError";
  /** Problems, each with the name of its option. */
  readonly issues: readonly Issue[];

  constructor(issues: readonly Issue[], init: MpesaErrorInit = {}) {
    super(`the client's configuration is invalid. ${describeIssues(issues)}`, init);
    this.issues = issues;
  }
}

/**
 * Parameters of the call are invalid. Nothing was sent. `issues` lists every invalid parameter at once.
 *
 * @example
 * catch (error) {
 *   if (isMpesaError(error) && error.type === "MpesaValidationError") return { errors: error.issues };
 * }
 */
export class MpesaValidationError extends MpesaError {
  override readonly name = "MpesaValidationError";
  readonly type = "MpesaValidationError";
  /** Problems, each with the name of its parameter. */
  readonly issues: readonly Issue[];

  constructor(issues: readonly Issue[], init: MpesaErrorInit = {}) {
    super(`nothing was sent. ${describeIssues(issues)}`, init);
    this.issues = issues;
  }
}

/** Properties of an error that may have a response. */
interface ResponseErrorInit extends MpesaErrorInit {
  readonly status?: number | undefined;
  readonly errorCode?: string | undefined;
  readonly errorMessage?: string | undefined;
}

/** An error that a response caused, or that has no response because none came. */
abstract class ResponseError extends MpesaError {
  /** HTTP status; `undefined` if there is no response. Daraja also sends errors with status 200. */
  readonly status: number | undefined;
  /** Code of Daraja or of the gateway; `undefined` if the response has none. */
  readonly errorCode: string | undefined;
  /** Daraja's text, redacted; `undefined` if there is none. */
  readonly errorMessage: string | undefined;

  constructor(what: string, init: ResponseErrorInit) {
    super(what, init);
    this.status = init.status;
    this.errorCode = init.errorCode;
    this.errorMessage = init.errorMessage;
  }
}

/**
 * The gateway rejected the keys, the product or the environment, and the request was not processed. Or the initiator
 * guard withheld the request, because M-Pesa has rejected the initiator's credential twice; then `status` is
 * `undefined` and nothing was sent.
 */
export class MpesaAuthError extends ResponseError {
  override readonly name = "MpesaAuthError";
  readonly type = "MpesaAuthError";
  /** HTTP status; `undefined` if the initiator guard withheld the request. */
  declare readonly status: number | undefined;
  /**
   * Code of Daraja or of the gateway; `undefined` if the response has none. For a request that was withheld, the code
   * of the last rejection.
   */
  declare readonly errorCode: string | undefined;

  constructor(what: string, init: ResponseErrorInit & { readonly status: number | undefined }) {
    super(what, init);
  }
}

/**
 * The gateway rejected the request before processing, because there were too many requests. It is safe to send the
 * request again later.
 *
 * @example
 * catch (error) {
 *   if (isMpesaError(error) && error.type === "MpesaRateLimitError") await queue.retryIn(error.retryAfterMs ?? 60_000);
 * }
 */
export class MpesaRateLimitError extends ResponseError {
  override readonly name = "MpesaRateLimitError";
  readonly type = "MpesaRateLimitError";
  /** HTTP status. */
  declare readonly status: number;
  /**
   * Milliseconds to wait, from the `Retry-After` header or the rate in the text of a spike arrest; `undefined` if the
   * response contains neither.
   */
  readonly retryAfterMs: number | undefined;

  constructor(
    what: string,
    init: ResponseErrorInit & { readonly status: number; readonly retryAfterMs?: number | undefined },
  ) {
    super(what, init);
    this.retryAfterMs = init.retryAfterMs;
  }
}

/**
 * Daraja rejected the request, or a request that moves no money (such as a query) failed. Branch on `kind` rather than
 * on `errorCode`, because the meaning of an `errorCode` depends on the operation and on the text.
 *
 * @example
 * catch (error) {
 *   if (isMpesaError(error) && error.type === "MpesaApiError") console.warn(error.kind, error.errorMessage, error.hint);
 * }
 */
export class MpesaApiError extends ResponseError {
  override readonly name = "MpesaApiError";
  readonly type = "MpesaApiError";
  /** HTTP status. Daraja also sends errors with status 200. */
  declare readonly status: number;
  /** Meaning of the code for this operation; `undefined` for an unlisted code. */
  readonly kind: ErrorKind | undefined;

  constructor(
    what: string,
    init: ResponseErrorInit & { readonly status: number; readonly kind?: ErrorKind | undefined },
  ) {
    super(what, init);
    this.kind = init.kind;
  }
}

/**
 * The request was provably not sent: there was no connection or no access token, or the call was aborted before
 * sending. It is safe to call again.
 *
 * @example
 * catch (error) {
 *   if (isMpesaError(error) && error.type === "MpesaConnectionError") await queue.retryIn(10_000);
 * }
 */
export class MpesaConnectionError extends MpesaError {
  override readonly name = "MpesaConnectionError";
  readonly type = "MpesaConnectionError";

  constructor(what: string, init: MpesaErrorInit = {}) {
    super(what, init);
  }
}

/**
 * The outcome is unknown: the request may have been processed, but its response was lost, incomplete or inconclusive.
 * Do not send a payment again. `hint` says how to find out what happened, and `ids` contains the IDs that are needed to
 * find out.
 *
 * @example
 * catch (error) {
 *   if (isMpesaError(error) && error.type === "MpesaOutcomeUnknownError") await checkLater(error.ids);
 * }
 */
export class MpesaOutcomeUnknownError extends ResponseError {
  override readonly name = "MpesaOutcomeUnknownError";
  readonly type = "MpesaOutcomeUnknownError";

  constructor(what: string, init: ResponseErrorInit & { readonly ids: MpesaIds }) {
    super(what, init);
  }
}

/** Any error of this SDK, as a union on `type`. */
export type AnyMpesaError =
  | MpesaConfigError
  | MpesaValidationError
  | MpesaAuthError
  | MpesaRateLimitError
  | MpesaApiError
  | MpesaConnectionError
  | MpesaOutcomeUnknownError;

/**
 * Returns whether `error` comes from this SDK. Unlike `instanceof`, this function also recognises errors of another
 * copy of the package.
 *
 * @example
 * if (isMpesaError(error) && error.type === "MpesaApiError") console.warn(error.kind, error.hint);
 */
export function isMpesaError(error: unknown): error is AnyMpesaError {
  return typeof error === "object" && error !== null && Symbol.for("@mpesa/sdk/error") in error;
}

/**
 * Returns the name of a thrown error, or the type of any other thrown value. The message is left out, because a message
 * may contain secrets. Never throws.
 */
export function nameOf(thrown: unknown): string {
  try {
    return thrown instanceof Error ? String(thrown.name) : typeof thrown;
  } catch {
    // The value has a getter that throws, or is a revoked proxy.
    return "Error";
  }
}
