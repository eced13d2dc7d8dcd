import { accept, type CallbackEvent, type CallbackNotice, reject } from "@mpesa/sdk/callbacks";
import type { CallbackFault } from "@mpesa/simulator";
import { expect, test } from "vitest";
import { openShop, PHONE, type Shop } from "./shop.ts";

const faults: readonly (CallbackFault | undefined)[] = [undefined, "duplicate", "late", "early", "lost", "reordered"];

/** Different for every payment, so that a swapped one would show. */
const amountOf = (at: number): number => 100 + at;

test.each([1, 2, 3])("delivers every payment once, whatever becomes of its callback (seed %i)", async (seed) => {
  const shop = openShop({ simulator: { seed } });
  const { daraja, events } = shop;
  const order = shuffled(
    faults.flatMap((fault) => Array.from({ length: 5 }, () => fault)),
    seed,
  );
  for (const [at, callback] of order.entries()) {
    const phoneNumber = `2547${String(10_000_000 + at)}`;
    daraja.customer(phoneNumber).always("pay");
    if (callback) daraja.next("stk", { callback });
    await shop.push(`order-${at}`, { phoneNumber, amount: amountOf(at) });
    await daraja.advance(at * 100);
  }
  await daraja.settled();
  const lost = daraja.callbacks.filter(({ state }) => state === "lost");
  expect(lost).toHaveLength(5);
  expect(events).toHaveLength(order.length - lost.length);
  for (const { id } of lost) await daraja.replay(id);
  // Once more, all of them, as after an outage of Safaricom's.
  for (const { id } of daraja.callbacks) await daraja.replay(id);

  const told = events.map((event) => (event.kind === "stk" ? [event.reference, event.amount?.value] : [event.kind]));
  expect(told.sort()).toEqual(order.map((_, at) => [`order-${at}`, amountOf(at)]).sort());
  expect(receipts(events)).toEqual(daraja.ledger.transactions.map(({ receipt }) => receipt).sort());
  for (const { attempts } of daraja.callbacks)
    expect(attempts.map(({ status }) => status)).toEqual(attempts.map(() => 200));
});

test("knows whose an early callback is before the answer has come", async () => {
  const shop = openShop();
  let eventsAtAnswer = -1;
  shop.daraja.customer(PHONE).always("pay");
  shop.daraja.next("stk", { callback: "early" });
  await shop.push("order-1").then(() => {
    eventsAtAnswer = shop.events.length;
  });
  expect(eventsAtAnswer).toBe(1);
  await shop.daraja.settled();
  expect(shop.events).toMatchObject([{ kind: "stk", reference: "order-1", outcome: "succeeded" }]);
});

test("hears of a late payment after a lost answer, under its own reference", async () => {
  const shop = openShop({ client: { maxRetries: 0 } });
  shop.daraja.customer(PHONE).always("pay");
  shop.daraja.next("stk", { fault: "dropAnswer", callback: "late" });
  await expect(shop.push("order-1")).rejects.toMatchObject({ type: "MpesaOutcomeUnknownError" });
  await shop.daraja.advance(60_000);
  expect(shop.events).toEqual([]);
  await shop.daraja.settled();
  expect(shop.events).toMatchObject([{ kind: "stk", reference: "order-1", outcome: "succeeded" }]);
});

test.each(["duplicate", "late", "early", "reordered"] as const)(
  "delivers a payout's result once: %s",
  async (callback) => {
    const shop = openShop();
    shop.daraja.next("b2c", { callback });
    await payOut(shop, "payout-1");
    await payOut(shop, "payout-2");
    await shop.daraja.settled();
    for (const { id } of shop.daraja.callbacks) await shop.daraja.replay(id);
    expect(shop.events.map(({ kind, reference }) => `${kind} ${reference}`).sort()).toEqual([
      "b2c payout-1",
      "b2c payout-2",
    ]);
  },
);

test("takes a queue timeout for what it is: unknown, and once", async () => {
  const shop = openShop();
  shop.daraja.next("b2c", { timeout: true, callback: "duplicate" });
  await payOut(shop, "payout-1");
  await shop.daraja.settled();
  expect(shop.events).toMatchObject([{ kind: "timeout", product: "b2c", outcome: "unknown", reference: "payout-1" }]);
  expect(shop.daraja.ledger.transactions).toEqual([]);
});

test("takes a customer's own payment once, and validates it each time it is asked", async () => {
  const decisions: string[] = [];
  const shop: Shop = openShop({
    handler: {
      on: {
        c2bValidation: ({ billReference = "" }) => {
          decisions.push(billReference);
          return billReference === "INV-1" ? accept() : reject("C2B00012");
        },
      },
    },
  });
  await shop.mpesa.c2b.registerUrls({
    confirmationUrl: await shop.handler.url("c2bConfirmation"),
    validationUrl: await shop.handler.url("c2bValidation"),
    responseType: "Cancelled",
  });
  const customer = shop.daraja.customer(PHONE);
  const shortCode = shop.daraja.credentials.shortCode;
  const receipt = customer.pay({ shortCode, amount: 100, reference: "INV-1" });
  customer.pay({ shortCode, amount: 100, reference: "nobody" });
  await shop.daraja.settled();
  for (const { id } of shop.daraja.callbacks) await shop.daraja.replay(id);
  expect(shop.events).toMatchObject([{ kind: "c2bConfirmation", transactionId: receipt, billReference: "INV-1" }]);
  expect(decisions.sort()).toEqual(["INV-1", "INV-1", "nobody", "nobody"]);
  expect(customer.balance).toBe(49_900);
});

test("keeps a payment whose function failed, and delivers it from the inbox", async () => {
  const notices: CallbackNotice[] = [];
  const delivered: CallbackEvent[] = [];
  let isBroken = true;
  const shop = openShop({
    handler: {
      onNotice: (notice) => void notices.push(notice),
      onEvent: (event) => {
        if (isBroken) throw new Error("the database is down");
        delivered.push(event);
      },
    },
  });
  shop.daraja.customer(PHONE).always("pay");
  await shop.push("order-1");
  await shop.daraja.settled();
  expect(shop.daraja.callbacks[0]?.attempts.map(({ status }) => status)).toEqual([500]);
  expect(delivered).toEqual([]);
  isBroken = false;
  expect(await shop.handler.redeliver()).toEqual({ delivered: 1, failed: 0, skipped: 0 });
  for (const { id } of shop.daraja.callbacks) await shop.daraja.replay(id);
  expect(await shop.handler.redeliver()).toEqual({ delivered: 0, failed: 0, skipped: 0 });
  expect(delivered).toMatchObject([{ kind: "stk", reference: "order-1", outcome: "succeeded" }]);
  expect(notices.map(({ type }) => type)).toEqual(["failed", "duplicate"]);
});

async function payOut({ mpesa, handler }: Shop, reference: string): Promise<void> {
  await mpesa.b2c.pay({
    phoneNumber: PHONE,
    amount: 50,
    resultUrl: await handler.url("b2c", { reference }),
    timeoutUrl: await handler.url("timeout", { product: "b2c", reference }),
  });
}

function receipts(events: readonly CallbackEvent[]): unknown[] {
  return events.map((event) => (event.kind === "stk" ? event.receipt : undefined)).sort();
}

/** The same order for the same seed. */
function shuffled<T>(items: readonly T[], seed: number): T[] {
  let state = seed;
  const random = (): number => {
    state = (state * 48_271) % 2_147_483_647;
    return state;
  };
  return items
    .map((item) => ({ item, rank: random() }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ item }) => item);
}
