import { TokenProvider, type TokenProviderOptions } from "../../src/auth/token-provider.ts";
import type { MpesaEvent } from "../../src/events.ts";

/** A gateway without a network: it answers when told, and counts. */
export interface Gateway {
  readonly provider: TokenProvider;
  readonly events: MpesaEvent[];
  readonly clock: { now: number };
  /** Requests for a token so far. */
  readonly requests: number;
  /** Answers the oldest open request with a new token, `token-1` first. */
  answer(expiresInMs?: number): Promise<void>;
  fail(error?: Error): Promise<void>;
}

export function gateway(options: Partial<TokenProviderOptions> = {}): Gateway {
  const open: { resolve(answer: { token: string; expiresInMs: number }): void; reject(error: Error): void }[] = [];
  const events: MpesaEvent[] = [];
  const clock = { now: 1_700_000_000_000 };
  let requests = 0;
  let issued = 0;
  const provider = new TokenProvider({
    fetchToken: () => {
      requests++;
      return new Promise((resolve, reject) => open.push({ resolve, reject }));
    },
    now: () => clock.now,
    emit: (event) => events.push(event),
    key: async () => "key",
    ...options,
  });
  const next = async (): Promise<(typeof open)[number]> => {
    for (let turn = 0; open.length === 0 && turn < 50; turn++) await settle();
    const request = open.shift();
    if (!request) throw new Error("no token request is open");
    return request;
  };
  return {
    provider,
    events,
    clock,
    get requests() {
      return requests;
    },
    answer: async (expiresInMs = 3_599_000) => {
      (await next()).resolve({ token: `token-${++issued}`, expiresInMs });
      await settle();
    },
    fail: async (error = new Error("the gateway is down")) => {
      (await next()).reject(error);
      await settle();
    },
  };
}

/** Lets all that is ready run. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
