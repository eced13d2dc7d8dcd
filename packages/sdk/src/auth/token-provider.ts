import type { MpesaEventHandler } from "../events.ts";
import { abortable } from "./abortable.ts";
import type { TokenSource } from "./token-source.ts";
import type { StoredToken, TokenStore } from "./token-store.ts";

/** A token is renewed this long before it ends, or at a tenth of its life if that is shorter. */
const MARGIN_MS = 60_000;
/** Refused tokens are remembered, so that a store another process feeds cannot bring one back. */
const MAX_REFUSED = 16;
/** A payment waits no longer than this for a store, twice at most: reading and writing. */
const STORE_TIMEOUT_MS = 2_000;

/** What the provider needs. */
export interface TokenProviderOptions {
  /** Fetches a token from the gateway; `expiresInMs` counts from the moment before the request. */
  readonly fetchToken: () => Promise<{ token: string; expiresInMs: number }>;
  readonly now: () => number;
  readonly emit: MpesaEventHandler;
  readonly store?: TokenStore | undefined;
  /** The key in the store. */
  readonly key: () => Promise<string>;
}

/** One token for any number of callers: fetched once, shared while it lasts, replaced when it is refused. */
export class TokenProvider implements TokenSource {
  readonly #options: TokenProviderOptions;
  readonly #refused = new Set<string>();
  #current: (StoredToken & { readonly renewAt: number }) | undefined;
  #inFlight: Promise<string> | undefined;

  constructor(options: TokenProviderOptions) {
    this.#options = options;
  }

  async get(signal?: AbortSignal): Promise<string> {
    for (;;) {
      signal?.throwIfAborted();
      const current = this.#current;
      if (current && this.#options.now() < current.renewAt) return current.token;
      // No caller's signal reaches the shared request: one who leaves must not take the token from the others.
      this.#inFlight ??= this.#renew().finally(() => {
        this.#inFlight = undefined;
      });
      const token = await abortable(this.#inFlight, signal);
      // Another caller may have had it refused while this one was waiting.
      if (!this.#refused.has(token)) return token;
    }
  }

  async refuse(token: string): Promise<boolean> {
    this.#refused.add(token);
    if (this.#refused.size > MAX_REFUSED) this.#refused.delete([...this.#refused][0] as string);
    if (this.#current?.token === token) this.#current = undefined;
    return true;
  }

  async #renew(): Promise<string> {
    const { now, emit, fetchToken } = this.#options;
    const shared = await this.#fromStore();
    // Its whole life is not known, and a tenth of what is left would let it be used to its last moment.
    if (shared && this.#keep(shared, Number.POSITIVE_INFINITY)) return shared.token;
    const started = now();
    const { token, expiresInMs } = await fetchToken();
    // A token that the gateway issues anew counts as good again, even if it was refused before.
    this.#refused.delete(token);
    const fresh = { token, expiresAt: started + expiresInMs };
    this.#keep(fresh, expiresInMs);
    emit({ type: "token", expiresInMs });
    await this.#toStore(fresh);
    return token;
  }

  /** Keeps a token for its usable time; false when none is left. */
  #keep(token: StoredToken, lifeMs: number): boolean {
    const renewAt = token.expiresAt - Math.min(MARGIN_MS, lifeMs / 10);
    if (this.#options.now() >= renewAt) return false;
    this.#current = { ...token, renewAt };
    return true;
  }

  async #fromStore(): Promise<StoredToken | undefined> {
    const { store, key } = this.#options;
    if (!store) return undefined;
    try {
      const found = await inTime(store.get(await key()));
      const usable = typeof found?.token === "string" && found.token !== "" && Number.isFinite(found.expiresAt);
      return usable && !this.#refused.has(found.token) ? found : undefined;
    } catch (cause) {
      this.#warn("read from", cause);
      return undefined;
    }
  }

  async #toStore(token: StoredToken): Promise<void> {
    const { store, key } = this.#options;
    if (!store) return;
    try {
      await inTime(store.set(await key(), token));
    } catch (cause) {
      this.#warn("write to", cause);
    }
  }

  #warn(what: string, cause: unknown): void {
    const reason = cause instanceof Error ? cause.name : typeof cause;
    this.#options.emit({
      type: "warning",
      code: "tokenStoreFailed",
      message: `could not ${what} the token store (${reason}); going on without it`,
    });
  }
}

/** Rejects when a store takes too long; what it does later is its own affair. */
function inTime<T>(work: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new DOMException("the token store is too slow", "TimeoutError")), STORE_TIMEOUT_MS);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
