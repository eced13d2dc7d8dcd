import fc from "fast-check";
import { expect, it } from "vitest";
import type { PulledTransaction } from "../../src/index.ts";
import type { PromptEntry } from "../../src/reconcile/known.ts";
import { linkRows } from "../../src/reconcile/link.ts";
import type { AskedPrompt } from "../../src/reconcile/prompts.ts";
import { createPause } from "../../src/reconcile/slices.ts";
import { parsePhoneNumber } from "../../src/validate/formats.ts";

// Few values, so that rows and prompts fit, contradict and miss each other in every way.
const cents = fc.constantFrom(100, 16_800, 16_801);
const phone = fc.constantFrom("254722000000", "254722000001", undefined);
const account = fc.constantFrom("INV-1", "inv-1 ", "INV-2", "", " ", undefined);
const row = fc
  .record({
    amount: fc.option(cents, { nil: undefined, freq: 5 }),
    phoneNumber: fc.oneof(phone, fc.constant("2547 ***** 000")),
    billReference: account,
  })
  .map((one) => ({ ...one, amount: one.amount && one.amount / 100 + 1e-9 }) as PulledTransaction);
const asked = fc
  .record({
    outcome: fc.constantFrom("succeeded", "succeeded", "succeeded", "pending", "unknown", "failed", undefined),
    amount: cents.map((one) => one / 100),
    phoneNumber: phone,
    account,
  })
  .map(({ outcome, ...entry }) => {
    const known = { ...entry };
    return { entry: { ...entry, known }, ...(outcome ? { status: { outcome } } : { error: {} }) } as unknown as Asked;
  });
type Asked = AskedPrompt<object>;

it("links what a comparison of every row with every prompt would link", async () => {
  // A clock that ticks when it is read ends a time slice every few items.
  let now = 0;
  const ticking = { elapsed: () => (now += 7), sleep: async () => true };
  await fc.assert(
    fc.asyncProperty(
      fc.array(row, { maxLength: 7 }),
      fc.array(asked, { maxLength: 7 }),
      fc.boolean(),
      async (rows, prompts, isListComplete) => {
        const pause = createPause(ticking, new AbortController().signal);
        const linked = await linkRows(rows, prompts, { isListComplete, pause });
        const expected = oracle(rows, prompts, isListComplete);
        expect([...linked.rowOfPrompt]).toEqual([...expected.rows]);
        expect(linked.unlinked.map(({ transaction }) => transaction)).toEqual(expected.left.map(([one]) => one));
        for (const [at, { count, candidates }] of linked.unlinked.entries()) {
          const [, wanted] = expected.left[at] ?? [];
          expect(candidates().length).toBe(count);
          expect(candidates().map((one) => prompts.findIndex(({ entry }) => entry.known === one))).toEqual(
            wanted?.map((one) => prompts.findIndex(({ entry }) => entry.known === one)),
          );
        }
      },
    ),
    { numRuns: 3000 },
  );
});

/** The definition: every row is held against every prompt. */
function oracle(rows: readonly PulledTransaction[], asked: readonly Asked[], isListComplete: boolean) {
  const living = asked.filter(({ status }) => status?.outcome !== "failed");
  const isSame = (one: number, other: number): boolean => Math.round(one * 100) === Math.round(other * 100);
  const agrees = ({ entry }: Asked, { phoneNumber, billReference }: PulledTransaction): boolean | undefined => {
    const number = parsePhoneNumber(phoneNumber);
    const compared = [
      entry.phoneNumber !== undefined && number.ok ? entry.phoneNumber === number.value : undefined,
      entry.account && billReference
        ? entry.account.trim().toLowerCase() === billReference.trim().toLowerCase()
        : undefined,
    ];
    return compared.includes(false) ? false : compared.includes(true) || undefined;
  };
  const fits = (one: Asked, payment: PulledTransaction): boolean =>
    (payment.amount === undefined || isSame(payment.amount, one.entry.amount)) && agrees(one, payment) !== false;
  const linked = new Map<PromptEntry<object>, PulledTransaction>();
  const left: [PulledTransaction, readonly object[]][] = [];
  for (const payment of rows) {
    const fitting = living.filter((one) => fits(one, payment));
    const [only] = fitting;
    const isAlone =
      isListComplete && only && fitting.length === 1 && rows.filter((other) => fits(only, other)).length === 1;
    const isLikely = only && payment.amount !== undefined && agrees(only, payment) === true;
    if (isAlone && isLikely && only.status?.outcome === "succeeded") linked.set(only.entry, payment);
    else {
      const others = living.filter((one) => !rows.some((other) => fits(one, other)) && agrees(one, payment) === true);
      left.push([payment, (fitting.length > 0 ? fitting : others).map(({ entry }) => entry.known)]);
    }
  }
  return { rows: linked, left };
}
