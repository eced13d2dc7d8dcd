import { describe, expect, it } from "vitest";
import type { Mpesa } from "../../src/index.ts";
import { calls } from "./calls.ts";
import { connect, failure, fieldsOf, NOW, SECRET } from "./harness.ts";

const phoneNumber = "0708374149";
/** What a caller without types may pass. */
const any = (value: unknown): never => value as never;

interface Bad {
  readonly name: string;
  readonly run: (mpesa: Mpesa) => Promise<unknown>;
  readonly fields: readonly string[];
}

const amounts = [
  10.5,
  0,
  -1,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  250_001,
  1e21,
  "100",
  "1e3",
  "",
  null,
  undefined,
  10n,
];
const push = { payTo: { payBill: "174379", account: "INV-1" }, phoneNumber, amount: 1 };
const pay = { phoneNumber, amount: 10 };
const urls = {
  confirmationUrl: "https://example.com/a",
  validationUrl: "https://example.com/b",
  responseType: "Completed",
} as const;

const bad: readonly Bad[] = [
  ...amounts.map((amount) => ({
    name: `stk.push of ${typeof amount} ${amount}`,
    run: ({ stk }: Mpesa) => stk.push({ ...push, amount: any(amount) }),
    fields: ["amount"],
  })),
  ...[9, 9.5, 250_001].map((amount) => ({
    name: `b2c.pay of ${amount}`,
    run: ({ b2c }: Mpesa) => b2c.pay({ ...pay, amount }),
    fields: ["amount"],
  })),
  ...["", "0712", "0812345678", "+255712345678", "07123456789", "712 345 67a", "٠٧١٢٣٤٥٦٧٨", 1.5, null].map(
    (number) => ({
      name: `stk.push to the number ${number}`,
      run: ({ stk }: Mpesa) => stk.push({ ...push, phoneNumber: any(number) }),
      fields: ["phoneNumber"],
    }),
  ),
  {
    name: "stk.push with an account of 13 characters",
    run: ({ stk }) => stk.push({ ...push, payTo: { account: "1234567890123" } }),
    fields: ["payTo.account"],
  },
  {
    name: "stk.push with a blank account",
    run: ({ stk }) => stk.push({ ...push, payTo: { account: "  " } }),
    fields: ["payTo.account"],
  },
  {
    name: "stk.push with a description of 14 characters",
    run: ({ stk }) => stk.push({ ...push, description: "éééééééééééééé" }),
    fields: ["description"],
  },
  {
    name: "stk.push with half a character",
    run: ({ stk }) => stk.push({ ...push, description: "broken \ud83d" }),
    fields: ["description"],
  },
  {
    name: "stk.push to a pay bill and a till",
    run: ({ stk }) => stk.push({ ...push, payTo: any({ payBill: "174379", account: "A", till: "600001" }) }),
    fields: ["payTo"],
  },
  {
    name: "stk.push to nobody",
    run: ({ stk }) => stk.push({ ...push, payTo: any({}) }),
    fields: ["payTo", "payTo.account"],
  },
  {
    name: "stk.push to a till with an account",
    run: ({ stk }) => stk.push({ ...push, payTo: any({ till: "600001", store: "600992", account: "A" }) }),
    fields: ["payTo"],
  },
  {
    name: "stk.push to a pay bill whose name is misspelt",
    run: ({ stk }) => stk.push({ ...push, payTo: any({ paybill: "174379", account: "A" }) }),
    fields: ["payTo.paybill"],
  },
  {
    name: "stk.push to a pay bill that is null",
    run: ({ stk }) => stk.push({ ...push, payTo: any({ payBill: null, account: "A" }) }),
    fields: ["payTo.payBill"],
  },
  {
    name: "stk.push to a till whose store is null",
    run: ({ stk }) => stk.push({ ...push, payTo: any({ till: "600001", store: null }) }),
    fields: ["payTo.store"],
  },
  {
    name: "stk.push to a pay bill with a till's reference",
    run: ({ stk }) => stk.push({ ...push, payTo: any({ payBill: "174379", account: "A", reference: "B" }) }),
    fields: ["payTo"],
  },
  {
    name: "c2b.simulate of a pay bill whose name is misspelt",
    run: ({ c2b }) => c2b.simulate({ payTo: any({ paybill: "600638", account: "A" }), phoneNumber, amount: 1 }),
    fields: ["payTo.paybill"],
  },
  {
    name: "c2b.simulate of a pay bill that is null",
    run: ({ c2b }) => c2b.simulate({ payTo: any({ payBill: null, account: "A" }), phoneNumber, amount: 1 }),
    fields: ["payTo.payBill"],
  },
  {
    name: "b2b.expressCheckout to a pay bill that is null",
    run: ({ b2b }) =>
      b2b.expressCheckout({ till: "600001", payBill: any(null), amount: 1, reference: "A", partnerName: "B" }),
    fields: ["payBill"],
  },
  {
    name: "stk.push with a finished password as passkey",
    run: ({ stk }) => stk.push({ ...push, passkey: btoa(`174379${SECRET.passkey}20261006095219`) }),
    fields: ["passkey"],
  },
  {
    name: "stk.push with a password alone",
    run: ({ stk }) => stk.push({ ...push, password: "MTc0" }),
    fields: ["timestamp"],
  },
  ...[
    "ftp://example.com",
    "example.com/a",
    "https://user:word@example.com/",
    "https://example.com/#a",
    " https://example.com/",
    "",
    "https:example.com",
    "https:/example.com/x",
    "https:\\\\example.com\\x",
    "HTTPS://example.com",
    "https://example.com/a\nb",
    "https://example.com/a\tb",
    "https://example.com/a b",
    "https://example.com/a\0b",
    "https://example.com\\a",
    "https://.com",
    "https://..",
    "https://example..com/a",
    "https://1",
    "https://127.1/a",
    "https://0x7f000001/a",
    "https://example.com:99999/",
  ].map((callbackUrl) => ({
    name: `stk.push with the callback ${callbackUrl}`,
    run: ({ stk }: Mpesa) => stk.push({ ...push, callbackUrl }),
    fields: ["callbackUrl"],
  })),
  {
    name: "stk.query without id",
    run: ({ stk }) => stk.query({ checkoutRequestId: "" }),
    fields: ["checkoutRequestId"],
  },
  {
    name: "c2b.registerUrls with another response type",
    run: ({ c2b }) => c2b.registerUrls({ ...urls, responseType: any("completed") }),
    fields: ["responseType"],
  },
  {
    name: "c2b.registerUrls without URLs",
    run: ({ c2b }) => c2b.registerUrls(any({ responseType: "Completed" })),
    fields: ["confirmationUrl", "validationUrl"],
  },
  {
    name: "c2b.simulate with an account of 21 characters",
    run: ({ c2b }) => c2b.simulate({ payTo: { account: "x".repeat(21) }, phoneNumber, amount: 1 }),
    fields: ["payTo.account"],
  },
  {
    name: "c2b.simulate of a till with an account",
    run: ({ c2b }) => c2b.simulate({ payTo: any({ till: "600638", account: "A" }), phoneNumber, amount: 1 }),
    fields: ["payTo"],
  },
  {
    name: "b2c.pay with one letter of remarks",
    run: ({ b2c }) => b2c.pay({ ...pay, remarks: "x" }),
    fields: ["remarks"],
  },
  {
    name: "b2c.pay with 101 letters of remarks",
    run: ({ b2c }) => b2c.pay({ ...pay, remarks: "x".repeat(101) }),
    fields: ["remarks"],
  },
  {
    name: "b2c.pay with a long occasion",
    run: ({ b2c }) => b2c.pay({ ...pay, occasion: "x".repeat(101) }),
    fields: ["occasion"],
  },
  {
    name: "b2c.pay with an id of 51 characters",
    run: ({ b2c }) => b2c.pay({ ...pay, originatorConversationId: "x".repeat(51) }),
    fields: ["originatorConversationId"],
  },
  {
    name: "b2c.pay with another command",
    run: ({ b2c }) => b2c.pay({ ...pay, commandId: any("Salary") }),
    fields: ["commandId"],
  },
  {
    name: "b2c.pay, version 1, with what only version 3 has",
    run: ({ b2c }) => b2c.pay({ ...pay, apiVersion: "v1", originatorConversationId: "a", resend: true }),
    fields: ["originatorConversationId", "resend"],
  },
  {
    name: "b2c.pay in version 2",
    run: ({ b2c }) => b2c.pay({ ...pay, apiVersion: any("v2") }),
    fields: ["apiVersion"],
  },
  {
    name: "b2c.payWithIdCheck without document",
    run: ({ b2c }) => b2c.payWithIdCheck(any({ ...pay, idType: "01" })),
    fields: ["idType", "idNumber"],
  },
  {
    name: "b2b.payBill without account",
    run: ({ b2b }) => b2b.payBill(any({ payBill: "600000", amount: 1 })),
    fields: ["account"],
  },
  {
    name: "b2b.payBill with an account of 14 characters",
    run: ({ b2b }) => b2b.payBill({ payBill: "600000", account: "x".repeat(14), amount: 1 }),
    fields: ["account"],
  },
  { name: "b2b.buyGoods to no till", run: ({ b2b }) => b2b.buyGoods(any({ amount: 1 })), fields: ["till"] },
  {
    name: "b2b.buyGoods with another receiver type",
    run: ({ b2b }) => b2b.buyGoods({ till: "600000", amount: 1, receiverIdentifierType: any("1") }),
    fields: ["receiverIdentifierType"],
  },
  {
    name: "b2b.transfer to itself",
    run: ({ b2b }) => b2b.transfer(any({ from: "working", to: "working", amount: 1 })),
    fields: ["from"],
  },
  {
    name: "b2b.send without command",
    run: ({ b2b }) => b2b.send(any({ receiver: "600000", amount: 1 })),
    fields: ["commandId"],
  },
  {
    name: "b2b.send of BusinessPayBill without account",
    run: ({ b2b }) => b2b.send({ commandId: "BusinessPayBill", receiver: "600000", amount: 1 }),
    fields: ["account"],
  },
  {
    name: "b2b.payTax without number",
    run: ({ b2b }) => b2b.payTax(any({ amount: 1 })),
    fields: ["paymentRegistrationNumber"],
  },
  {
    name: "b2b.expressCheckout with nothing",
    run: ({ b2b }) => b2b.expressCheckout(any({})),
    fields: ["till", "amount", "reference", "partnerName"],
  },
  {
    name: "account.balance of two parties",
    run: ({ account }) => account.balance({ party: any({ till: "600001", shortCode: "600992" }) }),
    fields: ["party"],
  },
  {
    name: "account.balance of no party",
    run: ({ account }) => account.balance({ party: any(null) }),
    fields: ["party"],
  },
  {
    name: "transactions.status about a short code of ten digits",
    run: ({ transactions }) => transactions.status({ receipt: "UJ61HAY6QB", party: { shortCode: "1234567890" } }),
    fields: ["party.shortCode"],
  },
  {
    name: "transactions.status about a till of eight digits",
    run: ({ transactions }) => transactions.status({ receipt: "UJ61HAY6QB", party: { till: "12345678" } }),
    fields: ["party.till"],
  },
  ...[0.5, 0, -1, 1e21, Number.NaN].map((amount) => ({
    name: `b2b.topUpB2c of ${amount}`,
    run: ({ b2b }: Mpesa) => b2b.topUpB2c({ b2cShortCode: "600000", amount }),
    fields: ["amount"],
  })),
  {
    name: "transactions.status of nothing",
    run: ({ transactions }) => transactions.status(any({})),
    fields: ["receipt"],
  },
  {
    name: "transactions.status of two",
    run: ({ transactions }) => transactions.status(any({ receipt: "UJ61HAY6QB", conversationId: "AG_1" })),
    fields: ["receipt"],
  },
  {
    name: "transactions.status of small letters",
    run: ({ transactions }) => transactions.status({ receipt: "uj61hay6qb" }),
    fields: ["receipt"],
  },
  {
    name: "transactions.reverse without receipt and amount",
    run: ({ transactions }) => transactions.reverse(any({})),
    fields: ["receipt", "amount"],
  },
  {
    name: "qr.generate for two",
    run: ({ qr }) =>
      qr.generate({ payTo: any({ till: "373132", payBill: "174379" }), amount: 1, merchantName: "A", reference: "B" }),
    fields: ["payTo"],
  },
  {
    name: "qr.generate for a till and somebody who does not exist",
    run: ({ qr }) =>
      qr.generate({ payTo: any({ till: "373132", pochi: "174379" }), amount: 1, merchantName: "A", reference: "B" }),
    fields: ["payTo.pochi"],
  },
  {
    name: "qr.generate of no size",
    run: ({ qr }) =>
      qr.generate({ payTo: { till: "373132" }, amount: 1, merchantName: "A", reference: "B", size: 0.5 }),
    fields: ["size"],
  },
  {
    name: "pull.query from before the window",
    run: ({ pull }) => pull.query({ from: new Date(NOW - 49 * 3_600_000), to: new Date(NOW) }),
    fields: ["from"],
  },
  {
    name: "pull.query backwards",
    run: ({ pull }) => pull.query({ from: new Date(NOW), to: new Date(NOW - 1000) }),
    fields: ["from"],
  },
  {
    name: "pull.query with no dates",
    run: ({ pull }) => pull.query({ from: any("2026-10-06"), to: new Date(Number.NaN), offset: -1 }),
    fields: ["offset", "from", "to"],
  },
  { name: "pull.register without number", run: ({ pull }) => pull.register(any({})), fields: ["nominatedNumber"] },
];

describe("wrong parameters", () => {
  it.each(bad)("$name: refused before anything is sent", async ({ run, fields }) => {
    const { mpesa, sent } = connect();
    const error = await failure(() => run(mpesa));
    expect(error["type"]).toBe("MpesaValidationError");
    expect(fieldsOf(error)).toEqual(fields);
    expect(sent).toEqual([]);
  });

  it("names everything that is wrong at once, with what to do, and no value", async () => {
    const { mpesa } = connect();
    const error = await failure(() =>
      mpesa.b2c.pay({ phoneNumber: "0799", amount: 1.5, remarks: "", occasion: "x".repeat(200), resultUrl: "nowhere" }),
    );
    expect(fieldsOf(error)).toEqual(["phoneNumber", "amount", "remarks", "resultUrl", "occasion"]);
    for (const issue of error["issues"] as { fix: string; rule: string }[])
      expect(issue.fix.length * issue.rule.length).toBeGreaterThan(50);
    expect(error.message).not.toContain("0799");
    expect(error.message).toContain("nothing was sent");
  });

  it.each(calls)("$name: a client that knows nothing names all that is missing", async ({ run }) => {
    const { mpesa, sent } = connect(
      undefined,
      any({
        shortCode: undefined,
        passkey: undefined,
        initiator: undefined,
        callbackUrl: undefined,
        resultUrl: undefined,
        timeoutUrl: undefined,
      }),
    );
    const error = await failure(() => run(mpesa)).catch(() => undefined);
    if (error === undefined) return expect(sent).toHaveLength(1);
    expect(error["type"]).toBe("MpesaValidationError");
    for (const field of fieldsOf(error)) {
      expect(field).toMatch(
        /^(shortCode|party|passkey|initiator|callbackUrl|resultUrl|timeoutUrl|payTo\.payBill|payBill)$/,
      );
    }
    expect(sent).toEqual([]);
  });

  it.each([
    "http://localhost:3000/a",
    "https://example.com",
    "https://example.com./a?b=c%20d",
    "https://10.0.0.1:8443/a",
    "https://[2001:db8::1]/a",
    "https://xn--exmple-cua.com/é",
  ])("takes the callback %s as it is", async (callbackUrl) => {
    const { mpesa, sent } = connect();
    await mpesa.stk.push({ ...push, callbackUrl });
    expect(sent[0]?.body["CallBackURL"]).toBe(callbackUrl);
  });

  it("takes the longer short codes that a status query knows", async () => {
    const { mpesa, sent } = connect();
    await mpesa.transactions.status({ receipt: "UJ61HAY6QB", party: { shortCode: "123456789" } });
    expect(sent[0]?.body).toMatchObject({ PartyA: 123456789, IdentifierType: "4" });
  });

  it("does not hold organisations to the limit of a customer's transaction", async () => {
    const { mpesa, sent } = connect();
    const amount = 300_000;
    await mpesa.b2b.topUpB2c({ b2cShortCode: "600000", amount });
    await mpesa.b2b.transfer({ from: "working", to: "utility", amount });
    await mpesa.b2b.payTax({ paymentRegistrationNumber: "PRN1234567890", amount });
    await mpesa.b2b.expressCheckout({
      till: "600001",
      amount,
      reference: "ORDER-1042",
      partnerName: "Example Supplies",
    });
    const amounts = sent.map(({ body }) => body["Amount"] ?? body["amount"]);
    expect(amounts).toEqual([amount, amount, amount, String(amount)]);
  });

  it("fills in the client's short code only where none is named", async () => {
    const { mpesa, sent } = connect();
    await mpesa.stk.push({ ...push, payTo: { account: "A" } });
    await mpesa.stk.push({ ...push, payTo: { payBill: "174379", account: "A" } });
    expect(sent.map(({ body }) => body["PartyB"])).toEqual([600992, 174379]);
  });

  it("says which name of a transaction is needed", async () => {
    const error = await failure(() => connect().mpesa.transactions.status(any({})));
    expect(error.message).toMatch(/is required.*receipt, originatorConversationId and conversationId/);
  });

  it("takes 12 characters of any script as account", async () => {
    const { mpesa, sent } = connect();
    await mpesa.stk.push({ ...push, payTo: { account: "😀".repeat(12) } });
    expect(sent[0]?.body["AccountReference"]).toBe("😀".repeat(12));
  });
});
