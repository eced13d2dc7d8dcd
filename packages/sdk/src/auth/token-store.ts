/** An access token with its expiry. */
export interface StoredToken {
  /** The access token. Keep the token secret: whoever has the token can pay from your short codes. */
  readonly token: string;
  /** The moment at which the token expires, in milliseconds since 1970. */
  readonly expiresAt: number;
}

/**
 * A token store shares access tokens between processes, so that all of them use the same token. Pass the store to the
 * client as `tokenStore`. `unstorageTokenStore` makes a token store from an unstorage storage.
 *
 * A key is a hash and not secret. A token is secret, so keep the store private. The client waits two seconds at most
 * for each operation. If the store fails, the client emits a `warning` event with the code `tokenStoreFailed` and
 * continues without the store.
 *
 * @example
 * const tokenStore: TokenStore = {
 *   get: async (key) => JSON.parse((await redis.get(`token:${key}`)) ?? "null") ?? undefined,
 *   set: async (key, token) => void (await redis.set(`token:${key}`, JSON.stringify(token))),
 * };
 */
export interface TokenStore {
  /**
   * Resolves with the token that `set` stored under the key, or with `undefined`. The client ignores expired tokens.
   */
  get(key: string): Promise<StoredToken | undefined>;
  /**
   * Stores or replaces the token of a key. After `expiresAt` the store may delete the token. An `expiresAt` of 0 marks
   * a token that the client no longer uses, because the token lacks a product that may have been enabled since.
   */
  set(key: string, token: StoredToken): Promise<void>;
}
