import type { PulledTransaction } from "../pull/query.ts";
import { parsePhoneNumber } from "../validate/formats.ts";
import { inCents, type PromptEntry } from "./known.ts";
import type { AskedPrompt } from "./prompts.ts";
import { mapInSlices, type Pause } from "./slices.ts";

/** The values by which a row of the list and a prompt are compared. An absent value contradicts no other value. */
export interface Traits {
  readonly cents: number | undefined;
  readonly phoneNumber: string | undefined;
  readonly account: string | undefined;
}

/** Items whose compared values are all equal. */
export interface Bucket {
  readonly id: number;
  /** The positions of the items, in ascending order. */
  readonly positions: readonly number[];
}

/** A bucket whose items do not contradict the values that were looked up. */
export interface Fit {
  readonly bucket: Bucket;
  /** True if the phone number or the account is equal. */
  readonly hasEqualPayer: boolean;
}

const CENTS = 1;
const PHONE_NUMBER = 2;
const ACCOUNT = 4;

/** The buckets of all items, for one set of compared traits. */
interface Table {
  readonly buckets: Map<string, Bucket & { readonly positions: number[] }>;
  /**
   * Bit masks of the compared traits that the items have, one for each combination that occurs. Each bit mask costs one
   * lookup.
   */
  readonly patterns: Set<number>;
}

/**
 * An index that finds the items that do not contradict certain traits, with at most eight lookups instead of one
 * comparison per item.
 */
class FitIndex {
  /** Tables by the bit mask of the compared traits. Only traits that the other side has are compared. */
  readonly #tables: ReadonlyMap<number, Table>;
  #count = 0;

  private constructor(compared: Iterable<number>) {
    this.#tables = new Map(Array.from(compared, (traits) => [traits, { buckets: new Map(), patterns: new Set() }]));
  }

  /** Indexes `items`, which are positions with their traits, for lookups by the traits of `others`. */
  static async create(
    items: Iterable<readonly [position: number, traits: Traits]>,
    others: readonly Traits[],
    pause: Pause,
  ): Promise<FitIndex> {
    const index = new FitIndex(new Set(await mapInSlices(others, pause, maskOf)));
    await mapInSlices(items, pause, ([position, traits]) => index.#add(position, traits));
    return index;
  }

  /**
   * Returns the buckets of the items that do not contradict the traits. No bucket is empty, and no item is in two
   * buckets.
   */
  find(traits: Traits): Fit[] {
    const compared = maskOf(traits);
    const table = this.#tables.get(compared);
    const found: Fit[] = [];
    for (const equal of table?.patterns ?? []) {
      const bucket = table?.buckets.get(keyOf(traits, compared, equal));
      if (bucket) found.push({ bucket, hasEqualPayer: (equal & (PHONE_NUMBER | ACCOUNT)) !== 0 });
    }
    return found;
  }

  #add(position: number, traits: Traits): void {
    for (const [compared, { buckets, patterns }] of this.#tables) {
      const pattern = compared & maskOf(traits);
      patterns.add(pattern);
      const key = keyOf(traits, compared, pattern);
      const bucket = buckets.get(key);
      if (bucket) bucket.positions.push(position);
      else buckets.set(key, { id: this.#count++, positions: [position] });
    }
  }
}

/** Returns the number of items in all buckets. */
function countItems(fits: readonly Fit[]): number {
  return fits.reduce((count, { bucket }) => count + bucket.positions.length, 0);
}

/** Returns a bit mask of the traits that are present. */
function maskOf({ cents, phoneNumber, account }: Traits): number {
  return (
    (cents === undefined ? 0 : CENTS) |
    (phoneNumber === undefined ? 0 : PHONE_NUMBER) |
    (account === undefined ? 0 : ACCOUNT)
  );
}

/**
 * Returns the name of a bucket. An absent value is written as `-`, and a value that is not compared is left out. The
 * account comes last, because an account is free text and may contain a separator.
 */
function keyOf({ cents, phoneNumber, account }: Traits, compared: number, equal: number): string {
  const part = (trait: number, value: string): string => (equal & trait ? value : compared & trait ? "-" : "");
  return `${part(CENTS, `=${cents}`)} ${part(PHONE_NUMBER, `=${phoneNumber}`)} ${part(ACCOUNT, `=${account}`)}`;
}

/** A row of the list that was linked to no prompt. */
export interface UnlinkedRow<T> {
  readonly transaction: PulledTransaction;
  /** Number of prompts to which the row may belong. */
  readonly count: number;
  /** Returns these prompts. A function, because the lists of all rows together may be as long as rows times prompts. */
  readonly candidates: () => readonly T[];
}

/** Result of {@link linkRows}. */
export interface LinkedRows<T> {
  /** Paid prompts with their rows. */
  readonly rowOfPrompt: ReadonlyMap<PromptEntry<T>, PulledTransaction>;
  readonly unlinked: readonly UnlinkedRow<T>[];
}

/**
 * Links rows of the list to prompts, because the query of a prompt returns no receipt. A row is linked only if no other
 * prompt and no other row fits: a wrong link would hide a payment that is missing in the caller's records.
 */
export async function linkRows<T>(
  rows: readonly PulledTransaction[],
  asked: readonly AskedPrompt<T>[],
  { isListComplete, pause }: { isListComplete: boolean; pause: Pause },
): Promise<LinkedRows<T>> {
  const mayBePaid = asked.filter(({ status }) => status?.outcome !== "failed");
  const prompts = await mapInSlices(mayBePaid, pause, ({ entry }) =>
    traitsOf(entry.amount, entry.phoneNumber, entry.account),
  );
  const payments = await mapInSlices(rows, pause, ({ amount, phoneNumber, billReference }) => {
    const number = parsePhoneNumber(phoneNumber);
    return traitsOf(amount, number.ok ? number.value : undefined, billReference);
  });
  const rowsByTraits = await FitIndex.create(payments.entries(), prompts, pause);
  const rowCounts = await mapInSlices(prompts, pause, (traits) => countItems(rowsByTraits.find(traits)));
  const promptsByTraits = await FitIndex.create(prompts.entries(), payments, pause);

  const linked = new Map<PromptEntry<T>, PulledTransaction>();
  const unlinked: { transaction: PulledTransaction; payment: Traits; fits: Fit[] }[] = [];
  const withoutFit: Traits[] = [];
  await mapInSlices(rows, pause, (transaction, position) => {
    const payment = payments[position] as Traits;
    const fits = promptsByTraits.find(payment);
    const [fit] = fits;
    const onlyPosition = fit && countItems(fits) === 1 ? (fit.bucket.positions[0] as number) : undefined;
    const onlyPrompt = onlyPosition === undefined ? undefined : mayBePaid[onlyPosition];
    // In an incomplete list, a row that was not read could fit too. An equal amount proves little, because customers
    // often pay the same amount.
    const isCertain =
      isListComplete && rowCounts[onlyPosition ?? -1] === 1 && fit?.hasEqualPayer && payment.cents !== undefined;
    if (isCertain && onlyPrompt?.status?.outcome === "succeeded") linked.set(onlyPrompt.entry, transaction);
    else unlinked.push({ transaction, payment, fits });
    if (fits.length === 0) withoutFit.push(withoutAmount(payment));
  });

  // If no row fits a prompt, its payer may have paid another amount. Then an equal phone number or account is enough.
  const withoutRow: [position: number, traits: Traits][] = [];
  await mapInSlices(prompts, pause, (traits, position) => {
    if (rowCounts[position] === 0) withoutRow.push([position, withoutAmount(traits)]);
  });
  const withoutRowByTraits = await FitIndex.create(withoutRow, withoutFit, pause);
  const known = mayBePaid.map(({ entry }) => entry.known);
  const [ofSameAmount, ofAnyAmount] = [new CandidateLists(known), new CandidateLists(known)];
  return {
    rowOfPrompt: linked,
    unlinked: await mapInSlices(unlinked, pause, ({ transaction, payment, fits }) => {
      if (fits.length > 0) return { transaction, count: countItems(fits), candidates: () => ofSameAmount.get(fits) };
      const samePayer = withoutRowByTraits.find(withoutAmount(payment)).filter(({ hasEqualPayer }) => hasEqualPayer);
      return { transaction, count: countItems(samePayer), candidates: () => ofAnyAmount.get(samePayer) };
    }),
  };
}

function withoutAmount(traits: Traits): Traits {
  return { ...traits, cents: undefined };
}

function traitsOf(amount: number | undefined, phoneNumber: string | undefined, account: string | undefined): Traits {
  return {
    cents: amount === undefined ? undefined : inCents(amount),
    phoneNumber,
    // An empty account counts as absent.
    account: account ? account.trim().toLowerCase() : undefined,
  };
}

/** The lists of candidates from one index. Rows with the same candidates share one frozen list. */
class CandidateLists<T> {
  readonly #known: readonly T[];
  readonly #lists = new Map<string, readonly T[]>();
  /** Number of further entries that may be kept in memory: 20 lists as long as `known`, or many shorter lists. */
  #capacity: number;

  constructor(known: readonly T[]) {
    this.#known = known;
    this.#capacity = 20 * known.length;
  }

  get(fits: readonly Fit[]): readonly T[] {
    const key = fits.map(({ bucket }) => bucket.id).join();
    const kept = this.#lists.get(key);
    if (kept) return kept;
    const positions = mergePositions(fits.map(({ bucket }) => bucket));
    const list = Object.freeze(positions.map((position) => this.#known[position] as T));
    if (this.#capacity >= list.length) {
      this.#capacity -= list.length;
      this.#lists.set(key, list);
    }
    return list;
  }
}

/** Returns the positions of all buckets in ascending order. */
function mergePositions(buckets: readonly Bucket[]): readonly number[] {
  const [first, ...more] = buckets.map(({ positions }) => positions);
  return more.length === 0 ? (first ?? []) : [...(first ?? []), ...more.flat()].sort((a, b) => a - b);
}
