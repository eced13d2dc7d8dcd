import { describe, expect, it } from "vitest";
import type { Mpesa } from "../../src/index.ts";
import { calls } from "../products/calls.ts";
import { connect, failure, fieldsOf } from "../products/harness.ts";

/** What a caller without types may pass. */
const any = (value: unknown): never => value as never;
const push = { payTo: { account: "INV-1" }, phoneNumber: "0708374149", amount: 1 };

/** The same client, where each call of a product has one more parameter. */
function withParameter(mpesa: Mpesa, more: object): Mpesa {
  const product = (methods: object): object =>
    Object.fromEntries(
      Object.entries(methods).map(([name, method]) => [
        name,
        (params: object, options: unknown) => method({ ...params, ...more }, options),
      ]),
    );
  const { stk, c2b, b2c, b2b, account, transactions, qr, pull } = mpesa;
  const products = Object.entries({ stk, c2b, b2c, b2b, account, transactions, qr, pull });
  return any(Object.fromEntries(products.map(([name, methods]) => [name, product(methods)])));
}

describe("an unknown parameter", () => {
  it.each(calls.filter(({ operation }) => operation !== "stkQuery"))("of $name is an issue", async ({ run }) => {
    const { mpesa, sent } = connect();
    const error = await failure(() => run(withParameter(mpesa, { occassion: "Refund" })));
    expect(error["type"]).toBe("MpesaValidationError");
    expect(fieldsOf(error)).toEqual(["occassion"]);
    expect(sent).toEqual([]);
  });

  it("of a query is ignored, because callers pass their push or a row of their database", async () => {
    const { mpesa, sent } = connect();
    const accepted = await mpesa.stk.push(push);
    await mpesa.stk.query(accepted);
    await mpesa.stk.query(any({ ...accepted, order: 7, shortCode: null, merchantRequestId: null }));
    expect(sent).toHaveLength(3);
  });

  it("is named together with everything else that is wrong", async () => {
    const { mpesa } = connect();
    const error = await failure(() =>
      mpesa.b2c.pay(any({ phonenumber: "0708374149", amount: 0, originatorConversationId: "own-1" })),
    );
    expect(fieldsOf(error)).toEqual(["phonenumber", "phoneNumber", "amount"]);
    expect(error["ids"]).toEqual({ originatorConversationId: "own-1" });
  });

  it.each([
    ["occassion", "Did you mean `occasion`?"],
    ["Occasion", "Did you mean `occasion`?"],
    ["phone_number", "Did you mean `phoneNumber`?"],
    ["ammount", "Did you mean `amount`?"],
    ["remark", "Did you mean `remarks`?"],
    ["url", "Did you mean `timeoutUrl` or `resultUrl`?"],
    ["currency", "The names are phoneNumber, amount, shortCode,"],
  ])("%s: says what may have been meant", async (name, advice) => {
    const { mpesa } = connect();
    const error = await failure(() => mpesa.b2c.pay(any({ phoneNumber: "0708374149", amount: 10, [name]: 5 })));
    expect(error.message).toContain(`nothing was sent. Unknown parameter \`${name}\`. ${advice}`);
  });

  it.each(["0708374149", "254708374149", "to254708374149", "a".repeat(100), "my key"])(
    "whose name is data is not quoted",
    async (name) => {
      const { mpesa } = connect();
      const error = await failure(() => mpesa.stk.push(any({ ...push, [name]: 1 })));
      expect(fieldsOf(error)).toEqual([`(a name of ${name.length} characters)`]);
      expect(`${error.message} ${JSON.stringify(error)}`).not.toContain(name);
    },
  );
});

describe("a message", () => {
  it.each([
    [{ amount: "100" }, "`amount` must be an integer from 1 to 250,000; got a string of 3 characters. Pass a number."],
    [{ amount: undefined }, "`amount` must be an integer from 1 to 250,000; got nothing. Pass a number."],
    [
      { amount: 0.5 },
      "`amount` must be an integer from 1 to 250,000; got a number with decimals. Round the amount before the call: M-Pesa has no cents.",
    ],
    [
      { amount: 250_001 },
      "`amount` must be an integer from 1 to 250,000; got an integer. Split, raise or lower the amount.",
    ],
    [
      { description: "x".repeat(14) },
      "`description` must be a string of 1 to 13 characters; got a string of 14 characters. Shorten it: the SDK never cuts a string.",
    ],
    [{ payTo: { account: "" } }, "`payTo.account` must be a string of 1 to 12 characters; got an empty string."],
    [{ payTo: { paybill: "1", account: "A" } }, "Unknown parameter `payTo.paybill`. Did you mean `payBill`?"],
    [
      { payTo: { payBill: "174379", account: "A", till: "600001" } },
      "`payTo` must name a pay bill with an account, or a till with its store; got an object. Pass { payBill, account } for a pay bill, or { till, store, reference } for a till.",
    ],
  ])("about %j is a sentence and what to do", async (wrong, message) => {
    const error = await failure(() => connect().mpesa.stk.push(any({ ...push, ...wrong })));
    expect(error.message).toContain(`stkPush: nothing was sent. ${message}`);
  });

  it("about what neither call nor client has says where to pass it", async () => {
    const { mpesa } = connect(undefined, any({ callbackUrl: undefined }));
    const error = await failure(() => mpesa.stk.push(push));
    expect(error.message).toBe(
      "stkPush: nothing was sent. `callbackUrl` is required; got nothing. Pass it to this call, or pass `callbackUrl` to the client.",
    );
  });
});

describe("a default of the client", () => {
  it("is sent as it passed when the client was made", async () => {
    const { mpesa, sent } = connect(
      undefined,
      any({ shortCode: 600992, callbackUrl: new URL("https://example.com/outcome") }),
    );
    expect((await mpesa.stk.push(push)).shortCode).toBe("600992");
    expect(sent[0]?.body).toMatchObject({ BusinessShortCode: 600992, CallBackURL: "https://example.com/outcome" });
  });

  it("stands in for null, except where that says who gets the money", async () => {
    const { mpesa, sent } = connect();
    await mpesa.pull.register(any({ nominatedNumber: "0722000000", shortCode: null, callbackUrl: null }));
    expect(sent[0]?.body).toMatchObject({ ShortCode: "600992" });
    const error = await failure(() => mpesa.stk.push({ ...push, payTo: any({ payBill: null, account: "A" }) }));
    expect(fieldsOf(error)).toEqual(["payTo.payBill"]);
  });

  it("is no longer needed for a question about another party", async () => {
    const { mpesa, sent } = connect(undefined, any({ shortCode: undefined }));
    await mpesa.account.balance({ party: { till: "600001" } });
    expect(sent[0]?.body).toMatchObject({ PartyA: 600001, IdentifierType: "2" });
  });
});

describe("a URL that passed once", () => {
  it("leaves the next one to be checked and warned about", async () => {
    const { mpesa, sent, warnings } = connect();
    const url = (callbackUrl: string) => mpesa.stk.push({ ...push, callbackUrl });
    await url("https://example.com/a");
    await url("https://example.com/a");
    expect(warnings()).toEqual([]);
    await url("https://example.com/mpesa");
    await url("https://example.com/mpesa");
    await url("https://example.com/b");
    expect(warnings()).toHaveLength(1);
    for (const wrong of ["https://example.com/a ", "https://example.com/b#c", ""])
      expect(fieldsOf(await failure(() => url(wrong)))).toEqual(["callbackUrl"]);
    expect(sent.map(({ body }) => body["CallBackURL"])).toEqual(
      ["a", "a", "mpesa", "mpesa", "b"].map((path) => `https://example.com/${path}`),
    );
  });

  it("is another client's to check", async () => {
    const callbackUrl = "https://example.com/mpesa";
    for (const client of [connect(), connect()]) {
      await client.mpesa.stk.push({ ...push, callbackUrl });
      expect(client.warnings()).toHaveLength(1);
    }
  });
});
