import type { Clock } from "../clock.ts";
import type { StoredToken, TokenStore } from "./token-source.ts";
import { isTokenText } from "./token-source.ts";

/**
 * The methods of an unstorage `Storage` that {@link unstorageTokenStore} calls. Any object with these methods works.
 */
export interface TokenStorage {
  getItem(key: string): unknown;
  setItem(key: string, value: StoredToken, options?: { readonly ttl?: number }): unknown;
}

/** Options of {@link unstorageTokenStore}. */
export interface UnstorageTokenStoreOptions {
  /** The prefix of each key in the storage, joined to the key by a colon. @default "mpesa:token" */
  prefix?: string;
  /** The clock that the client has; only its `now` is used. @default the platform's clock */
  clock?: Pick<Clock, "now">;
}

/**
 * Makes a token store from an [unstorage](https://unstorage.unjs.io) storage: Redis, Cloudflare KV, files and more.
 *
 * Each token is stored with a time to live in seconds (`ttl`), so that drivers that support `ttl` delete expired
 * tokens. Whoever can read the storage can pay with the token, so keep the storage private. The store's functions
 * reject with the errors of the storage; the client reports the error in a `warning` event and continues without the
 * store.
 *
 * @param storage The storage.
 * @param options Key prefix and clock; see {@link UnstorageTokenStoreOptions}.
 * @example
 * import { createStorage } from "unstorage";
 * import redisDriver from "unstorage/drivers/redis";
 *
 * const storage = createStorage({ driver: redisDriver({ url: "redis://localhost:6379" }) });
 * const mpesa = new Mpesa({ …, tokenStore: unstorageTokenStore(storage) });
 */
export function unstorageTokenStore(storage: TokenStorage, options: UnstorageTokenStoreOptions = {}): TokenStore {
  const { prefix = "mpesa:token", clock = Date } = options;
  return {
    async get(key) {
      const found: unknown = await storage.getItem(`${prefix}:${key}`);
      return isStoredToken(found) ? { token: found.token, expiresAt: found.expiresAt } : undefined;
    },
    async set(key, { token, expiresAt }) {
      // Drivers interpret a ttl of 0 as "never expires".
      const ttl = Math.max(1, Math.ceil((expiresAt - clock.now()) / 1000));
      await storage.setItem(`${prefix}:${key}`, { token, expiresAt }, { ttl });
    },
  };
}

/**
 * Returns whether a value from the storage is a token: other versions and other programs may write to the same storage.
 */
function isStoredToken(value: unknown): value is StoredToken {
  const { token, expiresAt } = (value ?? {}) as Partial<Record<keyof StoredToken, unknown>>;
  return isTokenText(token) && Number.isFinite(expiresAt);
}
