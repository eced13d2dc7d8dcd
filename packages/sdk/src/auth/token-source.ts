import { type WaitLimits, waitWithin } from "../wait-within.ts";

/** Options of `mpesa.auth.token()`. */
export interface TokenOptions {
  /** Stops waiting for the token. If other calls wait for the same token request, the request continues. */
  signal?: AbortSignal | undefined;
  /**
   * Milliseconds to wait for the token, from 1 to 2,147,483,647.
   * @default the client's timeoutMs if the client has `accessToken`; otherwise each token request has the client's
   * timeoutMs
   */
  timeoutMs?: number | undefined;
  /** Set to `true` to fetch a new token from the gateway although the current token is still valid. @default false */
  forceRefresh?: boolean;
}

/** A source of access tokens. */
export interface TokenSource {
  /** Resolves with a token that has not been rejected. Rejects if there is no token, or with the signal's reason. */
  get(options?: TokenOptions): Promise<string>;
  /**
   * Discards a token that the gateway rejected. Never rejects.
   *
   * @returns Whether `get` may return another token.
   */
  discard(token: string, limits?: WaitLimits): Promise<boolean>;
  /** Discards a token that lacks a product, in the token store too. Never rejects. */
  discardEverywhere(token: string, limits?: WaitLimits): Promise<void>;
}

/** Tokens from the client option `accessToken`: a function of the caller that keeps and renews the token. */
export class CallerTokenSource implements TokenSource {
  readonly #accessToken: () => string | Promise<string>;
  readonly #timeoutMs: number;

  constructor(accessToken: () => string | Promise<string>, timeoutMs: number) {
    this.#accessToken = accessToken;
    this.#timeoutMs = timeoutMs;
  }

  async get({ signal, timeoutMs = this.#timeoutMs }: TokenOptions = {}): Promise<string> {
    signal?.throwIfAborted();
    const token: unknown = await waitWithin(Promise.resolve(this.#accessToken()), { signal, timeoutMs });
    if (!isTokenText(token)) {
      throw new TypeError(
        "accessToken() must return a non-empty string of printable ASCII characters without whitespace",
      );
    }
    return token;
  }

  async discard(token: string, limits: WaitLimits = {}): Promise<boolean> {
    try {
      return (await this.get(limits)) !== token;
    } catch {
      // The gateway's rejection says more than an error of accessToken() afterwards.
      return false;
    }
  }

  async discardEverywhere(): Promise<void> {
    // There is nothing to discard: accessToken() is called for each request.
  }
}

/**
 * Returns whether a value is a string that can stand in an `Authorization` header: printable ASCII without whitespace.
 */
export function isTokenText(value: unknown): value is string {
  return typeof value === "string" && /^[\x21-\x7e]+$/.test(value);
}

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
