/** An item that knows its place in the heap, so that it can leave from the middle. */
export interface HeapItem {
  /** Set by the heap; `undefined` outside of it. */
  place?: number | undefined;
}

/** A binary heap: the first item at once, joining and leaving in logarithmic time. */
export class Heap<T extends HeapItem> {
  readonly #items: T[] = [];
  readonly #isBefore: (one: T, other: T) => boolean;

  constructor(isBefore: (one: T, other: T) => boolean) {
    this.#isBefore = isBefore;
  }

  get first(): T | undefined {
    return this.#items[0];
  }

  add(item: T): void {
    this.#put(item, this.#items.length);
    this.#rise(item);
  }

  /** Does nothing for an item that has left already. */
  remove(item: T): void {
    const { place } = item;
    if (place === undefined) return;
    item.place = undefined;
    const last = this.#items.pop() as T;
    if (last === item) return;
    this.#put(last, place);
    this.#rise(last);
    this.#sink(last);
  }

  #rise(item: T): void {
    for (;;) {
      const place = item.place as number;
      const parent = this.#items[(place - 1) >> 1];
      if (place === 0 || parent === undefined || !this.#isBefore(item, parent)) return;
      this.#swap(item, parent);
    }
  }

  #sink(item: T): void {
    for (;;) {
      const [left, right] = [2 * (item.place as number) + 1, 2 * (item.place as number) + 2].map(
        (place) => this.#items[place],
      );
      const child = left && right && this.#isBefore(right, left) ? right : left;
      if (child === undefined || !this.#isBefore(child, item)) return;
      this.#swap(item, child);
    }
  }

  #swap(one: T, other: T): void {
    const [here, there] = [one.place as number, other.place as number];
    this.#put(one, there);
    this.#put(other, here);
  }

  #put(item: T, place: number): void {
    this.#items[place] = item;
    item.place = place;
  }
}
