import type { CallOptions } from "../core.ts";
import { type ReconcileTools, reconcile } from "./reconcile.ts";
import type { KnownPayment, PayoutSettlement, ReconcileParams, ReconcileReport } from "./types.ts";

/**
 * Compares what you believe with what Safaricom knows, for after an outage and for every night: customers' payments
 * by the list of the last 48 hours, open prompts by their query, open payouts by status queries. Each known payment
 * ends in exactly one list of the report; run it until `complete`. It only asks, moves nothing, and may be repeated.
 *
 * A wrong entry or a query that fails does not stop the others: it ends in `unknown` with its error. In the sandbox
 * prompts are asked every 15 seconds, in one line with all waits of this client. The results of status queries come to
 * `resultUrl`: with `results` they are waited for; without it the payouts stay `open`, with the ids that the result
 * will name. A prompt that Safaricom has never heard of looks like one that is still open.
 *
 * @throws MpesaValidationError for wrong parameters, all at once; nothing was sent.
 * @throws The signal's reason when aborted, and what reading `known` throws.
 * @example
 * const report = await mpesa.reconcile({
 *   from: new Date(Date.now() - 24 * 3_600_000),
 *   to: new Date(),
 *   known: await db.payments({ lastHours: 24 }), // { receipt, amount }, { checkoutRequestId, amount }, …
 *   resultUrl: await handler.url("status"),
 *   timeoutUrl: await handler.url("timeout", { product: "status" }),
 *   results: { wait: ({ conversationId }, signal) => statusResults.next(conversationId, signal) },
 * });
 * for (const { transaction, candidates } of report.missingHere) {
 *   if (candidates.length === 0) await db.recordOnce(transaction.transactionId, transaction);
 * }
 * for (const { known } of report.failed) await db.markFailed(known.orderId);
 */
export type Reconcile = <T extends KnownPayment, S extends PayoutSettlement = PayoutSettlement>(
  params: ReconcileParams<T, S>,
  options?: CallOptions,
) => Promise<ReconcileReport<T, S>>;

export function createReconcile(tools: ReconcileTools): Reconcile {
  return (params, options) => reconcile(tools, params ?? {}, options);
}
