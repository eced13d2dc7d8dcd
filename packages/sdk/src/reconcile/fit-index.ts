import { inSlices, type Pause } from "./slices.ts";

/** The values by which a row and a prompt are compared. An absent value contradicts nothing. */
export interface Traits {
  readonly cents: number | undefined;
  readonly phoneNumber: string | undefined;
  readonly account: string | undefined;
}

/** Items that are alike in all compared values, by their positions in ascending order. */
export interface Bucket {
  readonly id: number;
  readonly positions: readonly number[];
}

/** A bucket whose items fit; `agrees` if phone number or account are equal. */
export interface Fit {
  readonly bucket: Bucket;
  readonly agrees: boolean;
}

const CENTS = 1;
const PHONE_NUMBER = 2;
const ACCOUNT = 4;

/** The buckets for one set of compared traits. */
interface Table {
  readonly buckets: Map<string, Bucket & { readonly positions: number[] }>;
  /** Which of the compared traits the items have: one look-up each. */
  readonly patterns: Set<number>;
}

/** Finds the items that do not contradict given traits, in at most eight look-ups instead of one comparison per item. */
export class FitIndex {
  /** By the traits that are compared, because those that the other side lacks are not. */
  readonly #tables: ReadonlyMap<number, Table>;
  #count = 0;

  private constructor(compared: Iterable<number>) {
    this.#tables = new Map(Array.from(compared, (traits) => [traits, { buckets: new Map(), patterns: new Set() }]));
  }

  /** Indexes `items`, an item being a position with its traits, for look-ups by the traits of `others`. */
  static async of(
    items: Iterable<readonly [position: number, traits: Traits]>,
    others: readonly Traits[],
    pause: Pause,
  ): Promise<FitIndex> {
    const index = new FitIndex(new Set(await inSlices(others, pause, present)));
    await inSlices(items, pause, ([position, traits]) => index.#add(position, traits));
    return index;
  }

  /** The non-empty buckets of items that fit; no item is in two of them. */
  fits(traits: Traits): Fit[] {
    const compared = present(traits);
    const table = this.#tables.get(compared);
    const found: Fit[] = [];
    for (const equal of table?.patterns ?? []) {
      const bucket = table?.buckets.get(keyOf(traits, compared, equal));
      if (bucket) found.push({ bucket, agrees: (equal & (PHONE_NUMBER | ACCOUNT)) !== 0 });
    }
    return found;
  }

  #add(position: number, traits: Traits): void {
    for (const [compared, { buckets, patterns }] of this.#tables) {
      const pattern = compared & present(traits);
      patterns.add(pattern);
      const key = keyOf(traits, compared, pattern);
      const bucket = buckets.get(key);
      if (bucket) bucket.positions.push(position);
      else buckets.set(key, { id: this.#count++, positions: [position] });
    }
  }
}

/** The number of items in buckets. */
export function countOf(fits: readonly Fit[]): number {
  return fits.reduce((count, { bucket }) => count + bucket.positions.length, 0);
}

/** Which traits are there, as a bit mask. */
function present({ cents, phoneNumber, account }: Traits): number {
  return (
    (cents === undefined ? 0 : CENTS) |
    (phoneNumber === undefined ? 0 : PHONE_NUMBER) |
    (account === undefined ? 0 : ACCOUNT)
  );
}

/** Names a bucket: `-` for an absent value, nothing for one that is not compared. The account is last: it is free text. */
function keyOf({ cents, phoneNumber, account }: Traits, compared: number, equal: number): string {
  const part = (trait: number, value: string): string => (equal & trait ? value : compared & trait ? "-" : "");
  return `${part(CENTS, `=${cents}`)} ${part(PHONE_NUMBER, `=${phoneNumber}`)} ${part(ACCOUNT, `=${account}`)}`;
}
