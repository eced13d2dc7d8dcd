import { describe, expect, it } from "vitest";
import { Mpesa, type MpesaOptions } from "../../src/index.ts";
import { connect, daraja, failure, fieldsOf, hurried, json, options } from "./harness.ts";

const push = { payTo: { account: "INV-1" }, phoneNumber: "0708374149", amount: 1 };
const pay = { phoneNumber: "0708374149", amount: 10 };
const id = "b7c1e0a4-5d2f-4c39-8e61-0f9d3a2b7c55";

describe("the options of a call", () => {
  it.each([
    // Timers take these as "at once": the prompt would be on the phone and its answer not waited for.
    ["a timeout that a timer cannot hold", { timeoutMs: 3_000_000_000 }, "options.timeoutMs"],
    ["NaN", { timeoutMs: Number.NaN }, "options.timeoutMs"],
    ["zero", { timeoutMs: 0 }, "options.timeoutMs"],
    ["a text", { timeoutMs: "5000" }, "options.timeoutMs"],
    ["the controller for its signal", { signal: new AbortController() }, "options.signal"],
    ["null", null, "options"],
    ["half a retry", { maxRetries: 0.5 }, "options.maxRetries"],
    ["a hundred retries", { maxRetries: 100 }, "options.maxRetries"],
    ["headers as a list", { headers: [["x-tenant", "1"]] }, "options.headers"],
    ["the client's own header", { headers: { Authorization: "Bearer x" } }, "options.headers.Authorization"],
    ["another type of body", { headers: { "content-type": "text/plain" } }, "options.headers.content-type"],
    ["a header with a line end", { headers: { "x-tenant": "1\r\nx-other: 2" } }, "options.headers.x-tenant"],
    ["a header with a space in its name", { headers: { "x tenant": "1" } }, "options.headers.x tenant"],
  ])("%s is refused before anything is sent", async (_, given, field) => {
    const { mpesa, sent } = connect();
    for (const call of [
      () => mpesa.stk.push(push, given as never),
      () => mpesa.b2c.pay(pay, given as never),
      () => mpesa.c2b.simulate({ payTo: { account: "A" }, ...pay }, given as never),
    ]) {
      const error = await failure(call);
      expect(error["type"]).toBe("MpesaValidationError");
      expect(fieldsOf(error)).toEqual([field]);
    }
    expect(sent).toEqual([]);
  });
});

describe("maxRetries of a call", () => {
  const busy = daraja(500, "500.003.02", "System is busy. Please try again in few minutes.");
  it.each([0, 1])("%i retries of a safe call", async (maxRetries) => {
    const { mpesa, sent } = connect(busy, { maxRetries: 2, clock: hurried });
    await failure(() => mpesa.stk.query({ checkoutRequestId: "ws_CO_191220191020363925" }, { maxRetries }));
    expect(sent).toHaveLength(maxRetries + 1);
  });

  it("does not send a payment again whose response was lost", async () => {
    const { mpesa, sent } = connect(() => Promise.reject(new TypeError("fetch failed")));
    const error = await failure(() => mpesa.stk.push(push, { maxRetries: 10 }));
    expect(error["type"]).toBe("MpesaOutcomeUnknownError");
    expect(sent).toHaveLength(1);
  });
});

describe("headers of a call", () => {
  it("go out beside the client's own, whatever their case", async () => {
    const { mpesa, sent } = connect();
    await mpesa.stk.push(push, { headers: { "X-Tenant": "shop-1" } });
    expect(sent[0]?.headers.get("x-tenant")).toBe("shop-1");
    expect(sent[0]?.headers.get("content-type")).toBe("application/json");
    expect(sent[0]?.headers.get("authorization")).toMatch(/^Bearer /);
  });

  it("name the SDK and your application in User-Agent, for the token, too", async () => {
    const agents: (string | null)[] = [];
    const fetch: typeof globalThis.fetch = async (_, init) => {
      agents.push(new Headers(init?.headers).get("user-agent"));
      return Response.json({ access_token: "t", expires_in: "3599", ResponseCode: "0", CheckoutRequestID: "ws_CO_1" });
    };
    const { mpesa } = connect(undefined, { fetch, appInfo: { name: "shop", version: "2.1" } });
    await mpesa.stk.push(push);
    expect(agents).toHaveLength(2);
    for (const agent of agents) expect(agent).toMatch(/^mpesa-sdk\/\S+ shop\/2\.1$/);
  });

  it("are secrets of the call", async () => {
    const { mpesa } = connect(daraja(400, "400.002.02", "Bad Request - key 3f9a-key-of-the-proxy is not allowed"));
    const error = await failure(() => mpesa.stk.push(push, { headers: { "x-api-key": "3f9a-key-of-the-proxy" } }));
    expect(JSON.stringify(error) + error.message).not.toContain("3f9a");
  });
});

describe("a call without parameters", () => {
  const { mpesa, sent } = connect();
  const none = undefined as never;
  it.each<[string, () => Promise<unknown>]>([
    ["stk.push", () => mpesa.stk.push(none)],
    ["stk.query", () => mpesa.stk.query(none)],
    ["stk.wait", () => mpesa.stk.wait(none)],
    ["c2b.registerUrls", () => mpesa.c2b.registerUrls(none)],
    ["c2b.simulate", () => mpesa.c2b.simulate(none)],
    ["b2c.pay", () => mpesa.b2c.pay(none)],
    ["b2c.payWithIdCheck", () => mpesa.b2c.payWithIdCheck(none)],
    ["b2c.payPochi", () => mpesa.b2c.payPochi(none)],
    ["b2b.payBill", () => mpesa.b2b.payBill(none)],
    ["b2b.buyGoods", () => mpesa.b2b.buyGoods(none)],
    ["b2b.topUpB2c", () => mpesa.b2b.topUpB2c(none)],
    ["b2b.transfer", () => mpesa.b2b.transfer(none)],
    ["b2b.payTax", () => mpesa.b2b.payTax(none)],
    ["b2b.expressCheckout", () => mpesa.b2b.expressCheckout(none)],
    ["b2b.send", () => mpesa.b2b.send(none)],
    ["transactions.status", () => mpesa.transactions.status(none)],
    ["transactions.reverse", () => mpesa.transactions.reverse(none)],
    ["qr.generate", () => mpesa.qr.generate(none)],
    ["pull.register", () => mpesa.pull.register(none)],
    ["pull.query", () => mpesa.pull.query(none)],
    ["pull.transactions", () => mpesa.pull.transactions(none).next()],
  ])("%s names what is missing", async (_, call) => {
    expect((await failure(call))["type"]).toBe("MpesaValidationError");
    expect(sent).toEqual([]);
  });

  it("a client without options too", () => {
    expect(() => new Mpesa(undefined as never)).toThrow(expect.objectContaining({ type: "MpesaConfigError" }));
  });

  it("a missing short code is asked for, not called misspelt", async () => {
    const { consumerKey, consumerSecret } = options;
    const bare = new Mpesa({ environment: "sandbox", consumerKey, consumerSecret });
    expect((await failure(() => bare.stk.push(push))).message).toContain("`shortCode` to the client");
  });
});

describe("a caller's own token function", () => {
  const clientOf = (accessToken: NonNullable<MpesaOptions["accessToken"]>, answer = daraja(200, "1", "")) => {
    const { consumerKey: _, consumerSecret: __, ...rest } = options;
    const { sent } = connect();
    const fetch = async (): Promise<Response> => {
      sent.push({} as never);
      return answer({} as never, sent.length);
    };
    return { sent, mpesa: new Mpesa({ ...rest, accessToken, fetch }) };
  };

  it.each([
    ["a line break", "hush-hush\nhush"],
    ["a dash from a document", "hush\u2013hush"],
    ["nothing", ""],
  ])("that gives %s is reported without the token, and nothing is sent", async (_, token) => {
    const { mpesa, sent } = clientOf(() => token);
    for (const call of [() => mpesa.stk.push(push), () => mpesa.auth.token()]) {
      const error = await failure(call);
      expect(error["type"]).toBe("MpesaConnectionError");
      expect(`${error.message} ${String(error.cause)} ${error.stack}`).not.toContain("hush");
    }
    expect(sent).toEqual([]);
  });

  it("that fails is named as the reason, also by auth.token()", async () => {
    const { mpesa } = clientOf(() => Promise.reject(new Error("the vault is closed")));
    for (const call of [() => mpesa.stk.push(push), () => mpesa.auth.token()]) {
      const error = await failure(call);
      expect(error["type"]).toBe("MpesaConnectionError");
      expect(error.message).toContain("the vault is closed");
    }
  });

  it("that fails after a refusal leaves the refusal as the answer", async () => {
    let given = 0;
    const once = (): string => {
      if (given++ > 0) throw new Error("the vault is closed");
      return "a-token-of-a-test";
    };
    const { mpesa, sent } = clientOf(once, daraja(404, "404.001.03", "Invalid Access Token"));
    expect((await failure(() => mpesa.stk.push(push)))["type"]).toBe("MpesaAuthError");
    expect(sent).toHaveLength(1);
  });
});

describe("ids and codes that an odd answer holds", () => {
  it("an acceptance without its main id keeps the other one", async () => {
    const { mpesa } = connect(() => json({ ResponseCode: "0", MerchantRequestID: "29115-1" }));
    expect((await failure(() => mpesa.stk.push(push)))["ids"]).toEqual({ merchantRequestId: "29115-1" });
    const { mpesa: other } = connect(() => json({ ResponseCode: "0", ConversationID: "AG_1" }));
    const reverse = { receipt: "UKLUX41VAV", amount: 1 };
    expect((await failure(() => other.transactions.reverse(reverse)))["ids"]).toEqual({ conversationId: "AG_1" });
  });

  it("the id made before sending is not replaced by another in the answer", async () => {
    const { mpesa } = connect(() =>
      json({ ResponseCode: "1", ResponseDescription: "Rejected", OriginatorConversationID: "5118-1" }),
    );
    const error = await failure(() => mpesa.b2c.pay({ ...pay, originatorConversationId: id }));
    expect(error["ids"]).toEqual({ originatorConversationId: id });
    expect(error.message).toContain('ResponseCode "1" "Rejected"');
  });

  it("wrong parameters and a failing credential keep the payout's id", async () => {
    const { mpesa } = connect();
    const wrong = await failure(() => mpesa.b2c.pay({ ...pay, amount: 0, originatorConversationId: id }));
    expect(wrong["ids"]).toEqual({ originatorConversationId: id });
    const key = "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----";
    const initiator = { name: "testapi", password: "a-password", key };
    const failed = await failure(() => mpesa.b2c.pay({ ...pay, initiator, originatorConversationId: id }));
    expect(failed).toMatchObject({ type: "MpesaConfigError", operation: "b2cPaymentV3" });
    expect(failed["ids"]).toEqual({ originatorConversationId: id });
  });

  it("a refused query of a wait keeps both ids", async () => {
    const { mpesa } = connect(daraja(400, "400.002.02", "Bad Request - Invalid Timestamp"));
    const target = { checkoutRequestId: "ws_CO_1", merchantRequestId: "29115-1" };
    expect((await failure(() => mpesa.stk.wait(target, { firstPollMs: 0 })))["ids"]).toEqual(target);
  });
});

describe("what an error tells", () => {
  it("the product that the app lacks", async () => {
    const { mpesa } = connect(daraja(401, "401.003.01", "Invalid API call as no apiproduct match found"));
    expect((await failure(() => mpesa.stk.push(push))).message).toMatch(
      /the product "M-Pesa Express": .* Enable the product/,
    );
    expect((await failure(() => mpesa.account.balance())).message).toContain('"Account balance"');
  });

  it("whose line called", async () => {
    const { mpesa } = connect(daraja(400, "400.002.02", "Bad Request - Invalid Amount"));
    const calls: readonly (() => Promise<unknown>)[] = [
      async function myOwnLine() {
        return await mpesa.stk.push(push);
      },
      async function myOwnLine() {
        return await mpesa.b2c.pay(pay);
      },
      async function myOwnLine() {
        return await mpesa.stk.wait({ checkoutRequestId: "ws_CO_1" }, { firstPollMs: 0 });
      },
    ];
    for (const call of calls) expect((await failure(call)).stack).toContain("myOwnLine");
  });

  it("nothing of a header that a raw call brought itself", async () => {
    const { mpesa } = connect((one) => Promise.reject(new TypeError(`bad ${one.headers.get("authorization")}`)));
    const headers = { Authorization: "Bearer a-token-of-the-caller" };
    const error = await failure(() => mpesa.raw.POST("/mpesa/qrcode/v1/generate", { body: {} as never, headers }));
    expect(`${error.message} ${String(error.cause)} ${error.stack}`).not.toContain("a-token-of-the-caller");
  });
});

describe("options that are not a plain object", () => {
  const hanging = (): Promise<Response> => new Promise(() => undefined);

  it("an AbortController stands for its signal", async () => {
    const controller = new AbortController();
    const { mpesa } = connect(() => {
      controller.abort();
      return hanging();
    });
    expect((await failure(() => mpesa.stk.push(push, controller)))["type"]).toBe("MpesaOutcomeUnknownError");
  });

  it.each([
    [
      "a getter",
      new (class {
        get timeoutMs() {
          return 1;
        }
      })(),
    ],
    ["a prototype", Object.create({ timeoutMs: 1 }) as object],
  ])("a limit from %s holds", async (_, given) => {
    const { mpesa } = connect(hanging);
    const error = await failure(() => mpesa.stk.push(push, given));
    expect(error.message).toContain("within 1 ms");
  });

  it("a misspelt option is named, and nothing is sent", async () => {
    const { mpesa, sent } = connect();
    const error = await failure(() => mpesa.stk.push(push, { timeout: 5 } as never));
    expect(error.message).toContain("Unknown option `options.timeout`. Did you mean `timeoutMs`?");
    expect(sent).toEqual([]);
  });

  it("a Map of headers is rejected", async () => {
    const { mpesa, sent } = connect();
    const error = await failure(() => mpesa.stk.push(push, { headers: new Map([["x-a", "b"]]) as never }));
    expect(fieldsOf(error)).toEqual(["options.headers"]);
    expect(sent).toEqual([]);
  });
});

describe("secrets of a call", () => {
  const key = "3f9a-key-of-the-proxy";
  const shown = async (call: () => Promise<unknown>): Promise<string> => {
    const error = await failure(call);
    return [
      JSON.stringify(error),
      error.message,
      String(error.cause),
      (error.cause as Error | undefined)?.stack,
    ].join();
  };

  it("headers of a raw call are redacted", async () => {
    const { mpesa } = connect(() => Promise.reject(new TypeError(`header ${key}`)));
    const call = () =>
      mpesa.raw.POST("/mpesa/stkpush/v1/processrequest", { body: {} as never, headers: { "X-Api-Key": key } });
    expect(await shown(call)).not.toContain("3f9a");
  });

  it("a header is redacted as it was sent, also if the caller changes the object meanwhile", async () => {
    const headers = { "x-api-key": key };
    const { mpesa } = connect(() => {
      headers["x-api-key"] = "another";
      return Promise.reject(new TypeError(`header ${key}`));
    });
    expect(await shown(() => mpesa.stk.push(push, { headers }))).not.toContain("3f9a");
  });

  it.each(["1234567", "A12345"])("the ID number %s is redacted", async (idNumber) => {
    const { mpesa } = connect(daraja(400, "400.002.02", `Bad Request - ID ${idNumber} does not match`));
    const call = () => mpesa.b2c.payWithIdCheck({ ...pay, idType: "nationalId", idNumber });
    expect(await shown(call)).not.toContain(idNumber);
  });
});
