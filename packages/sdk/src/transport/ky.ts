import ky from "ky";
import { NOT_BEGUN } from "./attempt.ts";
import type { Outcome } from "./send.ts";

/** A call that may be repeated. */
export interface Retrying {
  readonly url: string;
  readonly signal: AbortSignal | undefined;
  readonly maxRetries: number;
  readonly once: () => Promise<Outcome>;
  /** Milliseconds until the next try, or nothing when the outcome is final. */
  readonly delayOf: (outcome: Outcome, retry: number) => number | undefined;
}

/** Carries an outcome that is worth another try through ky's retry loop. */
class TryAgain extends Error {
  readonly delayMs: number;

  constructor(delayMs: number) {
    super("try again");
    this.delayMs = delayMs;
  }
}

/**
 * Repeats a safe call: ky counts, waits and listens to the signal. Deciding stays here, because Daraja's answers
 * must be read before it is clear whether they are worth another try; so ky sees whole attempts, never a status.
 */
export async function retrying({ url, signal, maxRetries, once, delayOf }: Retrying): Promise<Outcome> {
  let latest: Outcome = { kind: "notSent", why: NOT_BEGUN, cause: signal?.reason };
  let retry = 0;
  let delayMs = 0;
  const oneAttempt = async (): Promise<Response> => {
    latest = await once();
    const next = retry < maxRetries && !signal?.aborted ? delayOf(latest, retry + 1) : undefined;
    if (next === undefined) return new Response();
    retry++;
    delayMs = next;
    throw new TryAgain(next);
  };
  try {
    await ky(url, {
      fetch: oneAttempt,
      timeout: false,
      throwHttpErrors: false,
      retry: { limit: maxRetries, shouldRetry: ({ error }) => error instanceof TryAgain, delay: () => delayMs },
      ...(signal && { signal }),
    });
  } catch (cause) {
    // Out of tries, or aborted while waiting: the last outcome stands. Anything else may have come after sending.
    if (!(cause instanceof TryAgain) && !signal?.aborted) return { kind: "lost", why: "the call broke off", cause };
  }
  return latest;
}
