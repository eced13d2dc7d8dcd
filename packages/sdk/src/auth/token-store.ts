/** A token and when it ends, in milliseconds since 1970. */
export interface StoredToken {
  readonly token: string;
  readonly expiresAt: number;
}

/**
 * Shares access tokens between processes, so that each key holds one token only. `key` is a hash and no secret;
 * the token is one, so keep the store private. A store that fails is reported through `onEvent` and stops nothing.
 */
export interface TokenStore {
  get(key: string): Promise<StoredToken | undefined>;
  set(key: string, token: StoredToken): Promise<void>;
}
