import { MpesaError, type MpesaErrorInit, type MpesaIds } from "./base.ts";

/**
 * The call may have been processed: its answer was lost, cut off, or not Daraja's. Never send it again;
 * `ids` and `hint` say what finds out.
 */
export class MpesaOutcomeUnknownError extends MpesaError {
  override readonly name = "MpesaOutcomeUnknownError";
  readonly type = "MpesaOutcomeUnknownError";
  /** HTTP status, when an answer came. */
  readonly status: number | undefined;
  /** Daraja's code or the gateway's, when the answer had one. */
  readonly errorCode: string | undefined;
  /** Daraja's own text, redacted, when there was one. */
  readonly errorMessage: string | undefined;

  constructor(
    what: string,
    init: MpesaErrorInit & {
      readonly ids: MpesaIds;
      readonly status?: number | undefined;
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
