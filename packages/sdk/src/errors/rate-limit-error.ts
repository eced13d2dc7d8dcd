import { MpesaError, type MpesaErrorInit } from "./base.ts";

/** The gateway refused the call before processing it because too many came. Repeating it later is safe. */
export class MpesaRateLimitError extends MpesaError {
  override readonly name = "MpesaRateLimitError";
  readonly type = "MpesaRateLimitError";
  /** HTTP status. */
  readonly status: number;
  /** Daraja's code or the gateway's, when the answer had one. */
  readonly errorCode: string | undefined;
  /** Daraja's own text, redacted, when there was one. */
  readonly errorMessage: string | undefined;
  /** Milliseconds to wait, when the answer says so (`Retry-After`, or the rate in the spike-arrest text). */
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
