import type { ErrorKind } from "@mpesa/raw/codes";
import { MpesaError, type MpesaErrorInit } from "./base.ts";

/** Daraja refused the call. `kind` tells why: the same `errorCode` means different things by product and text. */
export class MpesaApiError extends MpesaError {
  override readonly name = "MpesaApiError";
  readonly type = "MpesaApiError";
  /** HTTP status; 200 happens too. */
  readonly status: number;
  /** Daraja's code or the gateway's, when the answer had one. */
  readonly errorCode: string | undefined;
  /** Daraja's own text, redacted. */
  readonly errorMessage: string | undefined;
  /** What the code means for this operation, or `undefined` when it is not a known one. */
  readonly kind: ErrorKind | undefined;

  constructor(
    what: string,
    init: MpesaErrorInit & {
      readonly status: number;
      readonly errorCode?: string | undefined;
      readonly errorMessage?: string | undefined;
      readonly kind?: ErrorKind | undefined;
    },
  ) {
    super(what, init);
    this.status = init.status;
    this.errorCode = init.errorCode;
    this.errorMessage = init.errorMessage;
    this.kind = init.kind;
  }
}
