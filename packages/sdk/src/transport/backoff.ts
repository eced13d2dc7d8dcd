const BASE_MS = 500;
/** Longer waits are the caller's decision: the error carries `retryAfterMs`. */
export const MAX_DELAY_MS = 8_000;

/** Full jitter: any moment up to a ceiling that doubles with each retry, so that many clients do not come back together. */
export function backoffMs(retry: number): number {
  return Math.random() * Math.min(MAX_DELAY_MS, BASE_MS * 2 ** (retry - 1));
}

/** Waits, or returns false as soon as the signal aborts. */
export function wait(ms: number, signal: AbortSignal | undefined): Promise<boolean> {
  if (signal?.aborted) return Promise.resolve(false);
  return new Promise((resolve) => {
    const stop = (): void => {
      clearTimeout(timer);
      resolve(false);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve(true);
    }, ms);
    signal?.addEventListener("abort", stop, { once: true });
  });
}
