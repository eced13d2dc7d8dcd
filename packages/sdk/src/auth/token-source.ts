import { abortable, type Patience } from "./abortable.ts";
import { isTokenText } from "./token-text.ts";

/** How to get a token. */
export interface TokenOptions {
  /** Stops waiting; a shared request goes on for the others. */
  signal?: AbortSignal | undefined;
  /**
   * Milliseconds until the token must be there.
   * @default the client's timeoutMs for `accessToken`; with keys, each request for a token has the client's timeoutMs
   */
  timeoutMs?: number | undefined;
  /** Asks the gateway for a new one although the one at hand is still good. @default false */
  forceRefresh?: boolean;
}

/** Where access tokens come from. */
export interface TokenSource {
  /** A token that has not been refused. Rejects when there is none to be had, or with the signal's reason. */
  get(options?: TokenOptions): Promise<string>;
  /** Drops a token that the gateway refused. False when asking again cannot bring another one. Never rejects. */
  refuse(token: string, patience?: Patience): Promise<boolean>;
  /** Drops a token that lacks a product, for other processes too. Never rejects. */
  drop(token: string, patience?: Patience): Promise<void>;
}

/** Takes tokens from a function of the caller's, who then looks after their lifetime. */
export class GivenTokenSource implements TokenSource {
  readonly #give: () => string | Promise<string>;
  readonly #timeoutMs: number;

  constructor(give: () => string | Promise<string>, timeoutMs: number) {
    this.#give = give;
    this.#timeoutMs = timeoutMs;
  }

  async get({ signal, timeoutMs = this.#timeoutMs }: TokenOptions = {}): Promise<string> {
    signal?.throwIfAborted();
    const token: unknown = await abortable(Promise.resolve(this.#give()), { signal, timeoutMs });
    if (!isTokenText(token)) {
      throw new TypeError("accessToken() must give a text that is not empty, without spaces and special characters");
    }
    return token;
  }

  async refuse(token: string, patience: Patience = {}): Promise<boolean> {
    try {
      return (await this.get(patience)) !== token;
    } catch {
      // The refusal that led here says more than a function that has failed since.
      return false;
    }
  }

  async drop(): Promise<void> {
    // The function is asked for each call anyway.
  }
}
