import type { CallOptions } from "../call.ts";
import { type ReconcileTools, reconcile } from "./reconcile.ts";
import type { KnownPayment, PayoutSettlement, ReconcileParams, ReconcileReport } from "./types.ts";

/**
 * Compares the payments in your records with Safaricom's: customers' payments with the list of the last 48 hours, open
 * prompts with STK queries, and open payouts with status queries. Run a reconciliation after an outage and every night.
 * A reconciliation only reads and moves no money, so it is safe to repeat. Repeat the reconciliation until the report
 * is `complete`.
 *
 * Each payment of `known` ends in exactly one list of the report. If an entry is invalid, or a query fails, the entry
 * ends in `unknown` with the error, and the other entries are still compared. A prompt that does not exist at Safaricom
 * looks like a prompt that is still open.
 *
 * The STK queries share the rate limit of the client, `maxQueriesPerSecond`, with all `stk.wait` calls; in the sandbox
 * there is one query every 15 seconds. The results of status queries are posted to `resultUrl`. With `results`, the
 * reconciliation waits for these results. Without `results`, payouts stay `open`, and the report contains the IDs by
 * which you find the results later.
 *
 * @throws MpesaValidationError for invalid parameters, all listed at once. Nothing was sent.
 * @throws The reason of `signal` if the signal aborts, and any error from reading `known`.
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
