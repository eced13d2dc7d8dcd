import { statusRequestConstraints as rules } from "@mpesa/raw/constraints";
import type { CallOptions } from "../call.ts";
import type { Core } from "../core.ts";
import { type AnyMpesaError, isMpesaError, MpesaOutcomeUnknownError, MpesaValidationError } from "../errors.ts";
import type { InitiatorLink } from "../initiator/link.ts";
import { signedAbout } from "../initiator/params.ts";
import { shapeOf } from "../issues.ts";
import { type CheckedRange, type PulledTransaction, pullRange, pullTransactions } from "../pull/query.ts";
import type { Pace } from "../stk/pace.ts";
import { checkCallOptions, parseTimeout } from "../validate/call-options.ts";
import { parsePasskey } from "../validate/formats.ts";
import { both, check, openObject, orClient, type Parser, valid, withDefault } from "../validate/schema.ts";
import { type Entry, isSameAmount, type SortedKnown, sortKnown } from "./known.ts";
import { linkRows } from "./link.ts";
import { type AskedPayout, askPayouts, placePayout } from "./payouts.ts";
import { type AskedPrompt, askPrompts } from "./prompts.ts";
import { ReportBuilder } from "./report.ts";
import { createPause, mapInSlices, type Pause } from "./slices.ts";
import type { KnownPayment, PayoutSettlement, ReconcileParams, ReconcileReport } from "./types.ts";

const DEFAULT_RESULT_TIMEOUT_MS = 60_000;

/** Parts of the client that a reconciliation needs. */
export interface ReconcileTools {
  readonly core: Core;
  readonly link: InitiatorLink;
  readonly pace: Pace;
}

export async function reconcile<T extends KnownPayment, S extends PayoutSettlement>(
  { core, link, pace }: ReconcileTools,
  params: ReconcileParams<T, S>,
  options?: CallOptions,
): Promise<ReconcileReport<T, S>> {
  checkCallOptions("pullQuery", options);
  const done = new AbortController();
  const stop = options?.signal ? AbortSignal.any([options.signal, done.signal]) : done.signal;
  const pause = createPause(core.config.time, stop);
  try {
    const sorted = await sortKnown(await readAll(params.known, pause), pause);
    const { shortCode, from, to, resultTimeoutMs } = checkParams(core, params, sorted);
    const report = new ReportBuilder<T, S>();
    for (const { known, error } of sorted.invalid) report.addUnknown(known, error);
    const list = await readList(core, { shortCode, from, to }, { ...options, signal: stop });
    const payouts = await askPayouts<T, S>(link, sorted.payouts, { params, shortCode, options, stop, resultTimeoutMs });
    const { passkey } = params;
    const prompts = await askPrompts(core, pace, sorted.prompts, { options, stop, shortCode, passkey });
    await Promise.all(payouts.map((payout) => addPayout(report, payout)));
    // After an abort, errors of the queries say nothing about the payments.
    stop.throwIfAborted();
    await addCustomerPayments(report, list, sorted, prompts, pause);
    return report.build(list.error);
  } finally {
    done.abort();
  }
}

async function readAll<T>(known: Iterable<T> | AsyncIterable<T>, pause: Pause): Promise<T[]> {
  const isIterable =
    typeof known === "object" && known !== null && (Symbol.iterator in known || Symbol.asyncIterator in known);
  if (!isIterable) {
    const rule = "must be an iterable or async iterable of payments";
    const issue = { field: "known", received: shapeOf(known), rule, fix: "Pass [] if your records contain none." };
    throw new MpesaValidationError([issue], { operation: "pullQuery" });
  }
  const all: T[] = [];
  for await (const payment of known) {
    all.push(payment);
    // Reading a plain array would not let other work run between two items.
    await pause();
  }
  return all;
}

const generalParams = openObject({ resultTimeoutMs: withDefault(parseTimeout, DEFAULT_RESULT_TIMEOUT_MS) }, pullRange);
const promptParams: Parser<object, Core> = openObject({ passkey: orClient("passkey", parsePasskey) });
const payoutParams: Parser<object, Core> = openObject(signedAbout(rules.Remarks, "Status"));
const noParams: Parser<object> = () => valid({});

/**
 * Checks the parameters that concern all entries, before anything is sent.
 *
 * @throws MpesaValidationError for invalid parameters.
 */
function checkParams<T extends KnownPayment, S extends PayoutSettlement>(
  core: Core,
  params: ReconcileParams<T, S>,
  { prompts, payouts }: SortedKnown<T>,
): CheckedRange & { readonly resultTimeoutMs: number } {
  const paramsOfEntries = both(
    prompts.length > 0 ? promptParams : noParams,
    payouts.length > 0 ? payoutParams : noParams,
  );
  return check("pullQuery", both(generalParams, paramsOfEntries), params, core);
}

/** Safaricom's list of customers' payments. */
interface PulledList {
  /** The rows that could be read. */
  readonly rows: readonly PulledTransaction[];
  /** The error that ended the list early; `undefined` if the list is complete. */
  readonly error: AnyMpesaError | undefined;
}

async function readList(core: Core, range: CheckedRange, options: CallOptions): Promise<PulledList> {
  const rows: PulledTransaction[] = [];
  try {
    for await (const row of pullTransactions(core, range, options)) rows.push(row);
    return { rows, error: undefined };
  } catch (error) {
    if (!isMpesaError(error)) throw error;
    return { rows, error };
  }
}

/** Adds a payout to the list of the report in which it belongs. */
async function addPayout<T extends KnownPayment, S extends PayoutSettlement>(
  report: ReportBuilder<T, S>,
  asked: AskedPayout<T, S>,
): Promise<void> {
  const { known } = asked.entry;
  if (asked.error) return report.addUnknown(known, asked.error);
  const { query } = asked;
  const result = await asked.result;
  const placement = result && placePayout(asked.entry, result);
  if (!placement) report.add("open", known, { query });
  else if (placement.list === "unknown") report.addUnknown(known, placement.error, { query, result });
  else if (placement.list === "differentAmount")
    report.addDifferentAmount(known, placement.amountThere, { query, result });
  else report.add(placement.list, known, { query, result });
}

/** Compares receipts and prompts with the list of customers' payments, and adds the findings to the report. */
async function addCustomerPayments<T extends KnownPayment, S extends PayoutSettlement>(
  report: ReportBuilder<T, S>,
  { rows, error }: PulledList,
  { receipts, receiptsHere }: SortedKnown<T>,
  prompts: readonly AskedPrompt<T>[],
  pause: Pause,
): Promise<void> {
  const byReceipt = new Map<string | undefined, PulledTransaction>();
  const rowsNotHere: PulledTransaction[] = [];
  await mapInSlices(rows, pause, (row) => {
    byReceipt.set(row.transactionId, row);
    if (!(row.transactionId && receiptsHere.has(row.transactionId))) rowsNotHere.push(row);
  });
  await mapInSlices(receipts, pause, (entry) => {
    const transaction = byReceipt.get(entry.id);
    if (transaction) addReceipt(report, entry, transaction);
    else if (error) report.addUnknown(entry.known, error);
    else report.add("missingThere", entry.known);
  });
  const linked = await linkRows(rowsNotHere, prompts, { isListComplete: error === undefined, pause });
  await mapInSlices(linked.unlinked, pause, (row) => report.addMissingHere(row));
  await mapInSlices(prompts, pause, ({ entry, status, error: failure }) => {
    const { known } = entry;
    if (failure) report.addUnknown(known, failure);
    else if (status.outcome === "succeeded")
      report.add("matched", known, { status, transaction: linked.rowOfPrompt.get(entry) });
    else if (status.outcome === "unknown")
      report.addUnknown(known, inconclusiveError(entry, status.resultCode), { status });
    else report.add(status.outcome === "pending" ? "open" : "failed", known, { status });
  });
}

/** Adds a receipt that the list contains, by comparing the amounts. */
function addReceipt<T extends KnownPayment, S extends PayoutSettlement>(
  report: ReportBuilder<T, S>,
  { known, id, amount }: Entry<T>,
  transaction: PulledTransaction,
): void {
  const { amount: amountThere } = transaction;
  if (amountThere === undefined) {
    const what = `the list contains receipt ${id}, but the amount of its row cannot be read.`;
    const hint = "Compare the amount with `transaction.raw` yourself.";
    const error = new MpesaOutcomeUnknownError(what, { operation: "pullQuery", ids: {}, hint });
    report.addUnknown(known, error, { transaction });
  } else if (isSameAmount(amount, amountThere)) report.add("matched", known, { transaction });
  else report.addDifferentAmount(known, amountThere, { transaction });
}

function inconclusiveError({ id }: Entry<unknown>, code: string | undefined): AnyMpesaError {
  return new MpesaOutcomeUnknownError(
    `the result of the STK query was inconclusive (${code === undefined ? "no result code" : `result code ${code}`}).`,
    {
      operation: "stkQuery",
      ids: { checkoutRequestId: id },
      hint: "Wait for the callback, or query again later: the prompt may still be paid.",
    },
  );
}
