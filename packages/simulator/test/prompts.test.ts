import { describe, expect, it } from "vitest";
import { type Bench, bench, goodRequest } from "./support/daraja.ts";

const PHONE = "254712345678";
const stk = ({ received }: Bench, at = 0) =>
  (received[at]?.body["Body"] as { stkCallback: Record<string, unknown> } | undefined)?.stkCallback;
const push = (bench: Bench, changes: object = {}) =>
  bench.send("stkPush", { ...goodRequest("stkPush"), Amount: 100, ...changes });
const query = async (bench: Bench, id: unknown) => {
  const { BusinessShortCode, Password, Timestamp } = goodRequest("stkPush");
  return bench.send("stkQuery", { BusinessShortCode, Password, Timestamp, CheckoutRequestID: id });
};

const payAs = (one: Bench, details: object) => {
  one.daraja.customer(PHONE).set(details);
  one.daraja.customer(PHONE).enterPin();
};

describe("a prompt", () => {
  it("is paid: money, receipt, SMS, callback, query", async () => {
    const one = bench();
    const { body } = await push(one);
    await one.daraja.advance(1_000);
    const customer = one.daraja.customer(PHONE);
    expect(customer.prompt).toMatchObject({ amount: 100, business: "Daraja-Sandbox", reference: "INV-1042" });
    customer.enterPin();
    await one.daraja.settled();
    expect(customer.balance).toBe(49_900);
    expect(one.daraja.ledger.balance("174379")).toBe(1_000_100);
    expect(customer.messages.at(-1)?.text).toContain("Ksh100.00");
    expect(stk(one)).toMatchObject({ ResultCode: 0, CheckoutRequestID: body["CheckoutRequestID"] });
    expect(one.received[0]?.headers.get("BusinessShortCode")).toBe("174379");
    expect((await query(one, body["CheckoutRequestID"])).body).toMatchObject({ ResultCode: "0" });
  });

  it("goes through all forms of pending until then", async () => {
    const one = bench();
    const { body } = await push(one);
    const seen = [];
    for (let at = 0; at < 5; at++) seen.push(await query(one, body["CheckoutRequestID"]));
    expect(seen.map(({ status, body: answer }) => [status, answer["errorMessage"] ?? answer["ResultCode"]])).toEqual([
      [400, "Bad Request - Invalid CheckoutRequestID"],
      [500, "The transaction does not Exist"],
      [200, "4999"],
      [500, "The transaction is being processed"],
      [500, ""],
    ]);
  });

  it.each([
    ["cancelled", 1032, (one: Bench) => one.daraja.customer(PHONE).cancel()],
    ["ignored", 1037, (one: Bench) => one.daraja.customer(PHONE).ignore()],
    ["answered with a wrong PIN", 2001, (one: Bench) => one.daraja.customer(PHONE).wrongPin()],
    ["paid from too little money", 1, (one: Bench) => payAs(one, { balance: 99 })],
    ["sent to a phone out of range", 1037, (one: Bench) => one.daraja.customer(PHONE).set({ reachable: false })],
    ["answered with a locked PIN", 8006, (one: Bench) => payAs(one, { pinLocked: true })],
  ])("is %s", async (_, code, act) => {
    const one = bench();
    act(one);
    const before = one.daraja.customer(PHONE).balance;
    await push(one);
    await one.daraja.settled();
    expect(stk(one)).toMatchObject({ ResultCode: code });
    expect(stk(one)).not.toHaveProperty("CallbackMetadata");
    expect(one.daraja.customer(PHONE).balance).toBe(before);
    expect(one.daraja.ledger.transactions).toEqual([]);
  });

  it("times out 26 seconds after the push", async () => {
    const one = bench();
    await push(one);
    await one.daraja.advance(25_999);
    expect(one.received).toEqual([]);
    await one.daraja.advance(1);
    expect(stk(one)).toMatchObject({ ResultCode: 1037 });
  });

  it("locks the PIN after three wrong ones", async () => {
    const one = bench();
    for (let at = 0; at < 4; at++) {
      at < 3 ? one.daraja.customer(PHONE).wrongPin() : one.daraja.customer(PHONE).enterPin();
      await push(one);
      await one.daraja.settled();
    }
    expect(one.received.map((_, at) => stk(one, at)?.["ResultCode"])).toEqual([2001, 2001, 2001, 8006]);
  });

  it("speaks of the PIN in the SMS after a wrong one, and of the lock after the third", async () => {
    const one = bench();
    const customer = one.daraja.customer(PHONE);
    const said = () => customer.messages.at(-1)?.text;
    for (let at = 0; at < 4; at++) {
      customer.wrongPin();
      await push(one);
      await one.daraja.settled();
      expect(said()).toMatch(
        at < 2
          ? /^Your payment of Ksh100\.00 to Daraja-Sandbox was not made: The M-Pesa PIN was not correct\./
          : /was not made: Your M-Pesa PIN is locked\./,
      );
    }
    for (const [resultCode, words] of [
      ["2001", "The M-Pesa PIN was not correct"],
      ["8006", "Your M-Pesa PIN is locked"],
      ["1", "not made: The balance is insufficient"],
    ] as const) {
      one.daraja.next("stk", { resultCode });
      await push(one);
      await one.daraja.settled();
      expect(said()).toContain(words);
    }
    // The merchant is told in the wire's own words.
    expect(stk(one)).toMatchObject({ ResultDesc: "The initiator information is invalid." });
  });

  it("speaks of the PIN to a merchant's phone too", async () => {
    const one = bench();
    const merchant = one.daraja.customer("254722000000");
    merchant.wrongPin();
    await one.send("ussdPush", goodRequest("ussdPush"));
    await one.daraja.settled();
    expect(merchant.messages.at(-1)?.text).toContain("The M-Pesa PIN was not correct");
    expect(one.received.at(-1)?.body["resultDesc"]).not.toContain("PIN");
  });

  it("holds the phone: a second one is refused until the first has ended", async () => {
    const one = bench();
    await push(one);
    expect((await push(one)).body["errorMessage"]).toMatch(/^Unable to lock subscriber/);
    await one.daraja.settled();
    expect((await push(one)).status).toBe(200);
  });

  it("is refused for unknown merchants and wrong passwords", async () => {
    const one = bench();
    expect((await push(one, { BusinessShortCode: 999999 })).body["errorMessage"]).toBe("Merchant does not exist");
    expect((await push(one, { Timestamp: "20261006095220" })).body["errorMessage"]).toBe(
      "[MerchantValidate] - Wrong credentials",
    );
    expect((await push(one, { TransactionType: "CustomerBuyGoodsOnline" })).body["errorMessage"]).toBe(
      "Bad Request - Invalid TransactionType",
    );
  });

  it("pays a till under its store, and no till of another", async () => {
    const one = bench();
    const till = { BusinessShortCode: "5550100", PartyB: "5550101", TransactionType: "CustomerBuyGoodsOnline" };
    const password = btoa(`5550100${one.daraja.credentials.passkey}20261006095219`);
    one.daraja.customer(PHONE).always("pay");
    await push(one, { ...till, Password: password });
    await one.daraja.settled();
    await push(one, { ...till, Password: password, PartyB: "174379" });
    await one.daraja.settled();
    expect([stk(one)?.["ResultCode"], stk(one, 1)?.["ResultCode"]]).toEqual([0, 2028]);
    expect(one.daraja.ledger.balance("5550101", "merchant")).toBe(1_000_100);
  });

  it("is not answered by mistake: details and habits are checked before anything changes", () => {
    const customer = bench().daraja.customer("0712345678");
    expect(() => customer.always("sometimes" as "pay")).toThrow(
      'habit must be "pay", "cancel", "ignore" or null, not a text of 9 characters',
    );
    for (const [details, sentence] of [
      [{ phone: "254722222222" }, 'there is no field "phone"'],
      [{ name: "Other", pin: 1234 }, "pin must be a text"],
      [{ name: "Other", balance: -1 }, "balance must be a number from 0 to 500000"],
      [{ name: "Other", balance: 1e12 }, "balance must be a number from 0 to 500000"],
      [{ name: "Other", balance: Number.NaN }, "balance must be a number from 0 to 500000"],
      [null, "the details must be an object"],
    ] as const) {
      expect(() => customer.set(details as object)).toThrow(sentence);
    }
    expect(customer).toMatchObject({ phone: "254712345678", balance: 50_000 });
    expect(customer.name).not.toBe("Other");
  });

  it("stops at the daily limit", async () => {
    const one = bench();
    one.daraja.customer(PHONE).set({ balance: 500_000 });
    one.daraja.customer(PHONE).always("pay");
    for (const amount of [250_000, 249_999, 2]) {
      await push(one, { Amount: amount });
      await one.daraja.settled();
    }
    one.daraja.customer(PHONE).set({ balance: 10 });
    await push(one, { Amount: 2 });
    await one.daraja.settled();
    await one.daraja.advance(24 * 3_600_000);
    await push(one, { Amount: 2 });
    await one.daraja.settled();
    expect(one.received.map((_, at) => stk(one, at)?.["ResultCode"])).toEqual([0, 0, 1, 4, 0]);
  });
});
