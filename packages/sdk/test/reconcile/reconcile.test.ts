import { describe, expect, it, vi } from "vitest";
import { parseStatusResult } from "../../src/callbacks/index.ts";
import type { PayoutSettlement } from "../../src/index.ts";
import { type Answer, connect, daraja, json } from "../products/harness.ts";
import { PAYOUT, PROMPT, payout, production, prompt, RECEIPT, range, receipt, row, run, told, world } from "./world.ts";

describe("receipts", () => {
  it.each([
    ["text to the cent", "168.50", 168.5],
    ["a float that is not exact", "0.30", 0.1 + 0.2],
  ])("compares %s", async (_, amount, here) => {
    const report = await run(world({ rows: [row(RECEIPT, { amount })] }), { known: [{ ...receipt, amount: here }] });
    expect(report.matched).toMatchObject([{ known: { receipt: RECEIPT }, transaction: { transactionId: RECEIPT } }]);
  });

  it("sees a difference of one cent", async () => {
    const report = await run(world({ rows: [row(RECEIPT, { amount: "168.01" })] }), { known: [receipt] });
    expect(report.differentAmount).toMatchObject([{ amountThere: 168.01 }]);
  });

  it("does not judge an amount that it cannot read", async () => {
    const report = await run(world({ rows: [row(RECEIPT, { amount: "?" })] }), { known: [receipt] });
    expect(report).toMatchObject({ unknown: [{ known: receipt }], missingHere: [], complete: false });
  });

  it("says unknown, not missing, of what a broken list does not show", async () => {
    const rows = Array.from({ length: 150 }, (_, at) => row(`UJ6${String(at).padStart(7, "0")}`));
    const lost = { receipt: "UJ7ZZZZZZZ", amount: 168 };
    const answer = world({ rows, pull: (nth) => (nth > 1 ? json("<html>", 503) : undefined) });
    const report = await run(answer, { known: [{ receipt: "UJ60000007", amount: 168 }, lost] });
    expect(report.matched).toHaveLength(1);
    expect(report.missingHere).toHaveLength(99);
    expect(report.missingThere).toEqual([]);
    expect(report.unknown).toMatchObject([{ known: lost, error: report.pullError }]);
    expect(report.pullError).toMatchObject({ operation: "pullQuery" });
    expect(report.complete).toBe(false);
  });

  it("is not complete without the list, even when nothing is known", async () => {
    const report = await run(world({ pull: () => json("<html>", 503) }), { known: [] });
    expect(report).toMatchObject({ complete: false, pullError: { operation: "pullQuery" } });
  });
});

describe("prompts", () => {
  it.each([
    ["0", "matched"],
    ["1032", "failed"],
    ["4999", "open"],
    ["777777", "unknown"],
  ] as const)("puts result %s into %s", async (code, list) => {
    const report = await run(world({ stk: code }), { known: [prompt] });
    expect(report[list]).toMatchObject([{ known: prompt, status: { resultCode: code } }]);
  });

  it("has its receipt where one row alone fits", async () => {
    const rows = [row("UJ60000001", { msisdn: 722000001 }), row("UJ60000002", { msisdn: 722000002 })];
    const known = [{ ...prompt, phoneNumber: "0722 000 002" }];
    const report = await run(world({ rows, stk: "0" }), { known });
    expect(report.matched).toMatchObject([{ transaction: { transactionId: "UJ60000002" } }]);
    expect(report.missingHere).toMatchObject([{ transaction: { transactionId: "UJ60000001" }, candidates: [] }]);
  });

  it.each([
    ["the amount alone fits", {}, [row("UJ60000001")], "0"],
    ["two rows fit", { account: "inv-1" }, [row("UJ60000001"), row("UJ60000002")], "0"],
    ["it is not known to be paid", { account: "INV-1" }, [row("UJ60000001")], "4999"],
  ])("guesses no receipt when %s, and says that the row may be its own", async (_, more, rows, code) => {
    const known = { ...prompt, ...more };
    const report = await run(world({ rows, stk: code }), { known: [known] });
    expect(report.missingHere.map(({ candidates }) => candidates)).toEqual(rows.map(() => [known]));
    expect([...report.matched, ...report.open]).toMatchObject([{ known, transaction: undefined }]);
  });

  it("guesses no receipt when two prompts fit one row", async () => {
    const known = [PROMPT, `${PROMPT}0`].map((checkoutRequestId) => ({
      ...prompt,
      checkoutRequestId,
      account: "INV-1",
    }));
    const report = await run(world({ rows: [row("UJ60000001")], stk: "0" }), { known });
    expect(report.missingHere).toMatchObject([{ candidates: known }]);
  });

  it("guesses no receipt from a part of the list", async () => {
    const rows = [row("UJ60000001"), ...Array.from({ length: 99 }, (_, at) => row(`UJ7${at}`, { amount: "5.00" }))];
    const answer = world({ rows, stk: "0", pull: (nth) => (nth > 1 ? json("<html>", 503) : undefined) });
    const report = await run(answer, { known: [{ ...prompt, account: "INV-1" }] });
    expect(report.matched).toMatchObject([{ transaction: undefined }]);
    expect(report.missingHere[0]?.candidates).toHaveLength(1);
  });

  it.each([
    ["number and account agree", { account: "INV-1", phoneNumber: "0722000000" }],
    ["the number agrees", { phoneNumber: "0722000000" }],
    ["the account agrees", { account: "INV-1" }],
  ])("is a candidate for a row of another amount when %s, and nothing is complete then", async (_, more) => {
    const known = [{ ...prompt, ...more }];
    const report = await run(world({ rows: [row("UJ60000001", { amount: "100.00" })], stk: "0" }), { known });
    expect(report).toMatchObject({
      matched: [{ known: known[0], transaction: undefined }],
      missingHere: [{ candidates: known }],
      complete: false,
    });
  });

  it.each([
    ["nothing agrees", {}],
    ["the account differs", { account: "INV-2", phoneNumber: "0722000000" }],
  ])("has nothing to do with a row of another amount when %s", async (_, more) => {
    const known = [{ ...prompt, ...more }];
    const report = await run(world({ rows: [row("UJ60000001", { amount: "169.00" })], stk: "0" }), { known });
    expect(report).toMatchObject({ missingHere: [{ candidates: [] }], complete: true });
  });

  it("has nothing to do with a row of another amount when its own is there", async () => {
    const rows = [row("UJ60000001", { amount: "169.00" }), row("UJ60000002")];
    const report = await run(world({ rows, stk: "0" }), { known: [{ ...prompt, account: "INV-1" }] });
    expect(report).toMatchObject({
      matched: [{ transaction: { transactionId: "UJ60000002" } }],
      missingHere: [{ transaction: { transactionId: "UJ60000001" }, candidates: [] }],
      complete: true,
    });
  });

  it("does not give a failed prompt somebody's payment", async () => {
    const known = [{ ...prompt, account: "INV-1" }];
    const report = await run(world({ rows: [row("UJ60000001")], stk: "1032" }), { known });
    expect(report).toMatchObject({ failed: [{ known: known[0] }], missingHere: [{ candidates: [] }] });
  });

  it.each(["0", "1032"])("is unknown when the query is answered for another prompt with %s", async (ResultCode) => {
    const ids = { MerchantRequestID: "22205-1", CheckoutRequestID: "ws_CO_06102026095220417722000000" };
    const other: Answer = () => json({ ResponseCode: "0", ResponseDescription: "ok", ...ids, ResultCode });
    const { mpesa, warnings } = connect(world({ stk: other }), production);
    const report = await mpesa.reconcile({ ...range, known: [prompt] });
    expect(report.unknown).toMatchObject([
      { known: prompt, status: { outcome: "unknown" }, error: { type: "MpesaOutcomeUnknownError" } },
    ]);
    expect(warnings()).toMatchObject([expect.stringMatching(/^otherPayment/)]);
  });

  it("asks no further once the keys are refused", async () => {
    const refuse = world({ stk: daraja(401, "401.003.01", "no apiproduct match found") });
    const { mpesa, sent } = connect(refuse, production);
    const known = [1, 2, 3].map((at) => ({ ...prompt, checkoutRequestId: `${PROMPT}${at}` }));
    const report = await mpesa.reconcile({ ...range, known });
    expect(report.unknown.map(({ error }) => error.type)).toEqual(Array(3).fill("MpesaAuthError"));
    expect(sent.filter(({ operation }) => operation.id === "stkQuery")).toHaveLength(1);
  });
});

describe("payouts", () => {
  const { query } = { query: { conversationId: "AG_1" } };

  it.each([
    ["matched", { outcome: "succeeded", amount: 168 }],
    ["matched", { outcome: "succeeded", amount: { value: 168 } }],
    ["differentAmount", { outcome: "succeeded", amount: 200 }],
    ["unknown", { outcome: "succeeded" }],
    ["failed", { outcome: "failed", amount: 168 }],
    ["open", { outcome: "pending" }],
    ["missingThere", { outcome: "unknown", resultCode: "2032" }],
    ["missingThere", { outcome: "unknown", resultCode: "2033" }],
    ["unknown", { outcome: "unknown", resultCode: "21" }],
    ["unknown", { outcome: "unknown", resultCode: "0" }],
    ["unknown", { outcome: "unknown" }],
    ["open", undefined],
    ["open", { outcome: "succeeded", amount: 168, conversationId: "AG_of_another" }],
    ["open", { outcome: "failed", conversationId: "AG_1", originatorConversationId: "of-another" }],
    ["matched", { outcome: "succeeded", amount: 168, conversationId: "AG_1", originatorConversationId: "1-2-3" }],
    ["unknown", { outcome: "succeeded", amount: 168, askedOriginatorConversationId: "payout-2" }],
    ["unknown", { outcome: "failed", askedOriginatorConversationId: "payout-2", askedConversationId: "AG_2" }],
    ["failed", { outcome: "failed", askedOriginatorConversationId: PAYOUT, askedConversationId: "AG_2" }],
    ["failed", { outcome: "failed", askedConversationId: "AG_2" }],
    ["failed", { outcome: "failed", askedOriginatorConversationId: "AG_2", askedConversationId: PAYOUT }],
  ] satisfies [string, PayoutSettlement | undefined][])("ends in %s when told %j", async (list, settlement) => {
    const report = await run(world({}), { known: [payout], results: told(settlement) });
    expect(report[list as "matched"]).toMatchObject([{ known: payout, query }]);
  });

  it.each([1, "1", 0, 2032])(
    "ends in unknown when its query timed out in a result with code %s",
    async (ResultCode) => {
      const Result = {
        ResultType: 1,
        ResultCode,
        ResultDesc: "The service request has timed out.",
        OriginatorConversationID: "1-2-3",
        ConversationID: "AG_1",
        TransactionID: "UJ60000000",
      };
      const callback = parseStatusResult({ Result });
      if (callback.kind === "unrecognised") expect.unreachable("it has all its ids");
      const report = await run(world({}), { known: [payout], results: told(callback) });
      expect(report.unknown).toMatchObject([
        { known: payout, query, error: { message: expect.stringContaining("timed out in M-Pesa's queue") } },
      ]);
      expect(report).toMatchObject({ complete: false, failed: [], missingThere: [] });
    },
  );

  it("stays open without results, with the ids that the result will name", async () => {
    const { open, complete } = await run(world({}), { known: [payout] });
    expect(open).toMatchObject([{ known: payout, query: { ...query, originatorConversationId: "1-2-3" } }]);
    expect(complete).toBe(false);
  });

  it("stays open when the hook fails, and warns", async () => {
    const { mpesa, warnings } = connect(world({}), production);
    const results = {
      wait: () => {
        throw new RangeError("a store that is down");
      },
    };
    expect((await mpesa.reconcile({ ...range, known: [payout], results })).open).toHaveLength(1);
    expect(warnings()).toContainEqual(expect.stringMatching(/resultsFailed.*RangeError/));
  });

  it("stays open when the result does not come in time", async () => {
    const aborted = vi.fn();
    const wait = (_: unknown, signal: AbortSignal) =>
      new Promise<undefined>(() => signal.addEventListener("abort", aborted));
    const { open } = await run(world({}), { known: [payout], results: { wait }, resultTimeoutMs: 20 });
    expect(open).toHaveLength(1);
    expect(aborted).toHaveBeenCalledOnce();
  });

  it("lets go of a late result while prompts are still asked for", async () => {
    let late: AbortSignal | undefined;
    const wait = (_: unknown, signal: AbortSignal) => {
      late = signal;
      return new Promise<undefined>(() => undefined);
    };
    const stk: Answer = async (one, nth) => {
      await expect.poll(() => late?.aborted).toBe(true);
      return world({ stk: "0" })(one, nth);
    };
    const report = await run(world({ stk }), { known: [payout, prompt], results: { wait }, resultTimeoutMs: 20 });
    expect(report).toMatchObject({ open: [{ known: payout }], matched: [{ known: prompt }] });
  });

  it("asks by either id, for the short code that paid", async () => {
    const { mpesa, sent } = connect(world({}), production);
    const known = [
      { ...payout, shortCode: "600310" },
      { conversationId: "AG_7", amount: 1 },
    ];
    await mpesa.reconcile({ ...range, known });
    const asked = sent.filter(({ operation }) => operation.id === "transactionStatus").map(({ body }) => body);
    expect(asked).toMatchObject([
      { OriginalConversationID: PAYOUT, PartyA: 600310 },
      { OriginalConversationID: "AG_7", PartyA: 600992 },
    ]);
  });

  it("asks no further once the initiator is refused: wrong passwords lock it", async () => {
    const refuse = world({ status: daraja(401, "401.003.01", "no apiproduct match found") });
    const { mpesa, sent } = connect(refuse, production);
    const known = [1, 2, 3].map((at) => ({ originatorConversationId: `payout-${at}`, amount: 1 }));
    const report = await mpesa.reconcile({ ...range, known });
    expect(report.unknown).toHaveLength(3);
    expect(sent.filter(({ operation }) => operation.id === "transactionStatus")).toHaveLength(1);
  });
});
