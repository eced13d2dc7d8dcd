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
    ["b2c-credential-locked", "b2c", "guess"],
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

test("with a kind the route is trusted", () => {
  for (const kind of ["b2c", "pochi", "b2b", "tax", "balance", "status", "reversal"] satisfies CallbackKind[]) {
    expect(parseCallback(body("balance-rows"), { kind })).toMatchObject({ kind, confidence: "certain" });
  }
});
