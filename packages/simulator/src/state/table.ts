/** One record that was written or, when `record` is undefined, removed. */
export interface Change {
  readonly table: string;
  readonly key: string;
  readonly record: object | undefined;
}

/** Tells the store that a key of a table changed. */
type Touch = (table: string, key: string) => void;

/**
 * Records by key, in the order of their first writing. Everything the simulator knows is in tables, so that one
 * journal feeds the state file and the page.
 */
export class Table<T extends object> {
  readonly name: string;
  readonly #rows = new Map<string, T>();
  readonly #touch: Touch;
  readonly #limit: number;
  readonly #keep: ((record: T) => boolean) | undefined;
  /** Keys of records that may be forgotten, in the order in which they came to be so: nobody looks for them among those in use. */
  readonly #spare = new Set<string>();
  /** Stays in the place that it has reached: whatever is before it is gone. Made late: an idle one would hold memory. */
  #oldest: Iterator<string> | undefined;

  /**
   * @param limit the oldest records beyond it are forgotten
   * @param keep whether a record is still in use and must not be forgotten; asked whenever the record is written
   */
  constructor(name: string, touch: Touch, limit: number = Infinity, keep?: (record: T) => boolean) {
    this.name = name;
    this.#touch = touch;
    this.#limit = limit;
    this.#keep = keep;
  }

  get size(): number {
    return this.#rows.size;
  }

  get(key: string): T | undefined {
    return this.#rows.get(key);
  }

  has(key: string): boolean {
    return this.#rows.has(key);
  }

  /** Writes a new record, or tells that an existing one was changed in place. */
  put(key: string, record: T): T {
    this.restore(key, record);
    this.#touch(this.name, key);
    if (this.#rows.size > this.#limit) this.#forgetOldest();
    return record;
  }

  delete(key: string): void {
    this.#spare.delete(key);
    if (this.#rows.delete(key)) this.#touch(this.name, key);
  }

  values(): IterableIterator<T> {
    return this.#rows.values();
  }

  /** Puts back what the state file holds, without telling anybody. */
  restore(key: string, record: T): void {
    this.#rows.set(key, record);
    if (!this.#keep) return;
    if (this.#keep(record)) this.#spare.delete(key);
    else this.#spare.add(key);
  }

  #forgetOldest(): void {
    // At its end an iterator would stay there for ever.
    if (this.#keep && this.#spare.size === 0) return;
    this.#oldest ??= this.#keep ? this.#spare.values() : this.#rows.keys();
    const { value: key } = this.#oldest.next();
    if (key !== undefined) this.delete(key);
  }
}
