import { MpesaConfigError } from "./errors.ts";
import { shapeOf } from "./issues.ts";

/**
 * A clock with timers: the simulator's `clock`, or one that a test moves. The SDK reads every time from it, and waits on it
 * for the next query, the next retry and the end of `stk.wait`. Limits on work outside this process stay in real time:
 * the `timeoutMs` of a request, and the two seconds for each step of a store.
 *
 * @example
 * const clock: Clock = { now: Date.now, setTimeout, clearTimeout }; // what the platform's clock would be
 */
export interface Clock {
  /** Returns the milliseconds since 1970. */
  now(): number;
  /** Calls `callback` once after `ms` milliseconds of this clock. Returns a handle for `clearTimeout`. */
  setTimeout(callback: () => void, ms: number): unknown;
  /** Cancels a timer. Ignores one that has fired. */
  clearTimeout(handle: unknown): void;
}

/** The clock as the SDK uses it. */
export interface Time {
  /** Milliseconds since 1970. @throws MpesaConfigError if a clock of the caller's fails. */
  now(): number;
  /** Milliseconds that only ever grow, for measuring: the platform's wall clock may be set back. */
  elapsed(): number;
  /** Resolves with true after `ms` milliseconds, or with false as soon as the signal aborts. Never rejects. */
  sleep(ms: number, signal?: AbortSignal): Promise<boolean>;
}

// Looked up at each use: test runners replace them.
const platform: Clock = {
  now: () => Date.now(),
  setTimeout: (callback, ms) => globalThis.setTimeout(callback, ms),
  clearTimeout: (handle) => globalThis.clearTimeout(handle as number),
};

/** The platform's time, for what has nothing to do with M-Pesa. */
const platformTime: Time = {
  now: platform.now,
  elapsed: () => performance.now(),
  sleep: (ms, signal) => sleep(platform, ms, signal),
};

/** The time of a clock of the caller's, or else the platform's. */
export function timeOf(clock: Clock | undefined): Time {
  if (!clock) return platformTime;
  const now = (): number => checkedNow(clock);
  // A timer that fires shows that its time has passed, also where `now` stands still or was set back.
  let latest = Number.NEGATIVE_INFINITY;
  return {
    now,
    elapsed: () => {
      latest = Math.max(latest, now());
      return latest;
    },
    async sleep(ms, signal) {
      const due = Math.max(latest, timestampOf(clock)) + ms;
      const isOver = await sleep(clock, ms, signal);
      if (isOver) latest = Math.max(latest, due);
      return isOver;
    },
  };
}

/** The reading of a clock, or the distant past if it fails: who only waits needs none. */
function timestampOf(clock: Clock): number {
  try {
    return checkedNow(clock);
  } catch {
    return Number.NEGATIVE_INFINITY;
  }
}

/** A wrong clock would sign requests with a wrong time, so each reading is checked. */
function checkedNow(clock: Clock): number {
  let received = "a function that throws";
  let cause: unknown;
  try {
    const ms: unknown = clock.now();
    if (typeof ms === "number" && Number.isFinite(ms)) return ms;
    received = `a function that returns ${shapeOf(ms)}`;
  } catch (error) {
    cause = error;
  }
  const rule = "must return the milliseconds since 1970";
  throw new MpesaConfigError([{ field: "clock.now", received, rule, fix: "Omit clock to use the platform's." }], {
    cause,
  });
}

function sleep(clock: Clock, ms: number, signal: AbortSignal | undefined): Promise<boolean> {
  if (signal?.aborted) return Promise.resolve(false);
  return new Promise((resolve) => {
    const stop = (): void => {
      resolve(false);
      cancel();
    };
    const cancel = startTimer(
      clock,
      () => {
        signal?.removeEventListener("abort", stop);
        resolve(true);
      },
      ms,
    );
    signal?.addEventListener("abort", stop, { once: true });
  });
}

/** Returns the function that cancels the timer. Timers that fail must not end a payment that is on its way. */
function startTimer(clock: Clock, work: () => void, ms: number): () => void {
  try {
    const handle = clock.setTimeout(work, ms);
    return () => {
      try {
        clock.clearTimeout(handle);
      } catch {
        // It fires in vain.
      }
    };
  } catch {
    return startTimer(platform, work, ms);
  }
}
