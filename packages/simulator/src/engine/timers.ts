import { startTimer } from "./real-time.ts";

/** How often nothing must happen before time goes on by itself; each turn lets everything run that is ready. */
const QUIET_TURNS = 5;

/** A timer of somebody who waits on the virtual clock. */
export interface ClientTimer {
  readonly at: number;
  readonly work: () => void;
}

/** The timers that clients have set on the virtual clock, and whether those clients are at work. */
export class ClientTimers {
  readonly #timers = new Set<ClientTimer>();
  #exchanges = 0;
  /** Counts whatever a client does. */
  #steps = 0;

  /** The earliest timer; of two with one instant the one that was set first. */
  get first(): ClientTimer | undefined {
    let first: ClientTimer | undefined;
    for (const timer of this.#timers) if (!first || timer.at < first.at) first = timer;
    return first;
  }

  add(timer: ClientTimer): void {
    this.#steps++;
    this.#timers.add(timer);
  }

  remove(timer: unknown): void {
    this.#steps++;
    this.#timers.delete(timer as ClientTimer);
  }

  fire(timer: ClientTimer): void {
    this.remove(timer);
    try {
      timer.work();
    } catch (error) {
      // As with real timers: it is nobody's who is running now.
      startTimer(() => {
        throw error;
      }, 0);
    }
  }

  /** Counts a request as a client's work until it has its response. */
  async during<T>(exchange: Promise<T>): Promise<T> {
    this.#exchanges++;
    try {
      return await exchange;
    } finally {
      this.#exchanges--;
      this.#steps++;
    }
  }

  /** Resolves as soon as no request is being answered and no client has done anything for some turns. */
  async quiet(): Promise<void> {
    let seen = this.#steps;
    for (let turns = 0; turns < QUIET_TURNS; turns++) {
      await new Promise<void>((resolve) => startTimer(resolve, 0));
      if (this.#exchanges > 0 || this.#steps !== seen) turns = -1;
      seen = this.#steps;
    }
  }
}
