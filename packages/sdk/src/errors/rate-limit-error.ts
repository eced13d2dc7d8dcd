import { MpesaError, type MpesaErrorInit } from "./base.ts";

/**
 * The gateway rejected the request before processing, because there were too many requests. It is safe to send the
 * request again later.
 *
 * @example
 * catch (error) {
 *   if (isMpesaError(error) && error.type === "MpesaRateLimitError") await queue.retryIn(error.retryAfterMs ?? 60_000);
 * }
 */
export class MpesaRateLimitError extends MpesaError {
  override readonly name = "MpesaRateLimitError";
  readonly type = "MpesaRateLimitError";
  /** HTTP status. */
  readonly status: number;
  /** Code of Daraja or of the gateway; `undefined` if the response has none. */
  readonly errorCode: string | undefined;
  /** Daraja's text, redacted; `undefined` if there is none. */
  readonly errorMessage: string | undefined;
  /**
   * Milliseconds to wait, from the `Retry-After` header or the rate in the text of a spike arrest; `undefined` if the
   * response contains neither.
   */
  readonly retryAfterMs: number | undefined;

  constructor(
    what: string,
    init: MpesaErrorInit & {
      readonly status: number;
      readonly errorCode?: string | undefined;
      readonly errorMessage?: string | undefined;
      readonly retryAfterMs?: number | undefined;
    },
  ) {
    super(what, init);
    this.status = init.status;
    this.errorCode = init.errorCode;
    this.errorMessage = init.errorMessage;
    this.retryAfterMs = init.retryAfterMs;
  }
}
