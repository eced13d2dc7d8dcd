import { describe, expect, it } from "vitest";
import { connect, daraja, failure, json } from "../products/harness.ts";
import { ID, pending, result } from "./fake-time.ts";

const push = { payTo: { account: "INV-1" }, phoneNumber: "0708374149", amount: 1 } as const;

describe("stk.push", () => {
  it("gives what a wait needs", async () => {
    const { mpesa } = connect();
    const pushed = await mpesa.stk.push({ ...push, payTo: { till: "600001", store: "600997" } });
    expect(pushed).toMatchObject({ shortCode: "600997", customerMessage: expect.stringContaining("Success") });
    expect(pushed.checkoutRequestId).toMatch(/^ws_CO_/);
    expect(pushed.raw.CheckoutRequestID).toBe(pushed.checkoutRequestId);
  });

  it("says of a lost answer that only the callback tells", async () => {
    const { mpesa, sent } = connect(() => Promise.reject(new TypeError("fetch failed")), { maxRetries: 2 });
    const error = await failure(() => mpesa.stk.push(push));
    expect(error["type"]).toBe("MpesaOutcomeUnknownError");
    expect(error.message).toMatch(/wait for the callback/);
    expect(sent).toHaveLength(1);
  });

  it("is unknown when it was accepted without an id", async () => {
    const { mpesa } = connect(() => json({ ResponseCode: "0", ResponseDescription: "ok" }));
    expect((await failure(() => mpesa.stk.push(push)))["type"]).toBe("MpesaOutcomeUnknownError");
  });

  it("takes a password made elsewhere with its timestamp", async () => {
    const { mpesa, sent } = connect();
    await mpesa.stk.push({ ...push, password: "MTc0Mzc5", timestamp: "20261006095219" });
    expect(sent[0]?.body).toMatchObject({ Password: "MTc0Mzc5", Timestamp: "20261006095219" });
  });

  it("sends the account as description when there is none", async () => {
    const { mpesa, sent } = connect();
    await mpesa.stk.push(push);
    expect(sent[0]?.body["TransactionDesc"]).toBe("INV-1");
  });
});

describe("stk.query", () => {
  it.each(pending)("is pending after $form", async ({ answer }) => {
    const { mpesa, sent } = connect(answer, { maxRetries: 2 });
    expect(await mpesa.stk.query({ checkoutRequestId: ID })).toMatchObject({
      outcome: "pending",
      checkoutRequestId: ID,
    });
    expect(sent).toHaveLength(1);
  });

  it.each([
    ["0", "succeeded"],
    ["1032", "failed"],
    ["1037", "failed"],
    ["15", "unknown"],
    ["98765", "unknown"],
  ])("takes %s for %s", async (code, outcome) => {
    expect(await connect(result(code)).mpesa.stk.query({ checkoutRequestId: ID })).toMatchObject({
      outcome,
      resultCode: code,
    });
  });

  it("does not take a fault for a failed payment", async () => {
    const { mpesa } = connect(daraja(500, "500.001.1001", "Internal Server Error"));
    expect((await failure(() => mpesa.stk.query({ checkoutRequestId: ID })))["type"]).toBe("MpesaApiError");
  });
});
