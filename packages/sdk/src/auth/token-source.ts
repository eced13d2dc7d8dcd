import { abortable } from "./abortable.ts";

/** Where access tokens come from. */
export interface TokenSource {
  /** A token that has not been refused. Rejects when there is none to be had, or with the signal's reason. */
  get(signal?: AbortSignal): Promise<string>;
  /** Drops a token that the gateway refused. False when asking again cannot bring another one. Never rejects. */
  refuse(token: string): Promise<boolean>;
}

/** Takes tokens from a function of the caller's, who then looks after their lifetime. */
export class GivenTokenSource implements TokenSource {
  readonly #give: () => string | Promise<string>;

  constructor(give: () => string | Promise<string>) {
    this.#give = give;
  }

  async get(signal?: AbortSignal): Promise<string> {
    const token = await abortable(Promise.resolve(this.#give()), signal);
    if (typeof token !== "string" || !/^[\x21-\x7e]+$/.test(token)) {
      throw new TypeError("accessToken() must give a text that is not empty, without spaces and special characters");
    }
    return token;
  }

  async refuse(token: string): Promise<boolean> {
    try {
      return (await this.get()) !== token;
    } catch {
      // The refusal that led here says more than a function that has failed since.
      return false;
    }
  }
}
