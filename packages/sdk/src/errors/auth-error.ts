import { MpesaError, type MpesaErrorInit } from "./base.ts";

/** Keys, product or environment were refused. The call itself was not processed. */
export class MpesaAuthError extends MpesaError {
  override readonly name = "MpesaAuthError";
  readonly type = "MpesaAuthError";
  /** HTTP status. */
  readonly status: number;
  /** Daraja's code or the gateway's, when the answer had one. */
  readonly errorCode: string | undefined;

  constructor(
    what: string,
    init: MpesaErrorInit & { readonly status: number; readonly errorCode?: string | undefined },
  ) {
    super(what, init);
    this.status = init.status;
    this.errorCode = init.errorCode;
  }
}
