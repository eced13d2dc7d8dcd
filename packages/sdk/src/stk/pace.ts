import { operationTable } from "@mpesa/raw";
import type { Time } from "../clock.ts";
import type { Config } from "../options.ts";
import { MAX_TIMEOUT_MS } from "../validate/call-options.ts";

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

/** The longest pause that one response may ask of all queries. */
const MAX_HOLD_MS = 120_000;

const { requests, periodMs, environment: measuredIn } = operationTable.stkQuery.rateLimit;
/** A younger prompt is not found, so there is no use in asking sooner. */
export const FIRST_POLL_MS: number = Math.ceil(periodMs / requests);
/** One fewer than the measured rate allows: a query that replaces a stale token counts too, and a burst is refused. */
export const POLL_INTERVAL_MS: number = Math.ceil(periodMs / (requests - 1));

/** A query that waits for its turn. */
interface Ticket extends HeapItem {
  readonly earliest: number;
  /** Of two with the same moment, the one that joined first is served first. */
  readonly order: number;
  readonly serve: () => void;
}

/** Spaces the queries of all waits of one client, because the gateway counts them together. Who waits longest is next. */
export class Pace {
  readonly #time: Time;
  readonly #intervalMs: number;
  readonly #line = new Heap<Ticket>((one, other) =>
    one.earliest === other.earliest ? one.order < other.order : one.earliest < other.earliest,
  );
  #joined = 0;
  #freeAt = Number.NEGATIVE_INFINITY;
  /** The one timer of the line, set for its first ticket or earlier. */
  #alarm: { readonly at: number; readonly off: AbortController } | undefined;

  constructor({
    environment,
    maxQueriesPerSecond,
    time,
  }: Pick<Config, "environment" | "maxQueriesPerSecond" | "time">) {
    const ceilingMs = 1000 / maxQueriesPerSecond;
    // Without an environment it may be the sandbox behind a proxy.
    const isMeasured = environment === undefined || environment === measuredIn;
    this.#intervalMs = isMeasured ? Math.max(POLL_INTERVAL_MS, ceilingMs) : ceilingMs;
    this.#time = time;
  }

  /** Resolves with true when a query may leave, not before `earliest`, or with false when `over` aborts. */
  turn({ earliest, over }: { earliest: number; over: AbortSignal }): Promise<boolean> {
    return new Promise((resolve) => {
      const leave = (): void => {
        this.#line.remove(ticket);
        if (this.#line.first === undefined) this.#setAlarm(undefined);
        resolve(false);
      };
      const serve = (): void => {
        over.removeEventListener("abort", leave);
        resolve(true);
      };
      const ticket: Ticket = { earliest, order: this.#joined++, serve };
      if (over.aborted) return resolve(false);
      over.addEventListener("abort", leave, { once: true });
      this.#line.add(ticket);
      this.#serve();
    });
  }

  /** Keeps everybody back until then, but never for longer than two minutes: then one query finds out whether it still holds. */
  hold(until: number): void {
    this.#freeAt = Math.max(this.#freeAt, Math.min(until, this.#time.elapsed() + MAX_HOLD_MS));
  }

  /** Lets all queries leave whose moment has come, and sleeps until the next. */
  #serve(): void {
    const now = this.#time.elapsed();
    let { first } = this.#line;
    while (first && this.#momentOf(first) <= now) {
      this.#line.remove(first);
      this.#freeAt = now + this.#intervalMs;
      first.serve();
      first = this.#line.first;
    }
    this.#setAlarm(first && this.#momentOf(first));
  }

  #momentOf({ earliest }: Ticket): number {
    return Math.max(earliest, this.#freeAt);
  }

  #setAlarm(at: number | undefined): void {
    // An earlier one looks at the line again.
    if (at !== undefined && this.#alarm && this.#alarm.at <= at) return;
    this.#alarm?.off.abort();
    this.#alarm = undefined;
    if (at === undefined) return;
    const alarm = { at, off: new AbortController() };
    this.#alarm = alarm;
    const ms = Math.min(at - this.#time.elapsed(), MAX_TIMEOUT_MS);
    this.#time
      .sleep(ms, alarm.off.signal)
      .then(() => {
        if (this.#alarm !== alarm) return;
        this.#alarm = undefined;
        this.#serve();
      })
      .catch(() => this.#serveAll());
  }

  /** Ends all waiting after the caller's clock failed: each wait meets the error when it reads the clock itself. */
  #serveAll(): void {
    for (let { first } = this.#line; first; first = this.#line.first) {
      this.#line.remove(first);
      first.serve();
    }
  }
}
