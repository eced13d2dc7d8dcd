import type { MpesaEventHandler } from "../events.ts";

/** What a callback told about a prompt: the value that `@mpesa/sdk/callbacks` parses, or your own record of it. */
export interface StkSettlement {
  /** Which prompt; one that names another prompt is passed over. */
  readonly checkoutRequestId?: string | undefined;
  readonly merchantRequestId?: string | undefined;
  /** `0` is paid. */
  readonly resultCode?: string | number | undefined;
  readonly resultDescription?: string | undefined;
}

/** Tells when the callback of a prompt has come. */
export interface StkSettledStore<T extends StkSettlement = StkSettlement> {
  /** Resolves with the callback's content, at once if it came already. `signal` aborts when nobody waits any more. */
  wait(checkoutRequestId: string, signal: AbortSignal): Promise<T | undefined>;
}

/** Where a wait hears of the callback. */
export type StkSettled<T extends StkSettlement = StkSettlement> = PromiseLike<T | undefined> | StkSettledStore<T>;

/** Resolves when a usable callback came; never otherwise, and never rejects: a broken store leaves the wait to the query. */
export function listen<T extends StkSettlement>(
  settled: StkSettled<T> | undefined,
  checkoutRequestId: string,
  signal: AbortSignal,
  emit: MpesaEventHandler,
): Promise<T> {
  return new Promise((resolve) => {
    if (!settled) return;
    const warn = (message: string): void => emit({ type: "warning", code: "settledFailed", message });
    const take = (value: T | undefined): void => {
      if (value?.resultCode === undefined) return;
      if (value.checkoutRequestId !== undefined && value.checkoutRequestId !== checkoutRequestId) {
        warn("the settled hook gave the callback of another prompt; going on with queries.");
      } else {
        resolve(value);
      }
    };
    const hear = async (): Promise<T | undefined> =>
      "wait" in settled ? settled.wait(checkoutRequestId, signal) : settled;
    hear().then(take, (cause: unknown) => {
      if (signal.aborted) return;
      warn(`the settled hook failed (${cause instanceof Error ? cause.name : typeof cause}); going on with queries.`);
    });
  });
}
