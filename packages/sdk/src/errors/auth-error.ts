import { MpesaError, type MpesaErrorInit } from "./base.ts";

/**
 * The gateway rejected the keys, the product or the environment, and the request was not processed. Or the initiator
 * guard withheld the request, because M-Pesa has rejected the initiator's credential twice; then `status` is
 * `undefined` and nothing was sent.
 */
export class MpesaAuthError extends MpesaError {
  override readonly name = "MpesaAuthError";
  readonly type = "MpesaAuthError";
  /** HTTP status; `undefined` if the initiator guard withheld the request. */
  readonly status: number | undefined;
  /**
   * Code of Daraja or of the gateway; `undefined` if the response has none. For a request that was withheld, the code
   * of the last rejection.
   */
  readonly errorCode: string | undefined;
  /** Daraja's text, redacted; `undefined` if there is none. */
  readonly errorMessage: string | undefined;

  constructor(
    what: string,
    init: MpesaErrorInit & {
      readonly status: number | undefined;
      readonly errorCode?: string | undefined;
      readonly errorMessage?: string | undefined;
    },
  ) {
    super(what, init);
    this.status = init.status;
    this.errorCode = init.errorCode;
    this.errorMessage = init.errorMessage;
  }
}
