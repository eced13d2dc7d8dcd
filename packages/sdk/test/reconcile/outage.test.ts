import { describe, expect, it } from "vitest";
import { createSimulator } from "../../../simulator/src/index.ts";
import { accept, type CallbackEvent, createCallbackHandler } from "../../src/callbacks/index.ts";
import { type KnownPayment, Mpesa, type ReconcileReport, type StatusResults } from "../../src/index.ts";
import { SECRET } from "../products/harness.ts";

const MINUTE = 60_000;
const SHORT_CODE = "174379";

/** What a shop has written down of one payment. */
interface Booking {
  readonly order: string;
  readonly amount: number;
  state: "open" | "paid" | "failed";
  receipt?: string | undefined;
  readonly ids: { checkoutRequestId?: string; originatorConversationId?: string };
  readonly account?: string;
  readonly phoneNumber?: string;
}

/** A shop whose handler can go down, in front of a simulator. */
async function shop() {
  const bookings: Booking[] = [];
  const statuses = new Map<string, CallbackEvent<"status"> | CallbackEvent<"timeout">>();
  let down = false;
  let serial = 0;

  const book = (amount: number, more: Partial<Booking> = {}): Booking => {
    const booking: Booking = { order: `order-${++serial}`, amount, state: "open", ids: {}, ...more };
    bookings.push(booking);
    return booking;
  };
  const end = (event: CallbackEvent<"stk"> | CallbackEvent<"b2c">): void => {
    const booking = bookings.find(({ order }) => order === event.reference);
    if (!booking || event.outcome === "unknown") return;
    booking.state = event.outcome === "succeeded" ? "paid" : "failed";
    booking.receipt = event.receipt;
  };
  const handler = createCallbackHandler({
    baseUrl: "https://shop.example/hooks",
    secrets: ["a secret of at least 32 bytes, made up for this test"],
    on: {
      stk: end,
      b2c: end,
      c2bValidation: () => accept(),
      status: (event) => statuses.set(event.conversationId ?? "", event),
      c2bConfirmation: ({ amount, transactionId, billReference }) =>
        book(amount?.value ?? 0, { state: "paid", receipt: transactionId, account: billReference ?? "" }),
    },
  });
  const daraja = createSimulator({
    allowedCallbackHosts: ["shop.example"],
    fetch: async (request) => (down ? new Response(null, { status: 503 }) : handler(request)),
  });
  const mpesa = new Mpesa({
    // The sandbox's rhythm for prompts is tested with a clock of its own.
    environment: "production",
    maxQueriesPerSecond: 1000,
    fetch: daraja.fetch,
    clock: daraja.clock,
    maxRetries: 0,
    initiator: { name: "testapi", securityCredential: SECRET.credential },
    resultUrl: await handler.url("status"),
    timeoutUrl: await handler.url("timeout", { product: "status" }),
    ...daraja.credentials,
  });
  await mpesa.c2b.registerUrls({
    confirmationUrl: await handler.url("c2bConfirmation"),
    validationUrl: await handler.url("c2bValidation"),
    responseType: "Completed",
  });

  const push = async (phoneNumber: string, amount: number): Promise<Booking> => {
    const booking = book(amount, { phoneNumber, account: `INV-${serial + 1}` });
    const callbackUrl = await handler.url("stk", { reference: booking.order });
    const payTo = { account: booking.account ?? "" };
    const { checkoutRequestId } = await mpesa.stk.push({ payTo, phoneNumber, amount, callbackUrl });
    booking.ids.checkoutRequestId = checkoutRequestId;
    return booking;
  };
  const pay = async (phoneNumber: string, amount: number): Promise<Booking> => {
    const booking = book(amount, { ids: { originatorConversationId: `payout-${serial + 1}` } });
    const { originatorConversationId = "" } = booking.ids;
    const resultUrl = await handler.url("b2c", { reference: booking.order });
    // A lost answer changes nothing here: the id was written down before.
    await mpesa.b2c.pay({ phoneNumber, amount, originatorConversationId, resultUrl }).catch(() => undefined);
    return booking;
  };

  const known = (): (KnownPayment & { booking: Booking })[] =>
    bookings
      .filter(({ state, receipt, ids }) => state === "open" || (receipt && !ids.originatorConversationId))
      .map((booking) => {
        const { receipt, amount, ids, account, phoneNumber } = booking;
        if (receipt) return { receipt, amount, booking };
        const { checkoutRequestId, originatorConversationId } = ids;
        if (originatorConversationId) return { originatorConversationId, amount, booking };
        const more = { ...(account && { account }), ...(phoneNumber && { phoneNumber }) };
        return { checkoutRequestId: checkoutRequestId ?? "", amount, booking, ...more };
      });
  const results: StatusResults<CallbackEvent<"status"> | CallbackEvent<"timeout">> = {
    wait: async ({ conversationId }) => {
      await daraja.advance(5_000);
      return statuses.get(conversationId);
    },
  };
  const reconcile = () =>
    mpesa.reconcile({
      from: new Date(daraja.now() - 24 * 60 * MINUTE),
      to: new Date(daraja.now() + MINUTE),
      known: known(),
      results,
    });

  /** What the shop does with a report. */
  const apply = (report: ReconcileReport<KnownPayment & { booking: Booking }>): void => {
    for (const { known, transaction } of report.matched) {
      known.booking.state = "paid";
      known.booking.receipt ??= transaction?.transactionId;
    }
    for (const { known } of report.failed) known.booking.state = "failed";
    for (const { known, amountThere } of report.differentAmount) {
      bookings.splice(bookings.indexOf(known.booking), 1);
      book(amountThere, { ...known.booking, amount: amountThere });
    }
    for (const { transaction } of report.missingHere)
      book(transaction.amount ?? 0, { state: "paid", receipt: transaction.transactionId });
  };
  /** What the shop believes to have got and given. */
  const totals = (): { got: number; given: number } => {
    const sum = (isPayout: boolean): number =>
      bookings
        .filter(({ state, ids }) => state === "paid" && isPayout === (ids.originatorConversationId !== undefined))
        .reduce((total, { amount }) => total + amount, 0);
    return { got: sum(false), given: sum(true) };
  };
  const totalsThere = (): { got: number; given: number } => {
    const sum = (isPayout: boolean): number =>
      daraja.ledger.transactions
        .filter(({ operation }) => isPayout === operation.startsWith("b2c"))
        .reduce((total, { amount }) => total + amount / 100, 0);
    return { got: sum(false), given: sum(true) };
  };
  const outage = (isDown: boolean): void => {
    down = isDown;
  };
  return { daraja, mpesa, bookings, book, push, pay, known, reconcile, apply, totals, totalsThere, outage };
}

const orders = (list: readonly { known: { booking: Booking } }[]): string[] =>
  list.map(({ known }) => known.booking.order);

describe("after an outage", () => {
  it("every payment is accounted for", async () => {
    const { daraja, bookings, push, pay, known, reconcile, apply, totals, totalsThere, outage } = await shop();
    daraja.customer("0712000001").pay({ shortCode: SHORT_CODE, amount: 100, reference: "A" });
    daraja.customer("0712000002").enterPin();
    const early = await push("0712000002", 200);
    await daraja.settled();
    expect(totals()).toEqual({ got: 300, given: 0 });

    outage(true);
    const unheard = daraja.customer("0712000003").pay({ shortCode: SHORT_CODE, amount: 250, reference: "B" });
    daraja.customer("0712000004").enterPin();
    const paid = await push("0712000004", 300);
    daraja.customer("0712000005").cancel();
    const cancelled = await push("0712000005", 400);
    const payout = await pay("0712000006", 500);
    daraja.next("b2c", { resultCode: "2040" });
    const refused = await pay("0712000007", 600);
    daraja.next("b2c", { fault: "dropAnswer" });
    const unanswered = await pay("0712000008", 700);
    daraja.next("b2c", { fault: "reset" });
    const neverArrived = await pay("0712000009", 800);
    await daraja.settled();
    const late = await push("0712000010", 900);
    await daraja.advance(2_000);
    outage(false);
    expect(totals()).not.toEqual(totalsThere());

    const first = await reconcile();
    expect(first.pullError).toBeUndefined();
    expect(orders(first.matched).sort()).toEqual(
      [early, bookings[1], paid, payout, unanswered].map((one) => one?.order).sort(),
    );
    expect(first.missingHere).toMatchObject([{ transaction: { transactionId: unheard, amount: 250 }, candidates: [] }]);
    expect(orders(first.failed).sort()).toEqual([cancelled.order, refused.order].sort());
    expect(orders(first.open)).toEqual([late.order]);
    expect(orders(first.missingThere)).toEqual([neverArrived.order]);
    expect([first.differentAmount, first.unknown]).toEqual([[], []]);
    expect(first.complete).toBe(false);

    apply(first);
    expect(totals()).toEqual(totalsThere());
    const receiptThere = daraja.ledger.transactions.find(({ amount }) => amount === 30_000)?.receipt;
    expect(paid.receipt).toBe(receiptThere);

    // The last prompt is paid, and its callback is lost too.
    outage(true);
    daraja.customer("0712000010").enterPin();
    await daraja.settled();
    outage(false);
    neverArrived.state = "failed";
    const second = await reconcile();
    expect(orders(second.matched)).toContain(late.order);
    expect(second).toMatchObject({ complete: true, missingHere: [], open: [], unknown: [], missingThere: [] });
    expect(second.matched).toHaveLength(known().length);
    apply(second);
    expect(totals()).toEqual(totalsThere());
  });

  it("finds an amount that was written down wrongly, and a receipt that nobody has", async () => {
    const { daraja, bookings, book, reconcile } = await shop();
    daraja.customer("0712000001").pay({ shortCode: SHORT_CODE, amount: 100, reference: "A" });
    await daraja.settled();
    bookings[0] = { ...(bookings[0] as Booking), amount: 1_000 };
    const invented = book(70, { state: "paid", receipt: "UJ60000000" });
    const report = await reconcile();
    expect(report.differentAmount).toMatchObject([{ known: { amount: 1_000 }, amountThere: 100 }]);
    expect(orders(report.missingThere)).toEqual([invented.order]);
    expect(report.complete).toBe(false);
  });

  it("finds a payout whose amount was written down wrongly", async () => {
    const { daraja, bookings, outage, pay, reconcile } = await shop();
    outage(true);
    await pay("0712000006", 500);
    await daraja.settled();
    outage(false);
    bookings[0] = { ...(bookings[0] as Booking), amount: 50 };
    const { differentAmount } = await reconcile();
    expect(differentAmount).toMatchObject([{ known: { amount: 50 }, amountThere: 500 }]);
    expect(differentAmount[0]?.result).toMatchObject({ kind: "status", transactionStatus: "Completed" });
  });

  it("reads every page of the list", async () => {
    const { daraja, outage, reconcile, apply, totals, totalsThere } = await shop();
    outage(true);
    for (let at = 0; at < 230; at++)
      daraja.customer(`07120${String(at).padStart(5, "0")}`).pay({ shortCode: SHORT_CODE, amount: 10 + at });
    await daraja.settled();
    outage(false);
    const report = await reconcile();
    expect(report.missingHere).toHaveLength(230);
    apply(report);
    expect(totals()).toEqual(totalsThere());
    expect(await reconcile()).toMatchObject({ complete: true, missingHere: [] });
  });

  it("leaves a status query that fails in unknown, with its error, and goes on with the others", async () => {
    const { daraja, outage, pay, push, reconcile } = await shop();
    outage(true);
    const first = await pay("0712000006", 500);
    const second = await pay("0712000007", 600);
    daraja.customer("0712000008").enterPin();
    const prompt = await push("0712000008", 300);
    await daraja.settled();
    outage(false);
    daraja.next("status", { fault: "html503" });
    const report = await reconcile();
    expect(report.unknown).toMatchObject([{ known: { booking: first }, error: { operation: "transactionStatus" } }]);
    expect(orders(report.matched).sort()).toEqual([prompt.order, second.order].sort());
    expect((await reconcile()).unknown).toEqual([]);
  });

  it("takes every form of pending for open", async () => {
    const { daraja, push, reconcile } = await shop();
    const prompt = await push("0712000008", 300);
    for (let form = 0; form < 8; form++) {
      expect(orders((await reconcile()).open)).toEqual([prompt.order]);
      await daraja.advance(1_000);
    }
  });
});
