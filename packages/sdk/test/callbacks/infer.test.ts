import { describe, expect, test } from "vitest";
import { type CallbackKind, parseCallback } from "../../src/callbacks/index.ts";
import { body, fixtures } from "./fixtures.ts";

describe("without a kind", () => {
  test.each([
    ["stk-paid", "stk", "certain"],
    ["stk-paid-lower-case", "stk", "certain"],
    ["b2c-paid", "b2c", "likely"],
    ["pochi-paid", "b2c", "likely"],
    ["b2b-paid", "b2b", "likely"],
    ["b2b-credential-locked", "b2b", "likely"],
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

  test("is a guess without an outcome where nothing tells", () => {
    expect(of({ DebitAccountBalance: row })).toMatchObject({ confidence: "guess", outcome: "unknown" });
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
