import { operationTable } from "@mpesa/raw";
import { isMpesaError } from "@mpesa/sdk";
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { calls } from "../../packages/sdk/test/products/calls.ts";
import { HELD_MS, holdTimeouts } from "../../packages/sdk/test/support/hold-timeouts.ts";
import { faults, names, RETRIES, recorded, typeOf, unknown } from "./fault-table.ts";
import { openShop, type Shop } from "./shop.ts";

let cells = 0;

// Full jitter down to nothing: the waits are backoff's own business.
beforeEach(() => void vi.spyOn(Math, "random").mockReturnValue(0));
afterEach(() => void vi.restoreAllMocks());
afterAll(() => console.log(`SDK × simulator: ${calls.length} calls × ${names.length} faults = ${cells} cells`));

describe.each(calls)("$name", ({ operation, run }) => {
  const { retry } = operationTable[operation];

  test.each(names)("%s", async (fault) => {
    const shop = await warm(fault);
    shop.daraja.always(operation, { fault });
    const error = await run(shop.mpesa as never).catch((problem: unknown) => problem);
    const attempts = sent(shop, operation);
    expect({ attempts, type: typeOf(error) }).toEqual(faults[fault][retry === "safe" ? "read" : "money"]);
    cells++;
  });
});

const isMoney = ({ operation }: (typeof calls)[number]): boolean => operationTable[operation].retry !== "safe";
const unclear = names.filter((name) => faults[name].money === unknown);

test.each(calls.filter(isMoney))("$name ends the same whether it was taken or not", async ({ operation, run }) => {
  for (const fault of unclear) {
    for (const processed of [true, false]) {
      const shop = await warm(fault);
      shop.daraja.always(operation, { fault, processed });
      const error = await run(shop.mpesa as never).catch((problem: unknown) => problem);
      expect([sent(shop, operation), typeOf(error)], `${fault} ${processed}`).toEqual([1, "MpesaOutcomeUnknownError"]);
      await shop.daraja.settled();
      // A reversal of nothing, and a prompt that nobody answers, move no money.
      expect(shop.daraja.ledger.transactions.length).toBeLessThanOrEqual(processed ? 1 : 0);
      expect(shop.daraja.ledger.total()).toBe(0);
    }
  }
});

describe("an unknown payout", () => {
  const payouts = calls.filter(({ operation }) => operation === "b2cPaymentV3" || operation === "pochiPayment");

  test.each(payouts.flatMap((call) => [true, false].map((processed) => ({ ...call, processed }))))(
    "$name is found by the id in the error, or is not there (processed: $processed)",
    async ({ run, operation, processed }) => {
      const shop = await warm();
      shop.daraja.next(operation, { fault: "reset", processed, callback: "lost" });
      const error = await run(shop.mpesa as never).catch((problem: unknown) => problem);
      await shop.daraja.settled();
      const { originatorConversationId = "" } = isMpesaError(error) ? error.ids : {};
      await shop.mpesa.transactions.status({ originatorConversationId, ...(await urls(shop, "status")) });
      await shop.daraja.settled();
      const [receipt] = shop.daraja.ledger.transactions.map((transaction) => transaction.receipt);
      expect(receipt === undefined).toBe(!processed);
      expect(shop.events).toMatchObject([
        processed ? { kind: "status", outcome: "succeeded", receipt } : { kind: "status", outcome: "unknown" },
      ]);
    },
  );

  test("is sent again under its id when the caller says so, and paid once", async () => {
    const shop = await warm();
    shop.daraja.next("b2c", { fault: "dropAnswer" });
    const paid = await shop.mpesa.b2c.pay({
      phoneNumber: "0712 345 678",
      amount: 500,
      resend: true,
      ...(await urls(shop, "b2c")),
    });
    await shop.daraja.settled();
    expect(paid.duplicate).toBe(true);
    expect(sent(shop, "b2cPaymentV3")).toBe(2);
    expect(shop.events).toMatchObject([{ kind: "b2c", outcome: "succeeded", reference: "order-1" }]);
    expect(shop.daraja.customer("0712 345 678").balance).toBe(50_500);
  });
});

/** A shop that has its token already, so that a fault for any request meets the call. Where it stalls, the time is up at once. */
async function warm(fault?: (typeof names)[number]): Promise<Shop> {
  const elapse = holdTimeouts();
  let stalls = false;
  const fetch: typeof globalThis.fetch = (...given) => {
    const before = shop.daraja.requests.length;
    const answer = shop.daraja.fetch(...given);
    if (stalls) void recorded(shop.daraja, before).then(elapse);
    return answer;
  };
  const urls = {
    callbackUrl: "https://shop.example/a",
    resultUrl: "https://shop.example/b",
    timeoutUrl: "https://shop.example/c",
  };
  const shop = openShop({ client: { shortCode: "600992", timeoutMs: HELD_MS, maxRetries: RETRIES, fetch, ...urls } });
  await shop.mpesa.auth.token();
  stalls = fault === "stall";
  return shop;
}

async function urls({ handler }: Shop, product: "b2c" | "status"): Promise<{ resultUrl: string; timeoutUrl: string }> {
  const reference = "order-1";
  return {
    resultUrl: await handler.url(product, { reference }),
    timeoutUrl: await handler.url("timeout", { product, reference }),
  };
}

function sent({ daraja }: Shop, operation: string): number {
  return daraja.requests.filter((request) => request.operation === operation).length;
}
