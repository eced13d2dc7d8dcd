import { operationTable } from "@mpesa/raw";
import { describe, expect, it } from "vitest";
import type { Mpesa } from "../../src/index.ts";
import { type Answer, accept, connect, daraja, failure, fieldsOf, json } from "./harness.ts";

const id = "b7c1e0a4-5d2f-4c39-8e61-0f9d3a2b7c55";
const pay = { phoneNumber: "0708374149", amount: 10 };

const identified: readonly {
  name: string;
  run: (mpesa: Mpesa, own?: { originatorConversationId: string }) => Promise<unknown>;
}[] = [
  { name: "b2c.pay", run: ({ b2c }, own) => b2c.pay({ ...pay, ...own }) },
  {
    name: "b2c.payWithIdCheck",
    run: ({ b2c }, own) => b2c.payWithIdCheck({ ...pay, idType: "passport", idNumber: "A0000000", ...own }),
  },
  { name: "b2c.payPochi", run: ({ b2c }, own) => b2c.payPochi({ ...pay, ...own }) },
  {
    name: "b2b.payBill",
    run: ({ b2b }, own) => b2b.payBill({ payBill: "600000", account: "INV-1", amount: 1, ...own }),
  },
];

const ends: readonly { name: string; answer: Answer; type: string }[] = [
  { name: "a refusal", answer: daraja(400, "400.002.02", "Bad Request - Invalid Amount"), type: "MpesaApiError" },
  {
    name: "no product",
    answer: daraja(401, "401.003.01", "Invalid API call as no apiproduct match found"),
    type: "MpesaAuthError",
  },
  {
    name: "spike arrest",
    answer: daraja(500, "500.003.02", "Error Occurred: Spike Arrest Violation"),
    type: "MpesaRateLimitError",
  },
  { name: "an unknown fault", answer: daraja(500, "500.999", "?"), type: "MpesaOutcomeUnknownError" },
  {
    name: "no connection",
    answer: () => {
      throw Object.assign(new TypeError("fetch failed"), {
        cause: Object.assign(new Error("x"), { code: "ECONNREFUSED" }),
      });
    },
    type: "MpesaConnectionError",
  },
  {
    name: "a lost answer",
    answer: () => {
      throw new TypeError("fetch failed");
    },
    type: "MpesaOutcomeUnknownError",
  },
];

describe.each(identified)("$name", ({ run }) => {
  it.each(ends)("keeps the caller's id in the error after $name", async ({ answer, type }) => {
    const error = await failure(() => run(connect(answer).mpesa, { originatorConversationId: id }));
    expect(error["type"]).toBe(type);
    expect(error["ids"]).toMatchObject({ originatorConversationId: id });
  });

  it("makes an id before sending and keeps it in the error", async () => {
    const { mpesa, sent } = connect(daraja(500, "500.999", "?"));
    const error = await failure(() => run(mpesa));
    const made = sent[0]?.body["OriginatorConversationID"];
    expect(made).toMatch(/^[0-9a-f-]{36}$/);
    expect(error["ids"]).toEqual({ originatorConversationId: made });
  });

  it("says with which call a lost answer is found again", async () => {
    const lost: Answer = () => {
      throw new TypeError("fetch failed");
    };
    const error = await failure(() => run(connect(lost).mpesa, { originatorConversationId: id }));
    expect(error.message).toContain(`mpesa.transactions.status({ originatorConversationId: "${id}" })`);
    const found = connect();
    await found.mpesa.transactions.status({ originatorConversationId: id });
    expect(found.sent[0]?.body).toMatchObject({ TransactionID: "", OriginalConversationID: id });
  });
});

describe("payouts", () => {
  it("give the id back", async () => {
    const { mpesa } = connect();
    const result = await mpesa.b2c.pay({ ...pay, originatorConversationId: id });
    expect(result).toMatchObject({ originatorConversationId: id, duplicate: false });
    expect(result.conversationId).toMatch(/^AG_/);
  });

  it("are not sent again when an answer is lost", async () => {
    const { mpesa, sent } = connect(() => Promise.reject(new TypeError("fetch failed")), { maxRetries: 2 });
    await failure(() => mpesa.b2c.pay(pay));
    expect(sent).toHaveLength(1);
  });

  const lostFirst =
    (then: Answer): Answer =>
    (one, nth) =>
      nth === 1 ? Promise.reject(new TypeError("fetch failed")) : then(one, nth);
  const duplicate = daraja(500, "500.002.1001", "Duplicate OriginatorConversationID.");

  it.each(["pay", "payPochi"] as const)("%s: a duplicate after an own resend counts as accepted", async (method) => {
    const { mpesa, sent } = connect(lostFirst(duplicate), { maxRetries: 1 });
    const result = await mpesa.b2c[method]({ ...pay, resend: true });
    expect(sent).toHaveLength(2);
    expect(sent[1]?.body).toEqual(sent[0]?.body);
    expect(result).toMatchObject({
      originatorConversationId: sent[0]?.body["OriginatorConversationID"],
      duplicate: true,
    });
    expect(result.conversationId).toBeUndefined();
  });

  it("a resend that is accepted is no duplicate", async () => {
    const { mpesa } = connect(lostFirst(accept), { maxRetries: 1 });
    expect(await mpesa.b2c.pay({ ...pay, resend: true })).toMatchObject({ duplicate: false });
  });

  it("a duplicate without a resend stays unknown: it may be another payment under the same id", async () => {
    const { mpesa, sent } = connect(duplicate, { maxRetries: 2 });
    const error = await failure(() => mpesa.b2c.pay({ ...pay, originatorConversationId: id, resend: false }));
    expect(error["type"]).toBe("MpesaOutcomeUnknownError");
    expect(error["ids"]).toEqual({ originatorConversationId: id });
    expect(sent).toHaveLength(1);
  });

  it("with an ID check are never sent again", async () => {
    const { mpesa, sent } = connect(lostFirst(duplicate), { maxRetries: 2 });
    const checked = { ...pay, idType: "passport", idNumber: "A0000000" } as const;
    await failure(() => mpesa.b2c.payWithIdCheck(checked));
    expect(sent).toHaveLength(1);
    const refused = await failure(() => mpesa.b2c.payWithIdCheck({ ...checked, resend: true } as never));
    expect(fieldsOf(refused)).toEqual(["resend"]);
    expect(sent).toHaveLength(1);
  });

  it("keep an ID number out of the error", async () => {
    const { mpesa } = connect(daraja(400, "400.002.02", "Bad Request - Invalid IDNumber A1234567"));
    const error = await failure(() => mpesa.b2c.payWithIdCheck({ ...pay, idType: "passport", idNumber: "A1234567" }));
    expect(`${error.message} ${JSON.stringify(error)}`).not.toContain("A1234567");
  });
});

describe("an acceptance that lacks its id", () => {
  it.each([
    ["account.balance", ({ account }: Mpesa) => account.balance()],
    [
      "b2b.payBill",
      ({ b2b }: Mpesa) =>
        b2b.payBill({ payBill: "600000", account: "A", amount: 1, originatorConversationId: "5118-1" }),
    ],
    ["transactions.reverse", ({ transactions }: Mpesa) => transactions.reverse({ receipt: "UJ63T9K5AB", amount: 1 })],
  ])("%s: unknown, with the ids there are", async (_, run) => {
    const { mpesa } = connect(() =>
      json({ ResponseCode: "0", ResponseDescription: "ok", OriginatorConversationID: "5118-1" }),
    );
    const error = await failure(() => run(mpesa));
    expect(error["type"]).toBe("MpesaOutcomeUnknownError");
    expect(error["ids"]).toEqual({ originatorConversationId: "5118-1" });
  });

  it("b2c.pay goes by its own id", async () => {
    const { mpesa } = connect(() => json({ ResponseCode: "0" }));
    expect(await mpesa.b2c.pay({ ...pay, originatorConversationId: id })).toMatchObject({
      originatorConversationId: id,
    });
  });
});

describe("the ids in errors", () => {
  it("stay out of logs, where they would show the payer's number", async () => {
    const { mpesa } = connect(daraja(400, "400.002.02", "Bad Request - Invalid Timestamp"));
    const error = await failure(() => mpesa.stk.query({ checkoutRequestId: "ws_CO_06102026095220417708374149" }));
    expect(error["ids"]).toEqual({ checkoutRequestId: "ws_CO_06102026095220417708374149" });
    expect(JSON.stringify(error)).not.toContain("708374149");
  });

  it("hold the request id of a merchant's prompt", async () => {
    const { mpesa } = connect(daraja(500, "500.999", "?"));
    const call = { till: "600001", amount: 1, reference: "A", partnerName: "B", requestRefId: id };
    expect((await failure(() => mpesa.b2b.expressCheckout(call)))["ids"]).toEqual({ requestRefId: id });
  });

  it("are made for every operation that carries one", () => {
    const carrying = Object.values(operationTable).filter(({ retry }) => retry === "deduplicated");
    expect(carrying.map(({ id }) => id).sort()).toEqual(["b2cPaymentV3", "pochiPayment"]);
  });
});
