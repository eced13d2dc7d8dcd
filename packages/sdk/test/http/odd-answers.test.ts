import { describe, expect, it, vi } from "vitest";
import type { Mpesa, MpesaOptions } from "../../src/index.ts";
import { type Answer, connect, daraja, failure, type Json } from "../products/harness.ts";

const push = ({ stk }: Mpesa, options = {}): Promise<unknown> =>
  stk.push({ payTo: { account: "A" }, phoneNumber: "0708374149", amount: 1 }, options);
const pay = ({ b2c }: Mpesa): Promise<unknown> =>
  b2c.pay({ phoneNumber: "0708374149", amount: 10, originatorConversationId: "own-1" });
const query = ({ stk }: Mpesa): Promise<unknown> => stk.query({ checkoutRequestId: "ws_CO_191220191020363925" });
const CALLS = { push, pay, query };

const text = JSON.stringify({ requestId: "1", errorCode: "500.999", errorMessage: "?" });
const unreadable = new Proxy(
  {},
  {
    get: () => {
      throw new Error("no");
    },
  },
);
const oddities: Record<string, unknown> = {
  "no headers, and no text either": { status: 500 },
  "a body that is no text": { status: 500, headers: new Headers(), text: async () => undefined },
  "no status": { headers: new Headers(), text: async () => text },
  "headers that are none": { status: 500, headers: "abc", text: async () => text },
  nothing: undefined,
};

describe("a fetch that gives less than a Response", () => {
  for (const [name, run] of Object.entries(CALLS)) {
    it.each(Object.entries(oddities))(`%s: ${name} ends as unknown, with its ids`, async (_, odd) => {
      const { mpesa, sent } = connect(() => odd as Response);
      const error = await failure(() => run(mpesa));
      expect(error["type"]).toBe("MpesaOutcomeUnknownError");
      expect(sent).toHaveLength(1);
      if (name === "pay") expect(error["ids"]).toEqual({ originatorConversationId: "own-1" });
    });

    it(`a rejection that cannot be read: ${name} ends as unknown`, async () => {
      const { mpesa } = connect(() => Promise.reject(unreadable));
      expect((await failure(() => run(mpesa)))["type"]).toBe("MpesaOutcomeUnknownError");
    });
  }

  it.each([
    ["no headers", undefined],
    ["plain headers", { "retry-after": "7" }],
  ])("reads status and text where they are, with %s", async (_, headers) => {
    const body = JSON.stringify({ requestId: "1", errorCode: "500.003.02", errorMessage: "Spike Arrest" });
    const { mpesa } = connect(() => ({ status: 500, headers, text: async () => body }) as never);
    const error = await failure(() => push(mpesa));
    expect(error["type"]).toBe("MpesaRateLimitError");
    expect(error["retryAfterMs"]).toBe(headers && 7_000);
  });
});

describe("an abort inside the request event", () => {
  const killSwitch = (abort: AbortController): Partial<MpesaOptions> & { events: Json[] } => {
    const events: Json[] = [];
    return {
      events,
      onEvent: (event) => {
        events.push(event);
        if (event.type === "request" && event.operation !== "generateToken") abort.abort();
      },
    };
  };

  it.each(Object.keys(CALLS) as (keyof typeof CALLS)[])("stops %s before anything leaves", async (name) => {
    const abort = new AbortController();
    const { events, ...options } = killSwitch(abort);
    const { mpesa, sent } = connect(undefined, { ...options, maxRetries: 2 });
    const calls = {
      push: () => push(mpesa, { signal: abort.signal }),
      pay: () => mpesa.b2c.pay({ phoneNumber: "0708374149", amount: 10 }, { signal: abort.signal }),
      query: () => mpesa.stk.query({ checkoutRequestId: "ws_CO_191220191020363925" }, { signal: abort.signal }),
    };
    const error = await failure(calls[name]);
    expect(error["type"]).toBe("MpesaConnectionError");
    expect(error.message).toContain("aborted before sending.");
    expect(sent).toEqual([]);
    expect(events.at(-1)).toMatchObject({ type: "failure", sent: false });
  });
});

it("an abort between the headers and the body ends the call, although the body never ends", async () => {
  const abort = new AbortController();
  const text = (): Promise<string> => {
    abort.abort();
    return new Promise(() => undefined);
  };
  const hanging: Answer = () => ({ status: 200, headers: new Headers(), text }) as never;
  const { mpesa } = connect(hanging);
  const error = await failure(() => push(mpesa, { signal: abort.signal }));
  expect(error["type"]).toBe("MpesaOutcomeUnknownError");
});

describe("a missing product", () => {
  const refused = daraja(401, "401.003.01", "Invalid API call as no apiproduct match found");

  it("drops the token without repeating the call; the next call has a new one", async () => {
    let issued = 0;
    const bearers: (string | null)[] = [];
    const { mpesa } = connect(undefined, {
      fetch: async (input, init) => {
        if (String(input).includes("/oauth/")) {
          issued++;
          return Response.json({ access_token: `token-${issued}`, expires_in: "3599" });
        }
        bearers.push(new Headers(init?.headers).get("authorization"));
        if (bearers.length === 1) return refused(undefined as never, 1);
        return Response.json({ ResponseCode: "0", CheckoutRequestID: "ws_CO_1", MerchantRequestID: "m" });
      },
    });
    const error = await failure(() => push(mpesa));
    expect(error["type"]).toBe("MpesaAuthError");
    expect(error["hint"]).toContain("Enable the product");
    expect(bearers).toEqual(["Bearer token-1"]);
    await push(mpesa);
    expect(bearers).toEqual(["Bearer token-1", "Bearer token-2"]);
  });
});

describe("a token function that fails", () => {
  it("is not asked for a call that is aborted already, and leaves no rejection behind", async () => {
    const accessToken = vi.fn(() => Promise.reject(new Error("vault down")));

    const { mpesa } = connect(undefined, { consumerKey: undefined, consumerSecret: undefined, accessToken } as never);
    const error = await failure(() => push(mpesa, { signal: AbortSignal.abort() }));
    expect(error["type"]).toBe("MpesaConnectionError");
    expect((await failure(() => mpesa.auth.token({ signal: AbortSignal.abort() })))["type"]).toBe(
      "MpesaConnectionError",
    );
    expect(accessToken).not.toHaveBeenCalled();
  });

  it("may fail after its caller left", async () => {
    const abort = new AbortController();
    let fail = (_: Error): void => undefined;
    const accessToken = (): Promise<string> => {
      abort.abort();
      return new Promise((_, reject) => {
        fail = reject;
      });
    };
    const { mpesa } = connect(undefined, { consumerKey: undefined, consumerSecret: undefined, accessToken } as never);
    const error = await failure(() => push(mpesa, { signal: abort.signal }));
    expect(error["type"]).toBe("MpesaConnectionError");
    // vitest fails the run on an unhandled rejection.
    fail(new Error("vault down"));
    await new Promise((resolve) => setImmediate(resolve));
  });
});
