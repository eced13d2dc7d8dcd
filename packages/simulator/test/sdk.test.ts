import { isMpesaError, Mpesa, type MpesaOptions } from "@mpesa/sdk";
import { type CallbackEvent, createCallbackHandler } from "@mpesa/sdk/callbacks";
import { describe, expect, it } from "vitest";
import { createSimulator, type SimulatorOptions } from "../src/index.ts";

const PHONE = "0712 345 678";

/** The SDK in front of the simulator, and its own signed handler behind it. */
function shop(options: SimulatorOptions = {}, client: Partial<MpesaOptions> = {}) {
  const events: CallbackEvent[] = [];
  const handler = createCallbackHandler({
    baseUrl: "https://shop.example/hooks",
    secrets: ["a secret of at least 32 bytes, made up for this test"],
    onEvent: (event) => void events.push(event),
  });
  const daraja = createSimulator({
    allowedCallbackHosts: ["shop.example"],
    fetch: (request) => handler(request),
    ...options,
  });
  const { consumerKey, consumerSecret, shortCode, passkey } = daraja.credentials;
  const mpesa = new Mpesa({
    environment: "sandbox",
    fetch: daraja.fetch,
    clock: daraja.clock,
    consumerKey,
    consumerSecret,
    shortCode,
    passkey,
    ...client,
  });
  const push = async (reference = "order-1") =>
    mpesa.stk.push({
      payTo: { payBill: "174379", account: "INV-1" },
      phoneNumber: PHONE,
      amount: 100,
      callbackUrl: await handler.url("stk", { reference }),
    });
  return { daraja, mpesa, handler, events, push };
}

describe("the SDK", () => {
  it("pushes, the customer pays, the signed handler hears of it, the money is there", async () => {
    const { daraja, mpesa, events, push } = shop();
    const { checkoutRequestId } = await push();
    expect((await mpesa.stk.query({ checkoutRequestId })).outcome).toBe("pending");
    daraja.customer(PHONE).enterPin();
    await daraja.settled();
    expect(events).toMatchObject([
      {
        kind: "stk",
        outcome: "succeeded",
        reference: "order-1",
        checkoutRequestId,
        receipt: daraja.ledger.transactions[0]?.receipt,
      },
    ]);
    expect((await mpesa.stk.query({ checkoutRequestId })).outcome).toBe("succeeded");
    expect(daraja.ledger.balance("174379")).toBe(1_000_100);
  });

  it("takes every form of pending for pending", async () => {
    const { mpesa, push } = shop();
    const { checkoutRequestId } = await push();
    for (let at = 0; at < 10; at++) expect((await mpesa.stk.query({ checkoutRequestId })).outcome).toBe("pending");
  });

  it("hears of a cancelled one and can say why", async () => {
    const { daraja, mpesa, events, push } = shop();
    const { checkoutRequestId } = await push();
    daraja.customer(PHONE).cancel();
    await daraja.settled();
    expect(events).toMatchObject([{ kind: "stk", outcome: "failed", resultCode: "1032" }]);
    expect(await mpesa.stk.query({ checkoutRequestId })).toMatchObject({ outcome: "failed", resultCode: "1032" });
  });

  it.each([
    ["dropAnswer", "MpesaOutcomeUnknownError", 1],
    ["reset", "MpesaOutcomeUnknownError", 0],
    ["gatewayTimeout", "MpesaOutcomeUnknownError", 1],
    ["html503", "MpesaOutcomeUnknownError", 0],
    ["refuse", "MpesaConnectionError", 0],
  ] as const)("never sends a push twice: %s", async (fault, type, callbacks) => {
    const { daraja, mpesa, events, push } = shop({}, { maxRetries: 0 });
    await mpesa.auth.token();
    daraja.always("stk", { fault });
    const error = await push().catch((problem: unknown) => problem);
    expect(isMpesaError(error) && error.type).toBe(type);
    expect(daraja.requests.filter(({ operation }) => operation === "stkPush")).toHaveLength(1);
    daraja.customer(PHONE).enterPin();
    await daraja.settled();
    // The dropped answer is recovered by the reference in the callback's own path.
    expect(events.map(({ reference }) => reference)).toEqual(Array.from({ length: callbacks }, () => "order-1"));
  });

  it("renews a token that has expired", async () => {
    const { daraja, push } = shop({}, { clock: { now: () => Date.UTC(2026, 9, 6), setTimeout, clearTimeout } });
    await push();
    await daraja.advance(2 * 3_600_000);
    await push("order-2");
    expect(daraja.requests.filter(({ operation }) => operation === "generateToken")).toHaveLength(2);
  });

  it("pays out, is told the receipt, and refuses to do it twice under one id", async () => {
    const initiator = { name: "testapi", password: "Safaricom999!*!" };
    const { daraja, mpesa, handler, events } = shop({}, { initiator, shortCode: "600998" });
    const urls = {
      resultUrl: await handler.url("b2c", { reference: "payout-1" }),
      timeoutUrl: await handler.url("timeout", { product: "b2c", reference: "payout-1" }),
    };
    const pay = () =>
      mpesa.b2c.pay({ phoneNumber: PHONE, amount: 500, remarks: "Refund", originatorConversationId: "a-1", ...urls });
    await pay();
    await pay().catch(() => undefined);
    await daraja.settled();
    expect(events).toMatchObject([{ kind: "b2c", outcome: "succeeded", reference: "payout-1" }]);
    expect(daraja.customer(PHONE).balance).toBe(50_500);
  });

  it("counts a duplicated callback once when it has an inbox, and both without", async () => {
    const { daraja, events, push } = shop();
    daraja.next("stk", { callback: "duplicate" });
    await push();
    daraja.customer(PHONE).enterPin();
    await daraja.settled();
    expect(events).toHaveLength(2);
    expect(daraja.ledger.transactions).toHaveLength(1);
  });
});
