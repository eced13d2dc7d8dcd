/** A token and when it ends, in milliseconds since 1970. */
export interface StoredToken {
  /** The access token; a secret. */
  readonly token: string;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

/**
 * Shares access tokens between processes, so that each key holds one token only. `key` is a hash and no secret;
 * the token is one, so keep the store private. A store that fails is reported through `onEvent` and stops nothing.
 */
export interface TokenStore {
  /** Resolves with what `set` stored, or `undefined`. A token that has ended is passed over by the client. */
  get(key: string): Promise<StoredToken | undefined>;
  /** Keeps a token until its `expiresAt`; 0 drops it, because it lacks a product that may have been enabled since. */
  set(key: string, token: StoredToken): Promise<void>;
}
