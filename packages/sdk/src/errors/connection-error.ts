import { MpesaError, type MpesaErrorInit } from "./base.ts";

/** The call provably never left: no connection, no token, or aborted first. Nothing happened; calling again is safe. */
export class MpesaConnectionError extends MpesaError {
  override readonly name = "MpesaConnectionError";
  readonly type = "MpesaConnectionError";

  constructor(what: string, init: MpesaErrorInit = {}) {
    super(what, init);
  }
}
