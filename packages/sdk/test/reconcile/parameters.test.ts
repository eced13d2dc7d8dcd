import { describe, expect, it } from "vitest";
import type { KnownPayment, ReconcileParams, ReconcileReport } from "../../src/index.ts";
import { type Answer, connect, failure, fieldsOf, NOW } from "../products/harness.ts";
import { PAYOUT, PROMPT, payout, production, prompt, RECEIPT, range, receipt, row, run, told, world } from "./world.ts";

describe("what is known", () => {
  const wrong: [string, unknown][] = [
    ["no amount", { receipt: RECEIPT }],
    ["an amount of words", { receipt: RECEIPT, amount: "168,00" }],
    ["an amount of NaN", { receipt: RECEIPT, amount: Number.NaN }],
    ["an amount of nothing", { receipt: RECEIPT, amount: 0 }],
    ["an amount below zero", { receipt: RECEIPT, amount: -168 }],
    ["no id", { amount: 1 }],
    ["two ids", { receipt: RECEIPT, originatorConversationId: PAYOUT, amount: 1 }],
    ["an empty id", { checkoutRequestId: " ", amount: 1 }],
    ["a wrong number", { ...prompt, phoneNumber: "12" }],
    ["a wrong short code", { ...payout, shortCode: "x" }],
    ["null", null],
    ["a text", "UJ63T9K5AB"],
  ];

  it.each(wrong)("keeps %s apart, and accounts for the others", async (_, entry) => {
    const known = [entry, { receipt: "UJ60000002", amount: 168 }] as KnownPayment[];
    const rows = [row(RECEIPT), row("UJ60000002")];
    const report = await run(world({ rows }), { known });
    expect(report.unknown).toMatchObject([{ known: entry, error: { type: "MpesaValidationError" } }]);
    expect(fieldsOf(report.unknown[0]?.error as never)[0]).toMatch(/^known\[0]/);
    expect(report.matched).toHaveLength(1);
    // A receipt in a wrong entry is still one that is known here.
    const names = (entry as { receipt?: string } | null)?.receipt === RECEIPT;
    expect(report.missingHere).toHaveLength(names ? 0 : 1);
  });

  const nothing = { receipt: null, checkoutRequestId: null, originatorConversationId: null, conversationId: null };
  it.each([
    ["a receipt with nulls", { ...nothing, ...receipt }],
    ["a prompt with nulls", { ...nothing, ...prompt, shortCode: null, phoneNumber: null, account: null }],
    ["a payout with nulls", { ...nothing, ...payout, shortCode: null }],
    ["a decimal in a text", { ...receipt, amount: "168.00" }],
    ["a prompt that has its receipt", { ...receipt, checkoutRequestId: PROMPT }],
    ["a receipt with blanks around it", { ...receipt, receipt: ` ${RECEIPT} ` }],
  ])("may be %s, as a database gives it", async (_, entry) => {
    const known = [entry] as KnownPayment[];
    const rows = "receipt" in entry && entry.receipt ? [row(RECEIPT)] : [];
    const results = told({ outcome: "succeeded", amount: 168 });
    const report = await run(world({ rows, stk: "0" }), { known, results });
    expect(report).toMatchObject({ matched: [{ known: entry }], missingHere: [], complete: true });
  });

  it.each([
    ["receipt", receipt],
    ["prompt", prompt],
    ["payout", payout],
  ])("shows a %s that is booked twice", async (_, entry) => {
    const first = { ...entry, booking: 1 };
    const second = { ...entry, booking: 2 };
    const report = await run(world({ rows: [row(RECEIPT)], stk: "0" }), {
      known: [first, second],
      results: told({ outcome: "succeeded", amount: 168 }),
    });
    expect(report.matched).toMatchObject([{ known: first }]);
    expect(report.unknown).toMatchObject([
      { known: second, error: { message: expect.stringMatching(/earlier entry/) } },
    ]);
  });

  it("may come from an async source, and is read before anything is sent", async () => {
    const { mpesa, sent } = connect(world({ rows: [row(RECEIPT)] }), production);
    async function* rows() {
      expect(sent).toEqual([]);
      yield receipt;
      await new Promise((resolve) => setTimeout(resolve, 5));
      expect(sent).toEqual([]);
    }
    expect((await mpesa.reconcile({ ...range, known: rows() })).matched).toHaveLength(1);
  });

  it("passes on what the source throws", async () => {
    const broken = (async function* (): AsyncGenerator<KnownPayment> {
      yield receipt;
      throw new RangeError("the database is down");
    })();
    const { mpesa, sent } = connect(world({}));
    expect((await failure(() => mpesa.reconcile({ ...range, known: broken }))).message).toBe("the database is down");
    expect(sent).toEqual([]);
  });

  it("takes what push and pay gave, with fields of one's own", async () => {
    const { mpesa } = connect(world({ stk: "0" }), production);
    const push = { checkoutRequestId: PROMPT, merchantRequestId: "1", customerMessage: "…" };
    const paid = {
      originatorConversationId: PAYOUT,
      conversationId: undefined as string | undefined,
      duplicate: false,
    };
    const known = [{ ...push, amount: 1, order: 7 } as const, { ...paid, amount: 2, order: 8 } as const];
    const report = await mpesa.reconcile({ ...range, known });
    const order: 7 | 8 | undefined = report.matched[0]?.known.order;
    expect(order).toBe(7);
    expect(report.open[0]?.known.order).toBe(8);
  });
});

describe("parameters", () => {
  it("are refused all at once, before anything is sent", async () => {
    const options = { passkey: undefined, initiator: undefined, resultUrl: undefined, timeoutUrl: undefined } as never;
    const { mpesa, sent } = connect(world({}), options);
    const error = await failure(() =>
      mpesa.reconcile({
        from: new Date(NOW - 72 * 3_600_000),
        to: "now" as never,
        shortCode: "x",
        resultTimeoutMs: 0,
        known: [receipt, prompt, payout],
      }),
    );
    expect(fieldsOf(error).sort()).toEqual(
      ["from", "initiator", "passkey", "resultTimeoutMs", "resultUrl", "shortCode", "timeoutUrl", "to"].sort(),
    );
    expect(sent).toEqual([]);
  });

  it("need no keys for what is not asked", async () => {
    const options = { passkey: undefined, initiator: undefined, resultUrl: undefined, timeoutUrl: undefined } as never;
    const { mpesa } = connect(world({ rows: [row(RECEIPT)] }), options);
    expect((await mpesa.reconcile({ ...range, known: [receipt] })).complete).toBe(true);
  });

  it.each([undefined, null, {}, 7, { ...range }])("are refused as a whole: %j", async (params) => {
    const { mpesa, sent } = connect(world({}));
    const error = await failure(() => mpesa.reconcile(params as never));
    expect(error["type"]).toBe("MpesaValidationError");
    expect(sent).toEqual([]);
  });
});

describe("an abort", () => {
  const reason = new DOMException("enough", "AbortError");

  it("sends nothing when it came before", async () => {
    const { mpesa, sent } = connect(world({}));
    const call = () => mpesa.reconcile({ ...range, known: [receipt] }, { signal: AbortSignal.abort(reason) });
    expect(await failure(call)).toBe(reason);
    expect(sent).toEqual([]);
  });

  it.each(["pullQuery", "transactionStatus", "stkQuery"])("ends it during %s, with the reason", async (id) => {
    const control = new AbortController();
    const answer: Answer = async (one, nth) => {
      if (one.operation.id === id) control.abort(reason);
      return world({ rows: [row(RECEIPT)], stk: "0" })(one, nth);
    };
    const { mpesa, sent } = connect(answer, production);
    const known = [receipt, payout, prompt, { ...prompt, checkoutRequestId: `${PROMPT}1` }];
    expect(await failure(() => mpesa.reconcile({ ...range, known }, { signal: control.signal }))).toBe(reason);
    expect(sent.filter(({ operation }) => operation.id === id)).toHaveLength(1);
    expect(sent.at(-1)?.operation.id).toBe(id);
  });

  it("ends the waiting for results", async () => {
    const control = new AbortController();
    const results = {
      wait: () => {
        setTimeout(() => control.abort(reason), 5);
        return new Promise<undefined>(() => undefined);
      },
    };
    const { mpesa } = connect(world({}), production);
    const call = () => mpesa.reconcile({ ...range, known: [payout], results }, { signal: control.signal });
    expect(await failure(call)).toBe(reason);
  });
});

/** Type-checked, never run: each line that must not compile says so. */
export function types(reconcile: (params: ReconcileParams) => Promise<ReconcileReport>): void {
  void reconcile({ ...range, known: [receipt, prompt, payout] });
  // @ts-expect-error an amount is needed
  void reconcile({ ...range, known: [{ receipt: RECEIPT }] });
  // @ts-expect-error one payment has one name
  void reconcile({ ...range, known: [{ receipt: RECEIPT, originatorConversationId: PAYOUT, amount: 1 }] });
  // @ts-expect-error a payout has at least one id
  void reconcile({ ...range, known: [{ originatorConversationId: undefined, amount: 1 }] });
}
