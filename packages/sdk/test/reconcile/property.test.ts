import fc from "fast-check";
import { expect, it } from "vitest";
import type { KnownPayment, PayoutSettlement } from "../../src/index.ts";
import { type Answer, connect, daraja, json } from "../products/harness.ts";
import { production, type Row, range, row, world } from "./world.ts";

const LISTS = ["matched", "missingThere", "differentAmount", "failed", "open", "unknown"] as const;

// Few ids, amounts and numbers, so that entries collide with each other and with the list.
const id = fc.constantFrom("UJ60000001", "UJ60000002", "UJ60000003", "ws_CO_1", "ws_CO_2", "payout-1", "payout-2", "");
const amount = fc.constantFrom<unknown>(1, 168, 168.5, 0, -1, Number.NaN, "168", undefined);
const number = fc.constantFrom("0722000000", "0722000001", "12");
const names = fc.constantFrom("receipt", "checkoutRequestId", "originatorConversationId", "conversationId");
const entry = fc.oneof(
  { weight: 20, arbitrary: fc.tuple(names, id, fc.record({ amount }, { requiredKeys: [] })).map(named) },
  {
    weight: 10,
    arbitrary: fc.tuple(fc.constant("checkoutRequestId"), id, fc.record({ amount, phoneNumber: number })).map(named),
  },
  { weight: 2, arbitrary: fc.dictionary(names, fc.anything()) },
  { weight: 1, arbitrary: fc.anything() },
);
function named([name, value, more]: [string, string, object]): unknown {
  return { [name]: value, ...more };
}
const rows: fc.Arbitrary<Row[]> = fc.array(
  fc
    .tuple(
      id,
      fc.constantFrom("1.00", "168.00", "168.50", "?", 168, null),
      fc.constantFrom(722000000, 722000001, "x", null),
    )
    .map(([transactionId, paid, msisdn]) => row(transactionId, { amount: paid, msisdn })),
  { maxLength: 6 },
);
const failures: Answer[] = [
  daraja(500, "500.003.02", "Error Occurred: Spike Arrest Violation"),
  daraja(401, "401.003.01", "Error Occurred - Invalid Access Token"),
  daraja(500, "500.001.1001", ""),
  daraja(400, "400.002.02", "Bad Request - Invalid PartyA"),
  () => json("<html>", 503),
  () => Promise.reject(new TypeError("fetch failed")),
];
const failure = fc.constantFrom(...failures);
const stk = fc.oneof(fc.constantFrom("0", "1032", "4999", "777777", ""), failure);
const settlement: fc.Arbitrary<PayoutSettlement | undefined> = fc.option(
  fc.record(
    {
      outcome: fc.constantFrom("succeeded", "failed", "pending", "unknown"),
      amount: fc.constantFrom(1, 168, { value: 168.5 }, Number.NaN),
      resultCode: fc.constantFrom("0", "2032", "21", ""),
      conversationId: fc.constantFrom("AG_1", "AG_2"),
    },
    { requiredKeys: ["outcome"] },
  ),
  { nil: undefined },
);

it("puts each known payment into exactly one list, and each listed one where somebody looks", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        known: fc.array(entry, { maxLength: 8 }),
        rows,
        stk,
        status: fc.option(failure, { nil: undefined }),
        broken: fc.boolean(),
        settlement,
      }),
      async ({ known, rows, stk, status, broken, settlement }) => {
        const there = world({
          rows,
          stk,
          ...(status && { status }),
          pull: (nth) => (broken && nth > 1 ? json("<html>", 503) : undefined),
        });
        const { mpesa } = connect(there, production);
        const results = { wait: async () => settlement };
        const report = await mpesa.reconcile({ ...range, known: known as KnownPayment[], results });

        const placed = LISTS.flatMap((list) => report[list].map(({ known: one }) => one as unknown));
        expect(placed).toHaveLength(known.length);
        const left = [...placed];
        for (const one of known)
          left.splice(
            left.findIndex((other) => Object.is(other, one)),
            1,
          );
        expect(left).toEqual([]);

        // Money is called paid or failed only on Safaricom's word.
        for (const { transaction, status: state, result } of report.matched)
          expect(transaction ?? (state?.outcome === "succeeded" || result?.outcome === "succeeded")).toBeTruthy();
        for (const { status: state, result } of report.failed)
          expect([state?.outcome, result?.outcome]).toContain("failed");

        const receipts = new Set(rows.map(({ transactionId }) => transactionId));
        const seen = LISTS.flatMap((list) => report[list].map(({ transaction }) => transaction?.transactionId));
        const named = new Set([...seen, ...report.missingHere.map(({ transaction }) => transaction.transactionId)]);
        for (const one of known) named.add((one as { receipt?: string } | null)?.receipt);
        for (const receipt of receipts) if (receipt !== "") expect(named).toContain(receipt);
        if (report.complete) expect([...report.open, ...report.unknown, ...report.missingThere]).toEqual([]);
      },
    ),
    { numRuns: 400 },
  );
});
