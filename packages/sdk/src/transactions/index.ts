import type { CallOptions } from "../call.ts";
import { type MpesaPromise, startCall } from "../call.ts";
import type { InitiatorLink } from "../initiator/link.ts";
import type { Acknowledgement } from "../initiator/submit.ts";
import { type ReversalParams, reverse } from "./reverse.ts";
import { type TransactionStatusParams, transactionStatus } from "./status.ts";

/** Finding out about transactions, and returning customers' payments. */
export interface Transactions {
  /**
   * Asks what became of a transaction: a customer payment, a payout, a business payment or a reversal. The answer comes
   * to `resultUrl`, and its `ResultCode` 0 only says that the question worked: look at the transaction's own status.
   *
   * By `originatorConversationId` it finds a payout whose answer was lost; `ids` of the error holds it too.
   *
   * @throws MpesaValidationError, MpesaConfigError, MpesaAuthError, MpesaRateLimitError, MpesaApiError,
   *   MpesaConnectionError, MpesaOutcomeUnknownError. Asking again moves no money, but each query authenticates the initiator: after a
   *   rejection correct the credential first.
   * @example
   * const { originatorConversationId } = error.ids;
   * if (originatorConversationId) await mpesa.transactions.status({ originatorConversationId });
   */
  status(params: TransactionStatusParams, options?: CallOptions): MpesaPromise<Acknowledgement>;
  /**
   * Returns a payment that a customer made to your short code. Payouts cannot be returned. Resolves when M-Pesa has
   * queued it; the outcome comes to `resultUrl`.
   *
   * @throws MpesaValidationError, MpesaConfigError, MpesaAuthError, MpesaRateLimitError, MpesaApiError,
   *   MpesaConnectionError: nothing was returned.
   * @throws MpesaOutcomeUnknownError when it may have been: ask for the status of the receipt.
   * @example
   * await mpesa.transactions.reverse({ receipt: "UJ63T9K5AB", amount: 10, remarks: "Paid twice" });
   */
  reverse(params: ReversalParams, options?: CallOptions): MpesaPromise<Acknowledgement>;
}

export function createTransactions(link: InitiatorLink): Transactions {
  return {
    status: (params, options) => startCall(options, (scope) => transactionStatus(link, params, scope)),
    reverse: (params, options) => startCall(options, (scope) => reverse(link, params, scope)),
  };
}
