import type { OperationId } from "@mpesa/raw";
import { describe, expect, it } from "vitest";
import { type Bench, bench, goodRequest } from "./support/daraja.ts";

const PHONE = "254712345678";
const LENT = "Lent so that this succeeds";
const code = ({ received }: Bench) =>
  /"(?:ResultCode|resultCode)":"?([^",]*)"?[,}]/.exec(JSON.stringify(received.at(-1)?.body))?.[1];
const lent = ({ daraja }: Bench) =>
  daraja.ledger.entries.filter(({ text }) => text === LENT).map(({ from, to, amount }) => [from, to, amount / 100]);

async function forced(operation: OperationId, changes: object, one: Bench = bench()): Promise<Bench> {
  one.daraja.next(operation, { resultCode: "0" });
  expect((await one.send(operation, { ...goodRequest(operation), ...changes })).status).toBe(200);
  await one.daraja.settled();
  expect(one.daraja.ledger.total()).toBe(0);
  return one;
}

describe('result "0" means success', () => {
  it("by a scenario and by the magic number: a poor customer is lent what is missing", async () => {
    const one = bench();
    one.daraja.customer(PHONE).set({ balance: 5 });
    await forced("stkPush", { Amount: 12 }, one);
    expect([code(one), lent(one)]).toEqual(["0", [["mpesa:issue", `customer:${PHONE}`, 7]]]);
    expect(one.daraja.customer(PHONE).balance).toBe(0);
    const magic = "254700000000";
    one.daraja.customer(magic).set({ balance: 5 });
    await one.send("stkPush", { ...goodRequest("stkPush"), PhoneNumber: magic, PartyA: magic, Amount: 100_000 });
    await one.daraja.settled();
    expect([code(one), lent(one).at(-1)]).toEqual(["0", ["mpesa:issue", `customer:${magic}`, 99_995]]);
    expect(one.daraja.ledger.total()).toBe(0);
  });

  it.each([
    ["the daily limit", { limit: 1 }, {}],
    ["a locked PIN", { pinLocked: true }, {}],
    ["a phone out of range", { reachable: false }, {}],
    ["a number without M-Pesa", { registered: false }, {}],
    ["another kind of receiver", {}, { PartyB: "600000" }],
  ])("whatever a customer's prompt would meet: %s", async (_, details, changes) => {
    const one = bench();
    one.daraja.customer(PHONE).set(details);
    await forced("stkPush", changes, one);
    expect(code(one)).toBe("0");
    expect(one.daraja.ledger.transactions).toHaveLength(1);
  });

  it("a prompt's text that is too long included", async () => {
    const name = "A business with a name that goes on and on ".repeat(5);
    const { passkey } = bench().daraja.credentials;
    const one = bench({ organisations: [{ shortCode: "174379", name, passkey }] });
    await forced("stkPush", {}, one);
    expect(code(one)).toBe("0");
  });

  it.each<[string, OperationId, object, object]>([
    ["an initiator nobody knows", "b2cPaymentV3", {}, { InitiatorName: "nobody" }],
    ["a receiver without M-Pesa", "b2cPaymentV3", { registered: false }, {}],
    ["a receiver whose account is full", "b2cPaymentV3", { balance: 500_000 }, {}],
    ["another ID", "b2cValidatedPayment", { idNumber: "11111111" }, {}],
  ])("whatever a payout would meet: %s", async (_, operation, details, changes) => {
    const one = bench();
    one.daraja.customer(PHONE).set(details);
    await forced(operation, { PartyB: PHONE, ...changes }, one);
    expect(code(one)).toBe("0");
  });

  it.each<[OperationId, object, string]>([
    ["b2cPaymentV3", {}, "600998:Utility Account"],
    ["b2bPayment", {}, "600992:Working Account"],
    ["ussdPush", {}, "600001:Merchant Account"],
  ])("for organisations too: %s", async (operation, changes, account) => {
    const organisations = ["600998", "600992", "600001"].map((shortCode) => ({
      shortCode,
      balance: 0,
      ...(shortCode === "600001" ? { kind: "till" as const, operatorPhone: "254722000000" } : {}),
    }));
    const one = await forced(operation, changes, bench({ organisations }));
    expect(code(one)).toBe("0");
    expect(lent(one).map(([from, to]) => [from, to])).toEqual([["mpesa:issue", account]]);
  });

  it("for a till without a phone", async () => {
    const one = await forced("ussdPush", { primaryShortCode: "600000" });
    expect(code(one)).toBe("0");
  });

  it("for a simulated payment of somebody without money", async () => {
    const one = bench();
    one.daraja.customer("254708374149").set({ balance: 0 });
    await forced("c2bSimulateV2", { Msisdn: 254708374149, Amount: 10, ShortCode: 600000 }, one);
    expect(one.daraja.ledger.transactions).toHaveLength(1);
  });

  it.each<[string, OperationId, object, string]>([
    ["a receipt", "reversal", { TransactionID: "UJ60000000" }, "R000002"],
    ["a receipt to ask about", "transactionStatus", { TransactionID: "UJ60000000" }, "2032"],
    ["an organisation that pays", "b2cPaymentV3", { PartyA: "1234567" }, "2001"],
    ["an organisation that is paid", "b2bPayment", { PartyB: "9999999" }, "SFC_IC0003"],
  ])("and the ordinary course where something does not exist: %s", async (_, operation, changes, wanted) => {
    expect(code(await forced(operation, changes))).toBe(wanted);
  });

  it("or the money has gone back already", async () => {
    const one = bench();
    one.daraja.customer(PHONE).pay({ shortCode: "600992", amount: 10 });
    await one.daraja.settled();
    const TransactionID = one.daraja.ledger.transactions[0]?.receipt;
    await forced("reversal", { TransactionID }, one);
    await forced("reversal", { TransactionID }, one);
    expect(one.received.map(({ body }) => (body["Result"] as { ResultCode: unknown }).ResultCode)).toEqual([
      0,
      "R000001",
    ]);
  });
});

describe("a forced result", () => {
  it("of a prompt that never comes to the phone is not success without the money", async () => {
    const one = bench({ delays: { promptMs: 60_000 } });
    await forced("stkPush", {}, one);
    expect(code(one)).toBe("0");
    expect(one.daraja.ledger.transactions).toHaveLength(1);
  });

  it("4999 exists in queries only, also when the callback should come early", async () => {
    const one = bench();
    one.daraja.next("stk", { resultCode: "4999", callback: "early" });
    await one.send("stkPush", goodRequest("stkPush"));
    await one.daraja.settled();
    expect(one.received).toEqual([]);
  });
});
