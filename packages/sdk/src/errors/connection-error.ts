import { MpesaError, type MpesaErrorInit } from "./base.ts";

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
