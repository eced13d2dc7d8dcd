import { statusRequestConstraints as rules } from "@mpesa/raw/constraints";
import type { CallOptions, Core } from "../core.ts";
import { type AnyMpesaError, isMpesaError } from "../errors/is-mpesa-error.ts";
import { shapeOf } from "../errors/issue.ts";
import { MpesaOutcomeUnknownError } from "../errors/outcome-unknown-error.ts";
import { MpesaValidationError } from "../errors/validation-error.ts";
import type { InitiatorLink } from "../initiator/link.ts";
import { signedAbout } from "../initiator/params.ts";
import { type CheckedRange, type PulledTransaction, pullRange } from "../pull/query.ts";
import { pullTransactions } from "../pull/transactions.ts";
import type { WaitTools } from "../stk/wait.ts";
import { checkCallOptions, parseTimeout } from "../validate/call-options.ts";
import { parsePasskey } from "../validate/formats.ts";
import { both, check, openObject, orClient, type Parser, valid, withDefault } from "../validate/schema.ts";
import { type Entry, type SortedKnown, sameAmount, sortKnown } from "./known.ts";
import { linkRows } from "./link.ts";
import { type AskedPayout, askPayouts, judge } from "./payouts.ts";
import { type AskedPrompt, askPrompts } from "./prompts.ts";
import { Report } from "./report.ts";
import { inSlices, type Pause, slices } from "./slices.ts";
import type { KnownPayment, PayoutSettlement, ReconcileParams, ReconcileReport } from "./types.ts";

const DEFAULT_RESULT_TIMEOUT_MS = 60_000;

/** What a comparison needs of its client. */
export interface ReconcileTools {
  readonly core: Core;
  readonly link: InitiatorLink;
  readonly stk: WaitTools;
}

export async function reconcile<T extends KnownPayment, S extends PayoutSettlement>(
  { core, link, stk }: ReconcileTools,
  params: ReconcileParams<T, S>,
  options?: CallOptions,
): Promise<ReconcileReport<T, S>> {
  checkCallOptions("pullQuery", options);
  const done = new AbortController();
  const stop = options?.signal ? AbortSignal.any([options.signal, done.signal]) : done.signal;
  const pause = slices(stk, stop);
  try {
    const sorted = await sortKnown(await listOf(params.known, pause), pause);
    const { shortCode, from, to, resultTimeoutMs } = checkParams(core, params, sorted);
    const report = new Report<T, S>();
    for (const { known, error } of sorted.wrong) report.unknown(known, error);
    const list = await readList(core, { shortCode, from, to }, { ...options, signal: stop });
    const payouts = await askPayouts<T, S>(link, sorted.payouts, { params, shortCode, options, stop, resultTimeoutMs });
    const { passkey } = params;
    const prompts = await askPrompts(core, stk, sorted.prompts, { options, stop, shortCode, passkey });
    await Promise.all(payouts.map((one) => settle(report, one)));
    // What failed because of it says nothing about the payments.
    stop.throwIfAborted();
    await customers(report, list, sorted, prompts, pause);
    return report.result(list.error);
  } finally {
    done.abort();
  }
}

async function listOf<T>(known: Iterable<T> | AsyncIterable<T>, pause: Pause): Promise<T[]> {
  const isList =
    typeof known === "object" && known !== null && (Symbol.iterator in known || Symbol.asyncIterator in known);
  if (!isList) {
    const rule = "must be an iterable or async iterable of payments";
    const issue = { field: "known", received: shapeOf(known), rule, fix: "Pass [] if you know of none." };
    throw new MpesaValidationError([issue], { operation: "pullQuery" });
  }
  const all: T[] = [];
  for await (const one of known) {
    all.push(one);
    // Between two items of a plain list nothing else gets its turn.
    await pause();
  }
  return all;
}

const always = openObject({ resultTimeoutMs: withDefault(parseTimeout, DEFAULT_RESULT_TIMEOUT_MS) }, pullRange);
const forPrompts: Parser<object, Core> = openObject({ passkey: orClient("passkey", parsePasskey) });
const forPayouts: Parser<object, Core> = openObject(signedAbout(rules.Remarks, "Status"));
const nothing: Parser<object> = () => valid({});

/** Everything that would fail for all entries alike. @throws MpesaValidationError before anything is sent. */
function checkParams<T extends KnownPayment, S extends PayoutSettlement>(
  core: Core,
  params: ReconcileParams<T, S>,
  { prompts, payouts }: SortedKnown<T>,
): CheckedRange & { readonly resultTimeoutMs: number } {
  const needed = both(prompts.length > 0 ? forPrompts : nothing, payouts.length > 0 ? forPayouts : nothing);
  return check("pullQuery", both(always, needed), params, core);
}

/** Safaricom's list of customers' payments, as far as it could be read. */
interface List {
  readonly rows: readonly PulledTransaction[];
  readonly error: AnyMpesaError | undefined;
}

async function readList(core: Core, range: CheckedRange, options: CallOptions): Promise<List> {
  const rows: PulledTransaction[] = [];
  try {
    for await (const row of pullTransactions(core, range, options)) rows.push(row);
    return { rows, error: undefined };
  } catch (error) {
    if (!isMpesaError(error)) throw error;
    return { rows, error };
  }
}

async function settle<T extends KnownPayment, S extends PayoutSettlement>(
  report: Report<T, S>,
  asked: AskedPayout<T, S>,
): Promise<void> {
  const { known } = asked.entry;
  if (asked.error) return report.unknown(known, asked.error);
  const { query } = asked;
  const result = await asked.result;
  const verdict = result && judge(asked.entry, result);
  if (!verdict) report.add("open", known, { query });
  else if (verdict.is === "unknown") report.unknown(known, verdict.error, { query, result });
  else if (verdict.is === "differentAmount") report.different(known, verdict.amountThere, { query, result });
  else report.add(verdict.is, known, { query, result });
}

/** Holds receipts and prompts against the list. */
async function customers<T extends KnownPayment, S extends PayoutSettlement>(
  report: Report<T, S>,
  { rows, error }: List,
  { receipts, receiptsHere }: SortedKnown<T>,
  prompts: readonly AskedPrompt<T>[],
  pause: Pause,
): Promise<void> {
  const byReceipt = new Map<string | undefined, PulledTransaction>();
  const strangers: PulledTransaction[] = [];
  await inSlices(rows, pause, (row) => {
    byReceipt.set(row.transactionId, row);
    if (!(row.transactionId && receiptsHere.has(row.transactionId))) strangers.push(row);
  });
  await inSlices(receipts, pause, (entry) => {
    const transaction = byReceipt.get(entry.id);
    if (transaction) compare(report, entry, transaction);
    else if (error) report.unknown(entry.known, error);
    else report.add("missingThere", entry.known);
  });
  const linked = await linkRows(strangers, prompts, { whole: error === undefined, pause });
  await inSlices(linked.left, pause, (row) => report.missingHere(row));
  await inSlices(prompts, pause, ({ entry, status, error: failure }) => {
    const { known } = entry;
    if (failure) report.unknown(known, failure);
    else if (status.outcome === "succeeded")
      report.add("matched", known, { status, transaction: linked.rows.get(entry) });
    else if (status.outcome === "unknown") report.unknown(known, unclear(entry, status.resultCode), { status });
    else report.add(status.outcome === "pending" ? "open" : "failed", known, { status });
  });
}

function compare<T extends KnownPayment, S extends PayoutSettlement>(
  report: Report<T, S>,
  { known, id, amount }: Entry<T>,
  transaction: PulledTransaction,
): void {
  const { amount: amountThere } = transaction;
  if (amountThere === undefined) {
    const what = `the list has receipt ${id} with an amount that cannot be read.`;
    const hint = "Look at the row's raw value.";
    const error = new MpesaOutcomeUnknownError(what, { operation: "pullQuery", ids: {}, hint });
    report.unknown(known, error, { transaction });
  } else if (sameAmount(amount, amountThere)) report.add("matched", known, { transaction });
  else report.different(known, amountThere, { transaction });
}

function unclear({ id }: Entry<unknown>, code: string | undefined): AnyMpesaError {
  return new MpesaOutcomeUnknownError(`the query ended with ${code ?? "no code"}, which settles nothing.`, {
    operation: "stkQuery",
    ids: { checkoutRequestId: id },
    hint: "Wait for the callback, or ask again later; it may still be paid.",
  });
}
