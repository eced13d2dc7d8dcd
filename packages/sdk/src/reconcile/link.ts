import type { PulledTransaction } from "../pull/query.ts";
import { parsePhoneNumber } from "../validate/formats.ts";
import { type Bucket, countOf, type Fit, FitIndex, type Traits } from "./fit-index.ts";
import { inCents, type PromptEntry } from "./known.ts";
import type { AskedPrompt } from "./prompts.ts";
import { inSlices, type Pause } from "./slices.ts";

/** A row that belongs to no prompt for certain. */
export interface LeftRow<T> {
  readonly transaction: PulledTransaction;
  /** How many prompts the row may belong to. */
  readonly count: number;
  /** Those prompts. Made when asked for: all lists together may be as long as rows times prompts. */
  readonly candidates: () => readonly T[];
}

/** Which rows belong to which prompts: the query of a prompt tells no receipt. */
export interface Linked<T> {
  /** Rows of paid prompts. */
  readonly rows: ReadonlyMap<PromptEntry<T>, PulledTransaction>;
  readonly left: readonly LeftRow<T>[];
}

/** Links a row only where nothing else would fit: a wrong link would hide a payment that nobody has recorded. */
export async function linkRows<T>(
  rows: readonly PulledTransaction[],
  asked: readonly AskedPrompt<T>[],
  { whole, pause }: { whole: boolean; pause: Pause },
): Promise<Linked<T>> {
  const living = asked.filter(({ status }) => status?.outcome !== "failed");
  const prompts = await inSlices(living, pause, ({ entry }) =>
    traitsOf(entry.amount, entry.phoneNumber, entry.account),
  );
  const payments = await inSlices(rows, pause, ({ amount, phoneNumber, billReference }) => {
    const number = parsePhoneNumber(phoneNumber);
    return traitsOf(amount, number.ok ? number.value : undefined, billReference);
  });
  const rowsByTraits = await FitIndex.of(payments.entries(), prompts, pause);
  const rowsOf = await inSlices(prompts, pause, (traits) => countOf(rowsByTraits.fits(traits)));
  const promptsByTraits = await FitIndex.of(prompts.entries(), payments, pause);

  const linked = new Map<PromptEntry<T>, PulledTransaction>();
  const left: { transaction: PulledTransaction; payment: Traits; fits: Fit[] }[] = [];
  const unfitted: Traits[] = [];
  await inSlices(rows, pause, (transaction, position) => {
    const payment = payments[position] as Traits;
    const fits = promptsByTraits.fits(payment);
    const [fit] = fits;
    const only = fit && countOf(fits) === 1 ? (fit.bucket.positions[0] as number) : undefined;
    const one = only === undefined ? undefined : living[only];
    // Rows that were not read could fit as well, and two customers often pay the same amount.
    const isCertain = whole && rowsOf[only ?? -1] === 1 && fit?.agrees && payment.cents !== undefined;
    if (isCertain && one?.status?.outcome === "succeeded") linked.set(one.entry, transaction);
    else left.push({ transaction, payment, fits });
    if (fits.length === 0) unfitted.push(anyAmount(payment));
  });

  // A payer or an account that agrees may have paid another amount, unless a row of the right one is there.
  const alone: [position: number, traits: Traits][] = [];
  await inSlices(prompts, pause, (traits, position) => {
    if (rowsOf[position] === 0) alone.push([position, anyAmount(traits)]);
  });
  const aloneByTraits = await FitIndex.of(alone, unfitted, pause);
  const known = living.map(({ entry }) => entry.known);
  const [same, other] = [new CandidateLists(known), new CandidateLists(known)];
  return {
    rows: linked,
    left: await inSlices(left, pause, ({ transaction, payment, fits }) => {
      if (fits.length > 0) return { transaction, count: countOf(fits), candidates: () => same.of(fits) };
      const agreeing = aloneByTraits.fits(anyAmount(payment)).filter(({ agrees }) => agrees);
      return { transaction, count: countOf(agreeing), candidates: () => other.of(agreeing) };
    }),
  };
}

function anyAmount(traits: Traits): Traits {
  return { ...traits, cents: undefined };
}

function traitsOf(amount: number | undefined, phoneNumber: string | undefined, account: string | undefined): Traits {
  return {
    cents: amount === undefined ? undefined : inCents(amount),
    phoneNumber,
    // An empty one says nothing.
    account: account ? account.trim().toLowerCase() : undefined,
  };
}

/** Lists of candidates from one index. Rows with the same candidates share one frozen list. */
class CandidateLists<T> {
  readonly #known: readonly T[];
  readonly #lists = new Map<string, readonly T[]>();
  /** Entries that may still be kept: a few lists as long as `known`, or many short ones. */
  #room: number;

  constructor(known: readonly T[]) {
    this.#known = known;
    this.#room = 20 * known.length;
  }

  of(fits: readonly Fit[]): readonly T[] {
    const key = fits.map(({ bucket }) => bucket.id).join();
    const kept = this.#lists.get(key);
    if (kept) return kept;
    const positions = inOrder(fits.map(({ bucket }) => bucket));
    const list = Object.freeze(positions.map((position) => this.#known[position] as T));
    if (this.#room >= list.length) {
      this.#room -= list.length;
      this.#lists.set(key, list);
    }
    return list;
  }
}

function inOrder(buckets: readonly Bucket[]): readonly number[] {
  const [first, ...more] = buckets.map(({ positions }) => positions);
  return more.length === 0 ? (first ?? []) : [...(first ?? []), ...more.flat()].sort((one, other) => one - other);
}
