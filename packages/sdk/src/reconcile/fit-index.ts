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
export class FitIndex {
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
export function countItems(fits: readonly Fit[]): number {
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
