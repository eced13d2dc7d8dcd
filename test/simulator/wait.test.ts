import type { StkPoll } from "@mpesa/sdk";
import { expect, test } from "vitest";
import { openShop, PHONE, type Shop } from "./shop.ts";

/** The throttle of the real sandbox holds on the virtual clock too. */
const simulator = { rateLimits: true };

test("goes through every form of pending until the payment is made, and is never throttled", async () => {
  const shop = openShop({ simulator: { ...simulator, delays: { processingMs: 80_000 } } });
  shop.daraja.customer(PHONE).enterPin();
  const polls: StkPoll[] = [];
  const outcome = await shop.mpesa.stk.wait(await shop.push("order-1"), { onPoll: (poll) => polls.push(poll) });
  expect(outcome).toMatchObject({ outcome: "succeeded", source: "query", resultCode: "0" });
  const answers = shop.daraja.requests.filter(({ operation }) => operation === "stkQuery");
  const forms = answers.map(({ status, answer }) => {
    const { errorMessage, ResultCode } = answer as { errorMessage?: string; ResultCode?: string };
    return `${status} ${errorMessage ?? ResultCode}`;
  });
  expect(new Set(forms)).toEqual(
    new Set([
      "400 Bad Request - Invalid CheckoutRequestID",
      "500 The transaction does not Exist",
      "200 4999",
      "500 The transaction is being processed",
      "500 ",
      "200 0",
    ]),
  );
  expect(polls.slice(0, -1).map(({ status }) => status?.outcome)).toEqual(forms.slice(0, -1).map(() => "pending"));
});

test("keeps several waits of one client under the throttle", async () => {
  const shop = openShop({ simulator: { ...simulator, delays: { processingMs: 60_000 } } });
  const phones = [PHONE, "254722222222", "254733333333"];
  const pushes = [];
  for (const phoneNumber of phones) {
    shop.daraja.customer(phoneNumber).enterPin();
    pushes.push(await shop.push(phoneNumber.slice(-4), { phoneNumber }));
  }
  const outcomes = await Promise.all(pushes.map((push) => shop.mpesa.stk.wait(push, { timeoutMs: 600_000 })));
  expect(outcomes.map(({ outcome }) => outcome)).toEqual(["succeeded", "succeeded", "succeeded"]);
  expect(shop.daraja.requests.filter(({ status }) => status === 429)).toEqual([]);
});

test.each([
  ["cancels", "1032", (shop: Shop) => shop.daraja.customer(PHONE).cancel()],
  ["does not answer", "1037", (shop: Shop) => shop.daraja.customer(PHONE).ignore()],
  ["mistypes the PIN", "2001", (shop: Shop) => shop.daraja.customer(PHONE).wrongPin()],
  ["has too little", "1", (shop: Shop) => poor(shop)],
])("says that it failed, and why, when the customer %s", async (_, resultCode, act) => {
  const shop = openShop({ simulator });
  act(shop);
  const outcome = await shop.mpesa.stk.wait(await shop.push("order-1"));
  expect(outcome).toMatchObject({ outcome: "failed", source: "query", resultCode, code: { code: resultCode } });
});

test("ends with the callback when that is quicker, without a query", async () => {
  let heard: (event: unknown) => void = () => undefined;
  const settled = new Promise<never>((resolve) => {
    heard = resolve as typeof heard;
  });
  const shop = openShop({ simulator, handler: { onEvent: (event) => heard(event) } });
  shop.daraja.customer(PHONE).enterPin();
  const outcome = await shop.mpesa.stk.wait(await shop.push("order-1"), { settled });
  const [{ receipt } = { receipt: "" }] = shop.daraja.ledger.transactions;
  expect(outcome).toMatchObject({ outcome: "succeeded", source: "callback", callback: { receipt } });
  expect(shop.daraja.requests.filter(({ operation }) => operation === "stkQuery")).toEqual([]);
});

test("needs no callback", async () => {
  const shop = openShop({ simulator });
  shop.daraja.customer(PHONE).enterPin();
  shop.daraja.next("stk", { callback: "lost" });
  expect(await shop.mpesa.stk.wait(await shop.push("order-1"))).toMatchObject({
    outcome: "succeeded",
    source: "query",
  });
  expect(shop.events).toEqual([]);
});

test.each(["dropAnswer", "html503", "spikeArrest", "gatewayTimeout", "refuse"] as const)(
  "goes on after a query that ends in %s",
  async (fault) => {
    const shop = openShop({ simulator });
    shop.daraja.customer(PHONE).enterPin();
    const push = await shop.push("order-1");
    shop.daraja.next("stkQuery", { fault });
    expect(await shop.mpesa.stk.wait(push)).toMatchObject({ outcome: "succeeded", source: "query" });
  },
);

test("does not call failed what is still being processed when the time is up", async () => {
  const shop = openShop({ simulator });
  shop.daraja.next("stk", { resultCode: "4999" });
  const outcome = await shop.mpesa.stk.wait(await shop.push("order-1"), { timeoutMs: 120_000 });
  expect(outcome).toMatchObject({ outcome: "unknown", source: "timeout", resultCode: "4999" });
});

test("leaves the prompt alone when the caller stops waiting", async () => {
  const shop = openShop({ simulator });
  const push = await shop.push("order-1");
  const controller = new AbortController();
  const wait = shop.mpesa.stk.wait(push, { signal: controller.signal });
  controller.abort(new Error("the caller left"));
  await expect(wait).rejects.toThrow("the caller left");
  shop.daraja.customer(PHONE).enterPin();
  await shop.daraja.settled();
  expect(shop.events).toMatchObject([{ kind: "stk", outcome: "succeeded", reference: "order-1" }]);
});

function poor({ daraja }: Shop): void {
  daraja.customer(PHONE).set({ balance: 99 });
  daraja.customer(PHONE).enterPin();
}
