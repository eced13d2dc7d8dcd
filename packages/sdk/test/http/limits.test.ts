import { afterEach, describe, expect, it, vi } from "vitest";
import { Mpesa, type MpesaOptions } from "../../src/index.ts";
import { accept, connect, failure, fieldsOf, gatewayFetch, json, options, type Sent } from "../products/harness.ts";
import { HELD_MS, holdTimeouts } from "../support/hold-timeouts.ts";

const push = ({ stk }: Mpesa, call = {}): Promise<unknown> =>
  stk.push({ payTo: { account: "A" }, phoneNumber: "0708374149", amount: 1 }, call);
const never = (): Promise<never> => new Promise(() => undefined);

/** A client that takes its token from a function. */
function withToken(accessToken: () => string | Promise<string>, more: Partial<MpesaOptions> = {}) {
  const sent: Sent[] = [];
  const { consumerKey: _, consumerSecret: __, ...rest } = options;
  const mpesa = new Mpesa({ ...rest, accessToken, fetch: gatewayFetch(sent, accept), ...more });
  return { mpesa, sent };
}

describe("the way to a token", () => {
  afterEach(() => void vi.restoreAllMocks());

  it("ends when accessToken() never returns: by timeoutMs of the client or of the call", async () => {
    const { mpesa, sent } = withToken(never, { timeoutMs: 30 });
    expect(await failure(() => push(mpesa))).toMatchObject({ type: "MpesaConnectionError" });
    const patient = withToken(never);
    const error = await failure(() => push(patient.mpesa, { timeoutMs: 30 }));
    expect(error).toMatchObject({ type: "MpesaConnectionError" });
    expect(error.message).toContain("nothing was sent: there is no access token (timed out after 30 ms)");
    expect([...sent, ...patient.sent]).toEqual([]);
  });

  it("ends for auth.token() too, by its own timeoutMs or the client's", async () => {
    const { mpesa } = withToken(never, { timeoutMs: 30 });
    expect(await failure(() => mpesa.auth.token())).toMatchObject({ type: "MpesaConnectionError" });
    const patient = withToken(never);
    const error = await failure(() => patient.mpesa.auth.token({ timeoutMs: 30 }));
    expect(error).toMatchObject({ type: "MpesaConnectionError" });
  });

  it("ends after a 401 when accessToken() does not return a second time", async () => {
    let asked = 0;
    const refused = (): Response => json({ requestId: "1", errorCode: "401.002.01", errorMessage: "Invalid" }, 401);
    const elapse = holdTimeouts();
    const accessToken = (): Promise<string> => {
      if (++asked === 1) return Promise.resolve("token-1");
      setImmediate(elapse);
      return never();
    };
    const sent: Sent[] = [];
    const { mpesa } = withToken(accessToken, { timeoutMs: HELD_MS, fetch: gatewayFetch(sent, refused) });
    expect(await failure(() => push(mpesa))).toMatchObject({ type: "MpesaAuthError" });
    expect(asked).toBe(2);
    expect(sent).toHaveLength(1);
  });

  it("ends after a 401 when the caller leaves", async () => {
    const caller = new AbortController();
    let asked = 0;
    const refused = (): Response => json({ requestId: "1", errorCode: "401.002.01", errorMessage: "Invalid" }, 401);
    const accessToken = (): Promise<string> => {
      if (++asked === 1) return Promise.resolve("token-1");
      caller.abort();
      return never();
    };
    const { mpesa } = withToken(accessToken, { fetch: gatewayFetch([], refused) });
    expect(await failure(() => push(mpesa, { signal: caller.signal }))).toMatchObject({ type: "MpesaAuthError" });
  });

  it.each([
    ["a token request that is not answered", { fetch: never as never }],
    ["a token store that is not answered", { tokenStore: { get: never, set: never } }],
  ])("ends with keys: %s", async (_, more) => {
    const { mpesa, sent } = connect(accept, more);
    const error = await failure(() => push(mpesa, { timeoutMs: 30 }));
    expect(error).toMatchObject({ type: "MpesaConnectionError" });
    expect(sent).toEqual([]);
  });

  it("ends while a token without the product is taken from a slow store", async () => {
    const refused = (): Response =>
      json({ requestId: "1", errorCode: "401.003.01", errorMessage: "no apiproduct match found" }, 401);
    const stored = { token: "stored-token", expiresAt: options.clock.now() + 3_000_000 };
    let reads = 0;
    const elapse = holdTimeouts();
    const get = () => {
      if (++reads === 1) return Promise.resolve(stored);
      setImmediate(elapse);
      return never();
    };
    const { mpesa, sent } = connect(refused, { tokenStore: { get, set: never } });
    expect(await failure(() => push(mpesa, { timeoutMs: HELD_MS }))).toMatchObject({ type: "MpesaAuthError" });
    expect(reads).toBe(2);
    expect(sent).toHaveLength(1);
  });
});

describe("a clock that fails", () => {
  const clocks = {
    throws: () => {
      throw new Error("no clock");
    },
    "returns NaN": () => Number.NaN,
    "returns a Date": () => new Date() as never,
  };

  it.each(Object.entries(clocks))("%s: a configuration error, and nothing is sent", async (_, now) => {
    const { mpesa, sent } = connect(accept, { clock: { now, setTimeout, clearTimeout } });
    for (const call of [() => push(mpesa), () => mpesa.auth.token(), () => mpesa.account.balance()]) {
      const error = await failure(call);
      expect(error["type"]).toBe("MpesaConfigError");
      expect(fieldsOf(error)).toEqual(["clock.now"]);
      expect(error.message).toContain("must return the milliseconds since 1970");
    }
    expect(sent).toEqual([]);
  });
});

describe("a response without end", () => {
  const MIB = 1024 * 1024;
  const chunk = new Uint8Array(MIB).fill(32);

  /** A body that goes on as long as it is read, and the number of chunks that were. */
  function endless() {
    const read = { chunks: 0, isCancelled: false };
    const body = new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          read.chunks++;
          controller.enqueue(chunk);
        },
        cancel() {
          read.isCancelled = true;
        },
      },
      { highWaterMark: 0 },
    );
    return { read, body };
  }

  it("is not read to its end, and its payment is unknown", async () => {
    const { read, body } = endless();
    const { mpesa, sent } = connect(() => new Response(body), { maxRetries: 2 });
    const error = await failure(() => push(mpesa));
    expect(error).toMatchObject({ type: "MpesaOutcomeUnknownError", status: 200 });
    expect(error.message).toContain("larger than 8 MiB");
    expect(sent).toHaveLength(1);
    expect(read).toEqual({ chunks: 9, isCancelled: true });
  });

  it("is unknown where the fetch gives the text at once", async () => {
    const text = async (): Promise<string> => " ".repeat(9 * MIB);
    const { mpesa } = connect(() => ({ status: 200, headers: new Headers(), text }) as never);
    expect(await failure(() => push(mpesa))).toMatchObject({ type: "MpesaOutcomeUnknownError" });
  });

  it("of 8 MiB is read, in any pieces and with characters cut in two", async () => {
    const image = "é".repeat(3 * MIB);
    const bytes = new TextEncoder().encode(JSON.stringify({ ResponseCode: "AG_1", QRCode: image }));
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        for (let at = 0; at < bytes.length; at += 65_537) controller.enqueue(bytes.subarray(at, at + 65_537));
        controller.close();
      },
    });
    const { mpesa } = connect(() => new Response(body));
    const qr = await mpesa.qr.generate({ payTo: { till: "373132" }, amount: 1, merchantName: "A", reference: "B" });
    expect((qr.raw as { QRCode: string }).QRCode === image).toBe(true);
  });
});

describe("a browser's own fetch", () => {
  afterEach(() => vi.unstubAllGlobals());

  /** The client of a page that pays through a server of its own. */
  function onPage(more: Partial<MpesaOptions> = {}): { mpesa: Mpesa; sent: Sent[] } {
    const sent: Sent[] = [];
    vi.stubGlobal("process", undefined);
    vi.stubGlobal("window", { document: {} });
    const { consumerKey: _, consumerSecret: __, ...rest } = options;
    const secrets = { allowSecretsInBrowser: true, accessToken: () => "t0ken" };
    const mpesa = new Mpesa({ ...rest, ...secrets, ...more });
    vi.unstubAllGlobals();
    vi.stubGlobal("fetch", gatewayFetch(sent, accept));
    return { mpesa, sent };
  }

  it("sends no payment, which it might send twice", async () => {
    const { mpesa, sent } = onPage();
    const body = { Amount: 1 } as never;
    const calls = [
      () => push(mpesa),
      () => mpesa.b2c.pay({ phoneNumber: "0708374149", amount: 10, originatorConversationId: "own-1" }),
      () => mpesa.raw.POST("/mpesa/stkpush/v1/processrequest", { body }),
    ];
    for (const call of calls) {
      const error = await failure(call);
      expect(error["type"]).toBe("MpesaConfigError");
      expect(fieldsOf(error)).toEqual(["fetch"]);
      expect(error.message).toContain("may send a request twice");
    }
    expect(sent).toEqual([]);
    expect((await failure(calls[1] as never))["ids"]).toEqual({ originatorConversationId: "own-1" });
  });

  it("reads, since a second copy of a query doubles nothing", async () => {
    const { mpesa, sent } = onPage();
    await mpesa.stk.query({ checkoutRequestId: "ws_CO_191220191020363925" });
    expect(sent).toHaveLength(1);
  });

  it("pays through a fetch of the caller's", async () => {
    const sent: Sent[] = [];
    const { mpesa } = onPage({ fetch: gatewayFetch(sent, accept) });
    await push(mpesa);
    expect(sent).toHaveLength(1);
  });
});

describe.each(["Deno", "Bun"])("on %s", (name) => {
  afterEach(() => vi.unstubAllGlobals());
  const refused = (): never => {
    throw Object.assign(new TypeError("fetch failed"), { code: "ECONNREFUSED" });
  };

  it("a fetch of the caller's may hide a repeat, so its connection error proves nothing", async () => {
    vi.stubGlobal(name, {});
    const { mpesa, sent } = connect(refused, { maxRetries: 2 });
    expect(await failure(() => push(mpesa))).toMatchObject({ type: "MpesaOutcomeUnknownError" });
    expect(sent).toHaveLength(1);
  });

  it("the platform's own fetch proves it", async () => {
    vi.stubGlobal(name, {});
    const sent: Sent[] = [];
    const mpesa = new Mpesa(options);
    vi.stubGlobal("fetch", gatewayFetch(sent, refused));
    expect(await failure(() => push(mpesa))).toMatchObject({ type: "MpesaConnectionError" });
  });
});
