import { pullWindowHours } from "@mpesa/raw/platform";
import type { CallOptions, Core } from "../core.ts";
import { check, object } from "../validate/schema.ts";
import { type CheckedRange, fetchPage, type PulledTransaction, type PullRange, pullRange } from "./query.ts";

const rangeParams = object({}, pullRange);

/** Every payment of a range, page by page, each once. */
export async function* pullTransactions(
  core: Core,
  params: PullRange,
  options?: CallOptions,
): AsyncGenerator<PulledTransaction, void, undefined> {
  const range = check("pullQuery", rangeParams, params, core);
  const seen = new Set<string>();
  for (const window of windows(range, core.config.time.now())) yield* pages(core, window, seen, options);
}

/** Until a page brings nothing new: how long a full page is was never confirmed, and a new payment may shift the rows. */
async function* pages(
  core: Core,
  window: CheckedRange,
  seen: Set<string>,
  options: CallOptions | undefined,
): AsyncGenerator<PulledTransaction, void, undefined> {
  for (let offset = 0; ; ) {
    const { transactions } = await fetchPage(core, window, offset, options);
    let fresh = 0;
    for (const transaction of transactions) {
      const key = transaction.transactionId || JSON.stringify(transaction.raw);
      if (seen.has(key)) continue;
      seen.add(key);
      fresh++;
      yield transaction;
    }
    if (fresh === 0) return;
    offset += transactions.length;
  }
}

/** Parts no longer than Daraja's window; they share their borders, because both ends of a range count. */
function* windows({ shortCode, from, to }: CheckedRange, now: number): Generator<CheckedRange> {
  const longest = pullWindowHours * 3_600_000;
  let start = from.getTime();
  do {
    const end = Math.min(start + longest, to.getTime());
    yield { shortCode, from: new Date(start), to: new Date(end) };
    start = end;
    // Nothing has been paid in the future yet.
  } while (start < Math.min(to.getTime(), now));
}
