import { MpesaError, type MpesaErrorInit } from "./base.ts";

/**
 * Keys, product or environment were refused, or M-Pesa has rejected the initiator's credential so often that the client
 * sends nothing more that it signs. The call itself was not processed; where `status` is `undefined`, nothing was sent.
 */
export class MpesaAuthError extends MpesaError {
  override readonly name = "MpesaAuthError";
  readonly type = "MpesaAuthError";
  /** HTTP status; `undefined` where the guard of the initiator held the request back. */
  readonly status: number | undefined;
  /** Daraja's code or the gateway's, when the answer had one; of a request held back, the code of the last rejection. */
  readonly errorCode: string | undefined;
  /** Daraja's own text, redacted, when there was one. */
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
