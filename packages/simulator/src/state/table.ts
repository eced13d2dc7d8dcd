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
  readonly #keep: (record: T) => boolean;

  /** @param limit the oldest records beyond it are forgotten, unless `keep` says that they are still in use */
  constructor(name: string, touch: Touch, limit: number = Infinity, keep: (record: T) => boolean = () => false) {
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
    this.#rows.set(key, record);
    this.#touch(this.name, key);
    if (this.#rows.size > this.#limit) this.#forgetOldest();
    return record;
  }

  delete(key: string): void {
    if (this.#rows.delete(key)) this.#touch(this.name, key);
  }

  values(): IterableIterator<T> {
    return this.#rows.values();
  }

  /** Puts back what the state file holds, without telling anybody. */
  restore(key: string, record: T): void {
    this.#rows.set(key, record);
  }

  #forgetOldest(): void {
    for (const [key, record] of this.#rows) {
      if (this.#keep(record)) continue;
      this.delete(key);
      return;
    }
  }
}
