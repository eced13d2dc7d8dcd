import type { OperationId } from "@mpesa/raw";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canTimeOut } from "../src/abilities.ts";
import type { Scenario } from "../src/index.ts";
import { bench, goodRequest } from "./support/daraja.ts";

const phones = ["254712345678", "254722222222", "254733333333"] as const;
const amount = fc.oneof(fc.integer({ min: 10, max: 900 }), fc.constantFrom(10, 49_995, 199_999, 249_990, 250_000));
const phone = fc.constantFrom(...phones);

type Step =
  | {
      readonly do: "send";
      readonly operation: OperationId;
      readonly changes: Record<string, unknown>;
      readonly scenario: Scenario | null;
    }
  | { readonly do: "decide"; readonly phone: string; readonly how: "enterPin" | "wrongPin" | "cancel" | "ignore" }
  | { readonly do: "pay"; readonly phone: string; readonly amount: number }
  | { readonly do: "reverse"; readonly nth: number; readonly amount: number }
  | { readonly do: "wait"; readonly ms: number };

const scenario = fc.option(
  fc.constantFrom<Scenario>(
    { fault: "dropAnswer" },
    { fault: "reset" },
    { callback: "duplicate" },
    { callback: "early" },
    { callback: "lost" },
    { resultCode: "1" },
    { resultCode: "0" },
    { resultCode: "0", callback: "early" },
    { timeout: true },
  ),
  { freq: 3 },
);
const send = (operation: OperationId, changes: fc.Arbitrary<Record<string, unknown>>): fc.Arbitrary<Step> =>
  fc.record({
    do: fc.constant("send" as const),
    operation: fc.constant(operation),
    changes,
    scenario: scenario.filter((one) => !one?.timeout || canTimeOut(operation)),
  });
const command = fc.constantFrom(
  "BusinessPayBill",
  "BusinessBuyGoods",
  "BusinessPayToBulk",
  "BusinessTransferFromMMFToUtility",
  "BusinessTransferFromUtilityToMMF",
  "MerchantToMerchantTransfer",
);
const shortCode = fc.constantFrom("600000", "600992", "5550101", "5550100", "1234567");
const step: fc.Arbitrary<Step> = fc.oneof(
  send("stkPush", fc.record({ Amount: amount, PhoneNumber: phone, PartyA: phone })),
  send("b2cPaymentV1", fc.record({ Amount: amount, PartyB: phone })),
  send("pochiPayment", fc.record({ Amount: amount, PartyB: phone, OriginatorConversationID: fc.uuid() })),
  send("b2bPayment", fc.record({ Amount: amount, PartyA: shortCode, PartyB: shortCode, CommandID: command })),
  send("taxRemittance", fc.record({ Amount: amount })),
  send("ussdPush", fc.record({ amount: amount.map(String), RequestRefID: fc.uuid() })),
  send("c2bSimulateV2", fc.record({ Amount: amount, Msisdn: phone })),
  fc.record({
    do: fc.constant("decide" as const),
    phone: fc.constantFrom(...phones, "254722000000"),
    how: fc.constantFrom("enterPin", "enterPin", "enterPin", "wrongPin", "cancel", "ignore"),
  }),
  fc.record({ do: fc.constant("pay" as const), phone, amount }),
  fc.record({ do: fc.constant("reverse" as const), nth: fc.nat(20), amount }),
  fc.record({ do: fc.constant("wait" as const), ms: fc.constantFrom(500, 3_000, 30_000, 90_000_000) }),
);

/** Runs a script and gives everything that can be seen of it. */
async function run(
  steps: readonly Step[],
  check?: (daraja: ReturnType<typeof bench>["daraja"]) => void,
): Promise<string> {
  const one = bench({ seed: 7, magic: false });
  const { daraja } = one;
  for (const now of steps) {
    if (now.do === "send") {
      if (now.scenario) daraja.next(now.operation, now.scenario);
      await one.send(now.operation, { ...goodRequest(now.operation), ...now.changes }).catch(() => undefined);
      daraja.clearScenarios();
    } else if (now.do === "decide") daraja.customer(now.phone)[now.how]();
    else if (now.do === "pay") daraja.customer(now.phone).pay({ shortCode: "600000", amount: now.amount });
    else if (now.do === "reverse") {
      const original = daraja.ledger.transactions[now.nth];
      if (original)
        await one.send("reversal", {
          ...goodRequest("reversal"),
          TransactionID: original.receipt,
          ReceiverParty: original.shortCode,
          Amount: Math.min(now.amount, original.amount / 100),
        });
    } else await daraja.advance(now.ms);
    check?.(daraja);
  }
  await daraja.settled();
  check?.(daraja);
  return JSON.stringify([
    daraja.requests,
    daraja.callbacks,
    daraja.messages,
    daraja.ledger.accounts,
    daraja.ledger.entries,
    daraja.ledger.transactions,
    one.received,
  ]);
}

describe("money", () => {
  it("is neither made nor lost, and no account falls below its floor", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        await run(steps, ({ ledger }) => {
          expect(ledger.total()).toBe(0);
          for (const { id, balance, floor } of ledger.accounts) {
            expect(Number.isSafeInteger(balance), id).toBe(true);
            if (floor !== null) expect(balance, id).toBeGreaterThanOrEqual(floor);
          }
        });
      }),
      { numRuns: 150 },
    );
  });

  it("is where the entries say", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        let sums = new Map<string, number>();
        await run(steps, ({ ledger }) => {
          sums = new Map(ledger.accounts.map(({ id }) => [id, 0]));
          for (const { from, to, amount: moved } of ledger.entries) {
            sums.set(from, (sums.get(from) ?? 0) - moved);
            sums.set(to, (sums.get(to) ?? 0) + moved);
          }
          for (const { id, balance } of ledger.accounts) expect(balance, id).toBe(sums.get(id));
        });
      }),
      { numRuns: 30 },
    );
  });
});

it("the same seed and script give the same bytes, and another seed other ids", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 40 }), async (steps) => {
      expect(await run(steps)).toBe(await run(steps));
    }),
    { numRuns: 25 },
  );
  const ids = async (seed: string) =>
    (await bench({ seed }).send("b2cPaymentV1", goodRequest("b2cPaymentV1"))).body["ConversationID"];
  expect(await ids("a")).toBe(await ids("a"));
  expect(await ids("a")).not.toBe(await ids("b"));
});
