/** How long to wait for work that others may share. */
export interface Patience {
  readonly signal?: AbortSignal | undefined;
  /** @default without limit */
  readonly timeoutMs?: number | undefined;
}

/** Stops waiting when the signal aborts or the time is up; the work itself goes on for whoever else waits for it. */
export function abortable<T>(work: Promise<T>, { signal, timeoutMs }: Patience): Promise<T> {
  if (!signal && timeoutMs === undefined) return work;
  if (signal?.aborted) {
    // Nobody else may be waiting, and an unhandled rejection ends the process.
    work.catch(() => undefined);
    return Promise.reject(signal.reason);
  }
  return new Promise<T>((resolve, reject) => {
    const stop = (): void => reject(signal?.reason);
    const timer =
      timeoutMs === undefined
        ? undefined
        : setTimeout(() => reject(new DOMException(`none came within ${timeoutMs} ms`, "TimeoutError")), timeoutMs);
    signal?.addEventListener("abort", stop, { once: true });
    work.then(resolve, reject).finally(() => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", stop);
    });
  });
}

/** A payment waits no longer than this for each step of a store. */
const STORE_TIMEOUT_MS = 2_000;

/** Rejects when a store takes too long; what it does later is its own affair. */
export function inTime<T>(work: Promise<T>): Promise<T> {
  // A store in JavaScript may return a plain value.
  return abortable(Promise.resolve(work), { timeoutMs: STORE_TIMEOUT_MS });
}
