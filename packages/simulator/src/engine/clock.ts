/** Where the simulator reads the time. */
export interface Clock {
  now(): number;
}

/** A clock that stands still until it is told to go on. */
export class VirtualClock implements Clock {
  #now: number;

  /** @param startAt milliseconds since 1970 */
  constructor(startAt: number) {
    this.#now = startAt;
  }

  now(): number {
    return this.#now;
  }

  /** Goes on to an instant; never back. */
  moveTo(at: number): void {
    this.#now = Math.max(this.#now, at);
  }
}
