import { describe, expect, it } from "vitest";
import { Mpesa, type MpesaEvent, type MpesaOptions, stkPassword } from "../src/index.ts";
import {
  accept,
  connect,
  daraja,
  failure,
  fieldsOf,
  gatewayFetch,
  NOW,
  options,
  SECRET,
  type Sent,
} from "./products/harness.ts";
import { inFakeTime, result } from "./stk/fake-time.ts";

const PASSKEYS = {
  "600001": "a1".repeat(32),
  "600002": "b2".repeat(32),
} as const;
const params = { payTo: { account: "INV-1" }, phoneNumber: "0712 345 678", amount: 100 };
const till = (mpesa: Mpesa, shortCode: keyof typeof PASSKEYS) =>
  mpesa.withOptions({ shortCode, passkey: PASSKEYS[shortCode], callbackUrl: `https://example.com/${shortCode}` });

describe("withOptions", () => {
  it("sends the pushes of two tills at once, each with its own password, under one token", async () => {
    let tokens = 0;
    const sent: Sent[] = [];
    const gateway = gatewayFetch(sent, accept);
    const fetch: typeof globalThis.fetch = async (input, init) => {
      if (String(input).includes("/oauth/")) tokens++;
      await new Promise((resolve) => setImmediate(resolve));
      return gateway(input, init);
    };
    const { mpesa } = connect(accept, { fetch });
    const codes = Object.keys(PASSKEYS) as (keyof typeof PASSKEYS)[];
    await Promise.all([...codes, ...codes].map((code) => till(mpesa, code).stk.push(params)));
    await mpesa.stk.push(params);
    expect(tokens).toBe(1);
    const wanted = [...codes, ...codes].map((code) => ({
      code,
      passkey: PASSKEYS[code] as string,
      url: `https://example.com/${code}`,
    }));
    wanted.push({ code: "600992" as never, passkey: SECRET.passkey, url: options.callbackUrl });
    const key = (body: Record<string, unknown>) =>
      JSON.stringify([`${body["BusinessShortCode"]}`, body["Password"], body["CallBackURL"]]);
    expect(sent.map(({ body }) => key(body)).sort()).toEqual(
      wanted
        .map(({ code, passkey, url }) =>
          JSON.stringify([code, stkPassword({ shortCode: code, passkey, at: new Date(NOW) }).password, url]),
        )
        .sort(),
    );
  });

  it("can be used on what it returns, and leaves the first client as it was", async () => {
    const { mpesa, sent } = connect();
    const branch = till(mpesa, "600001").withOptions({ callbackUrl: "https://example.com/evening" });
    await branch.stk.push(params);
    await mpesa.stk.push(params);
    expect(sent.map(({ body }) => [body["BusinessShortCode"], body["CallBackURL"]])).toEqual([
      [600001, "https://example.com/evening"],
      [600992, options.callbackUrl],
    ]);
  });

  it("does not use a passkey for another short code", async () => {
    const { mpesa, sent } = connect();
    for (const shortCode of ["600001", undefined] as const) {
      const branch = mpesa.withOptions({ shortCode } as never);
      const error = await failure(() => branch.stk.push({ ...params, payTo: { payBill: "600001", account: "A" } }));
      expect([error["type"], fieldsOf(error)]).toEqual(["MpesaValidationError", ["passkey"]]);
    }
    await mpesa.withOptions({ shortCode: options.shortCode }).stk.push(params);
    await mpesa.withOptions({ timeoutMs: 5_000 }).stk.push(params);
    expect(sent).toHaveLength(2);
  });

  it.each([
    [
      "what all clients share",
      { environment: "production", consumerKey: "k", consumerSecret: "s" },
      ["environment", "consumerKey", "consumerSecret"],
    ],
    ["where a token comes from", { accessToken: () => "t", tokenStore: {} }, ["accessToken", "tokenStore"]],
    ["the connection", { baseUrl: "https://example.com", fetch }, ["baseUrl", "fetch"]],
    [
      "the rest",
      { clock: {}, initiatorGuard: {}, maxQueriesPerSecond: 1 },
      ["initiatorGuard", "maxQueriesPerSecond", "clock"],
    ],
    ["a shared option without value", { fetch: undefined }, ["fetch"]],
    ["wrong values", { shortCode: "x", timeoutMs: 0 }, ["shortCode", "timeoutMs"]],
    ["names that do not exist", { shortcode: "600001" }, ["shortcode"]],
    ["nothing", undefined, ["options"]],
    ["a text", "600001", ["options"]],
  ] as [string, never, string[]][])("rejects %s", async (_, overrides, fields) => {
    const { mpesa } = connect();
    const error = await failure(async () => mpesa.withOptions(overrides));
    expect([error["type"], fieldsOf(error)]).toEqual(["MpesaConfigError", fields]);
  });

  it("says what to do about an option that is shared", async () => {
    const error = await failure(async () => connect().mpesa.withOptions({ fetch } as never));
    expect(error.message).toContain("`fetch` is shared by all clients that withOptions makes");
    expect(error.message).toContain("Make a new Mpesa");
  });

  it("shares the guard: what one initiator's client hears holds back the other, and its name only", async () => {
    const rejected = daraja(500, "500.001.1001", "Wrong credentials");
    const { mpesa, sent } = connect((one, nth) => (nth <= 2 ? rejected(one, nth) : accept(one, nth)));
    const branch = mpesa.withOptions({ resultUrl: "https://example.com/branch" });
    expect(branch.initiatorGuard).toBe(mpesa.initiatorGuard);
    for (const code of ["AG_1", "AG_2"]) {
      await mpesa.account.balance().catch(() => undefined);
      await mpesa.initiatorGuard.observe({ kind: "balance", resultCode: "2001", conversationId: code });
    }
    const before = sent.length;
    expect(await failure(() => branch.account.balance())).toMatchObject({ type: "MpesaAuthError" });
    expect(sent).toHaveLength(before);
    const initiator = { name: "another", securityCredential: `${"R".repeat(342)}==` };
    await branch.withOptions({ initiator }).account.balance();
    expect(sent.at(-1)?.body).toMatchObject({ Initiator: "another", ResultURL: "https://example.com/branch" });
  });

  it("keeps the queries of all tills in one line", async () => {
    const { mpesa, time, asked } = inFakeTime(result("0"));
    const clients = [mpesa, till(mpesa, "600001"), till(mpesa, "600002")];
    await time.until(Promise.all(clients.map((one, at) => one.stk.wait({ checkoutRequestId: `prompt-${at}` }))));
    expect(asked).toEqual([12_000, 27_000, 42_000]);
  });

  it("keeps the secrets of the branch out of its errors", async () => {
    const echo = () =>
      Response.json({ errorCode: "400.002.02", errorMessage: Object.values(PASSKEYS).join(" ") }, { status: 400 });
    const error = await failure(() => till(connect(echo).mpesa, "600001").stk.push(params));
    expect(error.message).toContain("[redacted]");
    expect(`${error.message}${error.stack}${JSON.stringify(error)}`).not.toContain(PASSKEYS["600001"]);
  });

  it("gives each warning once, and the branch a listener of its own", () => {
    const heard = { first: [] as string[], branch: [] as string[] };
    const listen = (to: string[]) => (event: MpesaEvent) => void (event.type === "warning" && to.push(event.code));
    const given: MpesaOptions = { ...options, resultUrl: "https://Example.com/a", onEvent: listen(heard.first) };
    const mpesa = new Mpesa(given);
    till(mpesa, "600001");
    till(mpesa, "600002");
    expect(heard.first).toEqual(["callbackUrlCase"]);
    mpesa.withOptions({ onEvent: listen(heard.branch), callbackUrl: "http://localhost/a" });
    expect(heard).toEqual({ first: ["callbackUrlCase"], branch: ["callbackUrlHost", "callbackUrlCase"] });
  });
});
