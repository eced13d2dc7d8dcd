const BASE_MS = 500;
/**
 * The longest pause before a retry. If the gateway asks for a longer pause, the call ends and its error has
 * `retryAfterMs`.
 */
export const MAX_DELAY_MS = 8_000;

/**
 * Returns a random delay in milliseconds (full jitter), so that many clients do not retry at the same moment. The delay
 * is at most 500 ms for the first retry; the maximum doubles with each retry, up to 8 seconds.
 */
export function backoffMs(retry: number): number {
  return Math.random() * Math.min(MAX_DELAY_MS, BASE_MS * 2 ** (retry - 1));
}
