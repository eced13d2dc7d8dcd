import { nameOf } from "../errors.ts";
import type { MpesaEventHandler } from "../events.ts";
import { type WaitLimits, waitForStore, waitWithin } from "../wait-within.ts";
import type { StoredToken, TokenOptions, TokenSource, TokenStore } from "./token-source.ts";
import { isTokenText } from "./token-source.ts";

/**
 * A token is renewed this many milliseconds before its expiry, or a tenth of its lifetime before if that is shorter.
 */
const MARGIN_MS = 60_000;
/**
 * Number of rejected tokens to remember. If another process writes a rejected token to the store, this process ignores
 * the token.
 */
const MAX_REJECTED = 16;

/** Options of {@link TokenProvider}. */
export interface TokenProviderOptions {
  /** Fetches a token from the gateway. `expiresInMs` counts from the moment before the request. */
  readonly fetchToken: () => Promise<{ token: string; expiresInMs: number }>;
  readonly now: () => number;
  readonly emit: MpesaEventHandler;
  readonly store?: TokenStore | undefined;
  /** Returns the key of the token in the store. */
  readonly key: () => Promise<string>;
}

/**
 * One token for any number of callers: fetched once, shared until shortly before its expiry, replaced when rejected.
 */
export class TokenProvider implements TokenSource {
  readonly #options: TokenProviderOptions;
  readonly #rejected = new Set<string>();
  #current: (StoredToken & { readonly renewAt: number }) | undefined;
  #renewing: Promise<string> | undefined;
  #fetching: Promise<string> | undefined;
  /**
   * Resolves after the last write to the store. Writes run one by one, because discarding an old token could otherwise
   * overwrite a new one.
   */
  #lastWrite: Promise<void> = Promise.resolve();

  constructor(options: TokenProviderOptions) {
    this.#options = options;
  }

  async get({ signal, timeoutMs, forceRefresh = false }: TokenOptions = {}): Promise<string> {
    for (;;) {
      signal?.throwIfAborted();
      const current = forceRefresh ? undefined : this.#validToken();
      if (current !== undefined) return current;
      // The shared request has no caller's signal: a caller who aborts must not take the token from the other callers.
      const token = await waitWithin(forceRefresh ? this.#fetch() : this.#renew(), { signal, timeoutMs });
      // The gateway may have rejected this token for another caller while this caller waited.
      if (!this.#rejected.has(token)) return token;
    }
  }

  async discard(token: string): Promise<boolean> {
    this.#rejected.add(token);
    if (this.#rejected.size > MAX_REJECTED) this.#rejected.delete([...this.#rejected][0] as string);
    if (this.#current?.token === token) this.#current = undefined;
    return true;
  }

  async discardEverywhere(token: string, limits: WaitLimits = {}): Promise<void> {
    const isFirst = !this.#rejected.has(token);
    await this.discard(token);
    // When the caller stops waiting, the work on the store continues.
    if (isFirst)
      await waitWithin(
        this.#afterOtherWrites(() => this.#discardInStore(token)),
        limits,
      ).catch(() => undefined);
  }

  #validToken(): string | undefined {
    return this.#current && this.#options.now() < this.#current.renewAt ? this.#current.token : undefined;
  }

  /**
   * Returns a token from the store, or from the gateway if the store has none. Simultaneous callers share one renewal.
   */
  #renew(): Promise<string> {
    this.#renewing ??= this.#keepStoredToken()
      .then((token) => token ?? this.#fetch())
      .finally(() => {
        this.#renewing = undefined;
      });
    return this.#renewing;
  }

  /** Reads the store and keeps its token, unless a newer token is on the way or has arrived. */
  async #keepStoredToken(): Promise<string | undefined> {
    const stored = await this.#readStore();
    // A forced refresh has begun in the meantime, so the token that was read is older.
    if (this.#fetching) return undefined;
    const current = this.#validToken();
    if (current !== undefined) return current;
    // The token's whole lifetime is unknown, and a tenth of what is left would be too short a margin: the full margin
    // applies.
    return stored && this.#keep(stored, Number.POSITIVE_INFINITY) ? stored.token : undefined;
  }

  #fetch(): Promise<string> {
    this.#fetching ??= this.#fetchNew().finally(() => {
      this.#fetching = undefined;
    });
    return this.#fetching;
  }

  async #fetchNew(): Promise<string> {
    const { now, emit, fetchToken } = this.#options;
    const started = now();
    const { token, expiresInMs } = await fetchToken();
    // A token that the gateway issues again is valid, even if the gateway rejected the same token before.
    this.#rejected.delete(token);
    const fresh = { token, expiresAt: started + expiresInMs };
    this.#keep(fresh, expiresInMs);
    emit({ type: "token", expiresInMs });
    await this.#afterOtherWrites(() => this.#writeStore(fresh));
    return token;
  }

  /** Keeps a token until the time of its renewal. Returns `false` if the renewal time of the token has passed. */
  #keep(token: StoredToken, lifetimeMs: number): boolean {
    const renewAt = token.expiresAt - Math.min(MARGIN_MS, lifetimeMs / 10);
    if (this.#options.now() >= renewAt) return false;
    this.#current = { ...token, renewAt };
    return true;
  }

  async #readStore(): Promise<StoredToken | undefined> {
    const { store, key } = this.#options;
    if (!store) return undefined;
    try {
      const found = await waitForStore(store.get(await key()));
      if (found === undefined || found === null) return undefined;
      if (!isTokenText(found.token) || !Number.isFinite(found.expiresAt)) throw new TypeError("no token");
      return this.#rejected.has(found.token) ? undefined : found;
    } catch (cause) {
      this.#warn("read from", cause);
      return undefined;
    }
  }

  #afterOtherWrites(write: () => Promise<void>): Promise<void> {
    this.#lastWrite = this.#lastWrite.then(write);
    return this.#lastWrite;
  }

  /** Marks a token in the store as expired, unless another process has replaced the token. */
  async #discardInStore(token: string): Promise<void> {
    const { store, key } = this.#options;
    if (!store) return;
    try {
      const found = await waitForStore(store.get(await key()));
      if (found?.token === token) await waitForStore(store.set(await key(), { token, expiresAt: 0 }));
    } catch (cause) {
      this.#warn("discard a token in", cause);
    }
  }

  async #writeStore(token: StoredToken): Promise<void> {
    const { store, key } = this.#options;
    if (!store) return;
    try {
      await waitForStore(store.set(await key(), token));
    } catch (cause) {
      this.#warn("write to", cause);
    }
  }

  #warn(action: string, cause: unknown): void {
    this.#options.emit({
      type: "warning",
      code: "tokenStoreFailed",
      message: `Could not ${action} the token store (${nameOf(cause)}). The client continues without the store.`,
    });
  }
}
