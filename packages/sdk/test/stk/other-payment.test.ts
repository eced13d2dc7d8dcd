import { describe, expect, it } from "vitest";
import { parseCallback } from "../../src/callbacks/index.ts";
import type { Mpesa } from "../../src/index.ts";
import { type Answer, connect, failure, json } from "../products/harness.ts";
import { ID, inFakeTime, result, STARTED } from "./fake-time.ts";

const OTHER = "ws_CO_06102026095220417722000000";
const PAYER = /708374149|722000000/;
const push = { checkoutRequestId: ID, merchantRequestId: "22205-1" };

/** Answers that name another prompt, with the code of its outcome. */
const foreign = ["0", "1032"].flatMap((code) =>
  [
    { names: "another CheckoutRequestID", ids: { CheckoutRequestID: OTHER } },
    { names: "another MerchantRequestID", ids: { MerchantRequestID: "22205-2" } },
    { names: "another MerchantRequestID alone", ids: { CheckoutRequestID: undefined, MerchantRequestID: 7 } },
  ].map(({ names, ids }) => ({ code, names, answer: result(code, "…", ids) })),
);

describe("the answer to a query", () => {
  it.each(foreign)("with code $code and $names is unknown, with a warning", async ({ answer }) => {
    const { mpesa, warnings } = connect(answer);
    const status = await mpesa.stk.query(push);
    expect(status).toMatchObject({
      outcome: "unknown",
      checkoutRequestId: ID,
      merchantRequestId: undefined,
      resultCode: undefined,
      resultDescription: undefined,
      code: undefined,
    });
    expect(warnings()).toMatchObject([expect.stringMatching(/^otherPayment: .*ws_CO_06102026095220417\[redacted\]/)]);
    expect(warnings().join()).not.toMatch(PAYER);
  });

  it.each([
    ["both ids", {}],
    ["no id at all", { CheckoutRequestID: undefined, MerchantRequestID: undefined }],
    ["empty ids", { CheckoutRequestID: "", MerchantRequestID: " " }],
    ["its id with blanks", { CheckoutRequestID: ` ${ID} ` }],
  ])("with %s is believed", async (_, ids) => {
    const { mpesa, warnings } = connect(result("0", "…", ids));
    expect(await mpesa.stk.query(push)).toMatchObject({ outcome: "succeeded", resultCode: "0" });
    expect(warnings()).toEqual([]);
  });

  it("is not held to a MerchantRequestID that the push did not have", async () => {
    const { mpesa } = connect(result("0"));
    for (const merchantRequestId of ["", null, undefined] as (string | undefined)[])
      expect(await mpesa.stk.query({ checkoutRequestId: ID, ...{ merchantRequestId } } as never)).toMatchObject({
        outcome: "succeeded",
        merchantRequestId: "22205-1",
      });
  });

  it("takes what a push returned", async () => {
    const { mpesa } = connect(result("0", "…", { MerchantRequestID: "22205-2" }));
    const pushed = { ...push, shortCode: "174379", responseDescription: "", customerMessage: "", raw: {} as never };
    expect(await mpesa.stk.query(pushed)).toMatchObject({ outcome: "unknown" });
  });
});

describe("a wait", () => {
  it.each(foreign)("is not ended by code $code of $names, and goes on to its own", async ({ answer }) => {
    const own = result("4999");
    const { stk, time, asked, warnings } = inFakeTime((one, nth) =>
      [answer, own, answer][nth - 1] ? ([answer, own, answer][nth - 1] as Answer)(one, nth) : result("0")(one, nth),
    );
    expect(await time.until(stk.wait(push))).toMatchObject({ outcome: "succeeded", source: "query", resultCode: "0" });
    expect(asked).toHaveLength(4);
    expect(warnings).toEqual(["otherPayment", "otherPayment"]);
  });

  it.each(foreign)("that hears nothing but code $code of $names ends in unknown", async ({ answer }) => {
    const { stk, time, messages } = inFakeTime(answer);
    expect(await time.until(stk.wait(push))).toMatchObject({
      outcome: "unknown",
      source: "timeout",
      resultCode: undefined,
      code: undefined,
      checkoutRequestId: ID,
      merchantRequestId: "22205-1",
    });
    expect(time.ms).toBe(STARTED + 180_000);
    expect(messages.length).toBeGreaterThan(10);
    expect(messages.join()).not.toMatch(PAYER);
  });

  const payout = {
    Result: {
      ResultType: 0,
      ResultCode: 0,
      ResultDesc: "The service request is processed successfully.",
      OriginatorConversationID: "10571-7910404-1",
      ConversationID: "AG_20261006_00004e48cf7e3533f581",
      TransactionID: "UJ641HAY6Q",
    },
  };
  it.each([
    ["names another CheckoutRequestID", { checkoutRequestId: OTHER, resultCode: "0" }],
    ["names another MerchantRequestID", { ...push, merchantRequestId: "22205-2", resultCode: "1032" }],
    ["is the result of a payout", parseCallback(payout)],
    ["is of another kind", { kind: "c2bConfirmation", resultCode: "0" }],
  ])("ignores a callback that %s", async (_, callback) => {
    const { stk, time, warnings } = inFakeTime(result("4999"));
    const outcome = await time.until(stk.wait(push, { settled: Promise.resolve(callback as never) }));
    expect(outcome).toMatchObject({ outcome: "unknown", source: "timeout", callback: undefined });
    expect(warnings).toEqual(["settledFailed"]);
  });
});

describe("an acknowledgement", () => {
  const ids = { OriginatorConversationID: "someone-else", ConversationID: "AG_20261006_2010a7c4d1f08e5b3926" };
  const own = { originatorConversationId: "own-1" };
  const acknowledge: Answer = () => json({ ...ids, ResponseCode: "0", ResponseDescription: "ok" });
  const calls: readonly (readonly [string, (mpesa: Mpesa) => Promise<unknown>])[] = [
    ["b2c.pay", ({ b2c }) => b2c.pay({ phoneNumber: "0708374149", amount: 10, ...own })],
    ["b2c.payPochi", ({ b2c }) => b2c.payPochi({ phoneNumber: "0708374149", amount: 10, ...own })],
    [
      "b2c.payWithIdCheck",
      ({ b2c }) =>
        b2c.payWithIdCheck({ phoneNumber: "0708374149", amount: 10, idType: "passport", idNumber: "A0000000", ...own }),
    ],
  ];
  const business: typeof calls = [
    ["b2b.payBill", ({ b2b }) => b2b.payBill({ payBill: "600000", account: "A", amount: 1, ...own })],
    ["b2b.payTax", ({ b2b }) => b2b.payTax({ paymentRegistrationNumber: "PRN1", amount: 1, ...own })],
  ];

  it.each(business)(
    "of %s may have an ID of M-Pesa's in place of ours, which nobody documents there",
    async (_, run) => {
      const { mpesa } = connect(acknowledge);
      expect(await run(mpesa)).toMatchObject({
        originatorConversationId: "someone-else",
        conversationId: ids.ConversationID,
      });
    },
  );

  it.each(calls)("of another request leaves %s unknown, with its own id only", async (_, run) => {
    const { mpesa, sent } = connect(acknowledge, { maxRetries: 2 });
    const error = await failure(() => run(mpesa));
    expect(error["type"]).toBe("MpesaOutcomeUnknownError");
    expect(error["ids"]).toEqual(own);
    expect(error.message).toContain("AG_20261006_2010a7c4d1f08e5b3926");
    expect(error.message).toMatch(/do not send it again.*Find the payment with mpesa\.transactions\.status/s);
    expect(sent).toHaveLength(1);
  });

  it.each(calls)("that rejects another request gives %s no ids of that one", async (_, run) => {
    const { mpesa } = connect(() => json({ ...ids, ResponseCode: "1", ResponseDescription: "Rejected" }));
    const error = await failure(() => run(mpesa));
    expect(error["type"]).toBe("MpesaOutcomeUnknownError");
    expect(error["ids"]).toEqual(own);
  });

  it("of a duplicate of another request is no success", async () => {
    const duplicate = {
      requestId: "1",
      errorCode: "500.002.1001",
      errorMessage: "Duplicate OriginatorConversationID.",
      ...ids,
    };
    const { mpesa } = connect(
      (_, nth) => (nth === 1 ? Promise.reject(new TypeError("fetch failed")) : json(duplicate, 500)),
      { maxRetries: 1 },
    );
    const error = await failure(() => mpesa.b2c.pay({ phoneNumber: "0708374149", amount: 10, ...own, resend: true }));
    expect(error["type"]).toBe("MpesaOutcomeUnknownError");
    expect(error["ids"]).toEqual(own);
  });
});
