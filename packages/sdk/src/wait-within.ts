/** Limits of one caller's wait for work that other callers may share. */
export interface WaitLimits {
  /** Signal that ends the wait. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds after which the wait ends. @default without limit */
  readonly timeoutMs?: number | undefined;
}

/**
 * Waits for `work` within the limits. Rejects when the signal aborts or the time runs out; `work` itself continues,
 * because other callers may wait for the same promise.
 */
export function waitWithin<T>(work: Promise<T>, { signal, timeoutMs }: WaitLimits): Promise<T> {
  if (!signal && timeoutMs === undefined) return work;
  if (signal?.aborted) {
    // If no other caller waits for `work`, its rejection would be unhandled and would end the process.
    work.catch(() => undefined);
    return Promise.reject(signal.reason);
  }
  return new Promise<T>((resolve, reject) => {
    const stop = (): void => reject(signal?.reason);
    const timer =
      timeoutMs === undefined
        ? undefined
        : setTimeout(() => reject(new DOMException(`timed out after ${timeoutMs} ms`, "TimeoutError")), timeoutMs);
    signal?.addEventListener("abort", stop, { once: true });
    work.then(resolve, reject).finally(() => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", stop);
    });
  });
}

/** Milliseconds that a payment waits for each operation of a token store or guard store. */
const STORE_TIMEOUT_MS = 2_000;

/** Waits two seconds at most for an operation of a store, then rejects. The operation itself continues. */
export function waitForStore<T>(operation: Promise<T>): Promise<T> {
  // A store written in JavaScript may return a plain value instead of a promise.
  return waitWithin(Promise.resolve(operation), { timeoutMs: STORE_TIMEOUT_MS });
}
