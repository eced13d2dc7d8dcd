import type { ErrorKind } from "@mpesa/raw/codes";
import { MpesaError, type MpesaErrorInit } from "./base.ts";

/**
 * Daraja rejected the request, or a request that moves no money (such as a query) failed. Branch on `kind` rather than
 * on `errorCode`, because the meaning of an `errorCode` depends on the operation and on the text.
 *
 * @example
 * catch (error) {
 *   if (isMpesaError(error) && error.type === "MpesaApiError") console.warn(error.kind, error.errorMessage, error.hint);
 * }
 */
export class MpesaApiError extends MpesaError {
  override readonly name = "MpesaApiError";
  readonly type = "MpesaApiError";
  /** HTTP status. Daraja also sends errors with status 200. */
  readonly status: number;
  /** Code of Daraja or of the gateway; `undefined` if the response has none. */
  readonly errorCode: string | undefined;
  /** Daraja's text, redacted; `undefined` if there is none. */
  readonly errorMessage: string | undefined;
  /** Meaning of the code for this operation; `undefined` for an unlisted code. */
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
