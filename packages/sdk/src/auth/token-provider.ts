import { nameOf } from "../errors/name-of.ts";
import type { MpesaEventHandler } from "../events.ts";
import { abortable, inTime, type Patience } from "./abortable.ts";
import type { TokenOptions, TokenSource } from "./token-source.ts";
import type { StoredToken, TokenStore } from "./token-store.ts";
import { isTokenText } from "./token-text.ts";

/** A token is renewed this long before it ends, or at a tenth of its life if that is shorter. */
const MARGIN_MS = 60_000;
/** Refused tokens are remembered, so that a store another process feeds cannot bring one back. */
const MAX_REFUSED = 16;

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
  #renewing: Promise<string> | undefined;
  #fetching: Promise<string> | undefined;
  /** Writes go to the store one after the other, or dropping an old token could take a new one with it. */
  #written: Promise<void> = Promise.resolve();

  constructor(options: TokenProviderOptions) {
    this.#options = options;
  }

  async get({ signal, timeoutMs, forceRefresh = false }: TokenOptions = {}): Promise<string> {
    for (;;) {
      signal?.throwIfAborted();
      const usable = forceRefresh ? undefined : this.#usable();
      if (usable !== undefined) return usable;
      // No caller's signal reaches the shared request: one who leaves must not take the token from the others.
      const token = await abortable(forceRefresh ? this.#fetch() : this.#renew(), { signal, timeoutMs });
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

  async drop(token: string, patience: Patience = {}): Promise<void> {
    const isFirst = !this.#refused.has(token);
    await this.refuse(token);
    // The store goes on with it when the caller does not want to wait any longer.
    if (isFirst)
      await abortable(
        this.#afterOthers(() => this.#dropFromStore(token)),
        patience,
      ).catch(() => undefined);
  }

  #usable(): string | undefined {
    return this.#current && this.#options.now() < this.#current.renewAt ? this.#current.token : undefined;
  }

  /** From the store, or else from the gateway. */
  #renew(): Promise<string> {
    this.#renewing ??= this.#shared()
      .then((token) => token ?? this.#fetch())
      .finally(() => {
        this.#renewing = undefined;
      });
    return this.#renewing;
  }

  async #shared(): Promise<string | undefined> {
    const stored = await this.#fromStore();
    // A forced refresh may have come first: what the store held then is older.
    if (this.#fetching) return undefined;
    const usable = this.#usable();
    if (usable !== undefined) return usable;
    // Its whole life is not known, and a tenth of what is left would let it be used to its last moment.
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
    // A token that the gateway issues anew counts as good again, even if it was refused before.
    this.#refused.delete(token);
    const fresh = { token, expiresAt: started + expiresInMs };
    this.#keep(fresh, expiresInMs);
    emit({ type: "token", expiresInMs });
    await this.#afterOthers(() => this.#toStore(fresh));
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
      if (found === undefined || found === null) return undefined;
      if (!isTokenText(found.token) || !Number.isFinite(found.expiresAt)) throw new TypeError("no token");
      return this.#refused.has(found.token) ? undefined : found;
    } catch (cause) {
      this.#warn("read from", cause);
      return undefined;
    }
  }

  #afterOthers(write: () => Promise<void>): Promise<void> {
    this.#written = this.#written.then(write);
    return this.#written;
  }

  /** Ends a token in the store, unless another process has replaced it. */
  async #dropFromStore(token: string): Promise<void> {
    const { store, key } = this.#options;
    if (!store) return;
    try {
      const found = await inTime(store.get(await key()));
      if (found?.token === token) await inTime(store.set(await key(), { token, expiresAt: 0 }));
    } catch (cause) {
      this.#warn("drop a token from", cause);
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
    this.#options.emit({
      type: "warning",
      code: "tokenStoreFailed",
      message: `could not ${what} the token store (${nameOf(cause)}); going on without it`,
    });
  }
}
