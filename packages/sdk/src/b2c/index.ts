import type { CallOptions } from "../call.ts";
import { type MpesaPromise, startCall } from "../call.ts";
import type { InitiatorLink } from "../initiator/link.ts";
import type { PayoutAcknowledgement } from "../initiator/submit.ts";
import type { B2cPayParams, B2cPayPochiParams, B2cPayWithIdCheckParams } from "./pay.ts";
import { b2cPay, b2cPayPochi, b2cPayWithIdCheck } from "./pay.ts";

/**
 * Payouts to phone numbers. A payout cannot be taken back through the API.
 *
 * All of them resolve when M-Pesa has queued the payout; whether it was paid comes to `resultUrl`. `ids` of every error
 * holds `originatorConversationId`, and a lost answer is found again with
 * `mpesa.transactions.status({ originatorConversationId })`.
 */
export interface B2c {
  /**
   * Pays a customer from the short code's utility account. One request leaves, unless `resend` allows another with the
   * same id.
   *
   * @throws MpesaValidationError, MpesaConfigError (the initiator's password cannot be encrypted here), MpesaAuthError,
   *   MpesaRateLimitError, MpesaApiError, MpesaConnectionError: nothing was paid.
   * @throws MpesaOutcomeUnknownError when it may have been: ask for the status by the id, never pay under a new one.
   * @example
   * const id = crypto.randomUUID(); // stored with the order first
   * await mpesa.b2c.pay({ phoneNumber: "0712 345 678", amount: 500, remarks: "Refund", originatorConversationId: id });
   */
  pay(params: B2cPayParams, options?: CallOptions): MpesaPromise<PayoutAcknowledgement>;
  /**
   * Pays a customer only if the identity document belongs to the number. By agreement with Safaricom. Whether a repeated
   * id is refused here is unknown, so it is never sent twice.
   *
   * @throws As `pay`.
   * @example
   * await mpesa.b2c.payWithIdCheck({ phoneNumber, amount: 500, idType: "nationalId", idNumber: "00000000" });
   */
  payWithIdCheck(params: B2cPayWithIdCheckParams, options?: CallOptions): MpesaPromise<PayoutAcknowledgement>;
  /**
   * Pays the owner of a Pochi la Biashara into that account.
   *
   * @throws As `pay`.
   * @example
   * await mpesa.b2c.payPochi({ phoneNumber: "0712 345 678", amount: 500 });
   */
  payPochi(params: B2cPayPochiParams, options?: CallOptions): MpesaPromise<PayoutAcknowledgement>;
}

export function createB2c(link: InitiatorLink): B2c {
  return {
    pay: (params, options) => startCall(options, (scope) => b2cPay(link, params, scope)),
    payWithIdCheck: (params, options) => startCall(options, (scope) => b2cPayWithIdCheck(link, params, scope)),
    payPochi: (params, options) => startCall(options, (scope) => b2cPayPochi(link, params, scope)),
  };
}
