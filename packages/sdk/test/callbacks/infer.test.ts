import { describe, expect, test } from "vitest";
import { type CallbackKind, parseB2bResult, parseCallback } from "../../src/callbacks/index.ts";
import { body, fixtures } from "./fixtures.ts";

describe("without a kind", () => {
  test.each([
    ["stk-paid", "stk", "certain"],
    ["stk-paid-lower-case", "stk", "certain"],
    ["b2c-paid", "b2c", "likely"],
    ["pochi-paid", "b2c", "likely"],
    ["b2b-paid", "b2b", "likely"],
    ["b2b-credential-locked", "b2b", "likely"],
    ["b2b-paid-2021", "b2b", "likely"],
    ["b2b-initiator-invalid", "b2b", "likely"],
    ["status-not-found", "status", "likely"],
    ["status-initiator-invalid", "status", "likely"],
    ["reversal-already-reversed", "reversal", "likely"],
    ["reversal-original-invalid", "reversal", "likely"],
    ["b2c-timed-out", "timeout", "likely"],
    ["tax-paid", "tax", "likely"],
    ["balance-rows", "balance", "certain"],
    ["balance-credential-locked", "balance", "likely"],
    ["status-completed", "status", "certain"],
    ["status-other-spellings", "status", "certain"],
    ["reversal-reversed", "reversal", "certain"],
    ["b2c-credential-locked", "b2c", "likely"],
    ["timeout-id-only", "timeout", "guess"],
    ["timeout-payout", "timeout", "certain"],
    ["timeout-lower-case", "timeout", "certain"],
    ["c2bConfirmation-pay-bill", "c2bConfirmation", "likely"],
    ["c2bValidation-pay-bill", "c2bValidation", "guess"],
    ["ussd-paid", "ussd", "likely"],
    ["ussd-cancelled", "ussd", "likely"],
    ["pull-rows", "pull", "guess"],
  ])("%s is %s (%s)", (name, kind, confidence) => {
    expect(parseCallback(body(name))).toMatchObject({ kind, confidence });
  });

  test("what is certain is right", () => {
    for (const { name, kind, json } of fixtures) {
      const read = parseCallback(JSON.parse(json));
      // A timeout on a result's route is a timeout.
      if ("confidence" in read && read.confidence === "certain" && name !== "b2c-timeout-on-result-route")
        expect(read.kind).toBe(kind);
    }
  });

  test("what is a guess tells no outcome", () => {
    for (const { json } of fixtures) {
      const read = parseCallback(JSON.parse(json));
      if ("outcome" in read && read.confidence === "guess") expect(read.outcome).toBe("unknown");
    }
  });
});

describe("a result that lacks what tells its product surely", () => {
  const of = (parameters: Record<string, unknown>, references: Record<string, unknown> = {}) => {
    const pairs = (values: Record<string, unknown>) => Object.entries(values).map(([Key, Value]) => ({ Key, Value }));
    return parseCallback({
      Result: {
        ResultCode: 0,
        ConversationID: "AG_1",
        OriginatorConversationID: "o",
        TransactionID: "SKE52PAWR9",
        ResultParameters: { ResultParameter: pairs(parameters) },
        ReferenceData: { ReferenceItem: pairs(references) },
      },
    });
  };
  const row = "Utility Account|KES|346568.83|6186.83|340382.00|0.00";

  test.each([
    ["b2b", { DebitPartyAffectedAccountBalance: row, Amount: "190.00", ReceiverPartyPublicName: "000000 - Biller" }],
    ["b2b", { DebitPartyCharges: "Business Pay Bill Charge|KES|77.00", Amount: "190.00" }],
    ["reversal", { DebitAccountBalance: row, Charge: 0, CreditPartyPublicName: "2547***** - JOHN DOE" }],
    ["reversal", { DebitAccountBalance: row, CreditPartyPublicName: "2547***** - JOHN DOE" }],
    ["status", { DebitPartyName: "600310 - Safaricom333", ReceiptNo: "MBN31H462N" }],
  ])("is likely %s", (kind, parameters) => {
    expect(of(parameters)).toMatchObject({ kind, confidence: "likely" });
  });

  test("is a guess without an outcome where nothing tells, and asks for the product", () => {
    const problem = expect.stringContaining("Name the product");
    expect(of({ DebitAccountBalance: row })).toMatchObject({
      confidence: "guess",
      outcome: "unknown",
      issues: [{ path: "kind", problem }],
    });
  });

  test("no recorded body that is a guess has an outcome beside an empty list of issues", () => {
    for (const { json } of fixtures) {
      const read = parseCallback(JSON.parse(json));
      if ("confidence" in read && read.confidence === "guess" && "outcome" in read)
        expect(read.issues.map(({ path }) => path)).toContain(read.kind === "timeout" ? "product" : "kind");
    }
  });

  const parties = { DebitPartyPublicName: "600992 - A Company", CreditPartyPublicName: "600000 - A Supplier" };
  const queueOf = (word: string) => ({ QueueTimeoutURL: `https://internal.example.com/mpesa/${word}/v1/submit` });

  test.each([
    ["b2b", "b2bresults"],
    ["b2b", "B2BResults"],
    ["b2c", "b2cresults"],
    ["reversal", "reversalresults"],
  ])("is %s by its queue %s, whatever its parties are called", (kind, queue) => {
    expect(of({ ...parties, Charge: 0, DebitPartyName: "600310 - A" }, queueOf(queue))).toMatchObject({
      kind,
      confidence: "likely",
      outcome: kind === "status" ? "unknown" : "succeeded",
    });
  });

  test("fields that one product alone has decide before the queue", () => {
    expect(of({ OriginalTransactionID: "SKC82PACB8" }, queueOf("b2bresults"))).toMatchObject({ kind: "reversal" });
    expect(of({ TransactionStatus: "Completed" }, queueOf("b2cresults"))).toMatchObject({ kind: "status" });
    expect(of({ ReceiverPartyPublicName: "572572 - KRA" }, queueOf("b2bresults"))).toMatchObject({ kind: "tax" });
  });

  test("the production keys of a B2B payment are enough without a queue", () => {
    const CreditAccountBalance = "Working Account|KES|1190.00|1000.00|190.00|0.00";
    expect(of({ ...parties, CreditAccountBalance })).toMatchObject({ kind: "b2b", confidence: "likely" });
  });

  test.each([
    [{ Key: "Occasion" }, "status", "likely"],
    [[{ Key: "Occasion" }], "status", "likely"],
    [[{ Key: "Occasion", Value: "Order 1042" }], "status", "likely"],
    // Payouts write their note so, and have more than this.
    [{ Key: "Occassion" }, "b2c", "guess"],
    [[{ Key: "Occasion" }, { Key: "BillReferenceNumber" }], "b2c", "guess"],
  ])("with the reference %j is %s (%s)", (ReferenceItem, kind, confidence) => {
    const Result = { ResultCode: 2001, ConversationID: "AG_1", ReferenceData: { ReferenceItem } };
    expect(parseCallback({ Result })).toMatchObject({ kind, confidence, outcome: "unknown" });
  });

  test.each([
    ["R000001", "failed"],
    ["R000002", "failed"],
    ["r000002", "unknown"],
    ["R000009", "unknown"],
  ])("%s is a reversal's code (%s)", (ResultCode, outcome) => {
    expect(parseCallback({ Result: { ResultCode, ConversationID: "AG_1" } })).toMatchObject({
      kind: "reversal",
      confidence: "likely",
      outcome,
    });
  });

  test.each(["R002", "R003", "R00", 0, 2001])("%s is not", (ResultCode) => {
    expect(parseCallback({ Result: { ResultCode, ConversationID: "AG_1" } })).toMatchObject({ confidence: "guess" });
  });

  test.each([
    ["b2cresults", "b2c"],
    ["b2bresults", "b2b"],
    ["abresults", "balance"],
    ["reversalresults", "reversal"],
  ])("takes its product from the sandbox's queue %s", (queue, kind) => {
    const QueueTimeoutURL = `https://internalsandbox.safaricom.co.ke/mpesa/${queue}/v1/submit`;
    expect(of({}, { QueueTimeoutURL })).toMatchObject({ kind, confidence: "likely" });
    expect(of({}, { QueueTimeoutURL: `https://example.com/${queue}` })).toMatchObject({ confidence: "guess" });
  });
});

test("with a kind the route is trusted", () => {
  for (const kind of ["b2c", "pochi", "b2b", "tax", "balance", "status", "reversal"] satisfies CallbackKind[]) {
    expect(parseCallback(body("balance-rows"), { kind })).toMatchObject({ kind, confidence: "certain" });
  }
});

test("the balances and parties of a production B2B result are typed", () => {
  expect(parseB2bResult(body("b2b-paid-2021"))).toMatchObject({
    kind: "b2b",
    outcome: "succeeded",
    creditAccountBalance: { value: 1000, text: "1000.00" },
    debitAccountBalance: { value: 5000 },
    debitParty: { account: "600992", name: "A Company" },
    creditParty: { account: "600000", name: "A Supplier" },
    charges: [{ name: "Disbursement of Funds Charge", amount: { value: 15 } }],
    issues: [],
  });
});
