import { MpesaError, type MpesaErrorInit, type MpesaIds } from "./base.ts";

/**
 * The outcome is unknown: the request may have been processed, but its response was lost, incomplete or inconclusive.
 * Do not send a payment again. `hint` says how to find out what happened, and `ids` contains the IDs that are needed to
 * find out.
 *
 * @example
 * catch (error) {
 *   if (isMpesaError(error) && error.type === "MpesaOutcomeUnknownError") await checkLater(error.ids);
 * }
 */
export class MpesaOutcomeUnknownError extends MpesaError {
  override readonly name = "MpesaOutcomeUnknownError";
  readonly type = "MpesaOutcomeUnknownError";
  /** HTTP status; `undefined` if no response came. */
  readonly status: number | undefined;
  /** Code of Daraja or of the gateway; `undefined` if the response has none. */
  readonly errorCode: string | undefined;
  /** Daraja's text, redacted; `undefined` if there is none. */
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
