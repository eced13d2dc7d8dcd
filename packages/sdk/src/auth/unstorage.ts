import type { StoredToken, TokenStore } from "./token-store.ts";
import { isTokenText } from "./token-text.ts";

/** What is used of an unstorage `Storage`; anything of this shape will do. */
export interface TokenStorage {
  getItem(key: string): unknown;
  setItem(key: string, value: StoredToken, options?: { readonly ttl?: number }): unknown;
}

/** Options of {@link unstorageTokenStore}. */
export interface UnstorageTokenStoreOptions {
  /** Comes before each key, with a colon between. @default "mpesa:token" */
  prefix?: string;
  /** The clock, in milliseconds since 1970: the same one that the client has. @default Date.now */
  now?: () => number;
}

/**
 * Keeps access tokens in an [unstorage](https://unstorage.unjs.io) storage: Redis, Cloudflare KV, files and more.
 * Each token is stored until it ends: drivers that know a time to live (seconds) drop it by themselves.
 * Whoever can read the storage can pay with the token: keep it private. What fails in it is thrown; the client
 * reports that through `onEvent` and goes on without the store.
 *
 * @example
 * import { createStorage } from "unstorage";
 * import redisDriver from "unstorage/drivers/redis";
 *
 * const storage = createStorage({ driver: redisDriver({ url: "redis://localhost:6379" }) });
 * const mpesa = new Mpesa({ …, tokenStore: unstorageTokenStore(storage) });
 */
export function unstorageTokenStore(storage: TokenStorage, options: UnstorageTokenStoreOptions = {}): TokenStore {
  const { prefix = "mpesa:token", now = Date.now } = options;
  return {
    async get(key) {
      const found: unknown = await storage.getItem(`${prefix}:${key}`);
      return isToken(found) ? { token: found.token, expiresAt: found.expiresAt } : undefined;
    },
    async set(key, { token, expiresAt }) {
      // Drivers read 0 as "for ever".
      const ttl = Math.max(1, Math.ceil((expiresAt - now()) / 1000));
      await storage.setItem(`${prefix}:${key}`, { token, expiresAt }, { ttl });
    },
  };
}

/** Other versions and other programs may have written there. */
function isToken(value: unknown): value is StoredToken {
  const { token, expiresAt } = (value ?? {}) as Partial<Record<keyof StoredToken, unknown>>;
  return isTokenText(token) && Number.isFinite(expiresAt);
}
