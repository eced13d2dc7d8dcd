import { describe, expect, test } from "vitest";
import { type CallbackKind, parseCallback, parseTimeout } from "../../src/callbacks/index.ts";
import { body } from "./fixtures.ts";
import { kinds } from "./kinds.ts";

describe("timeouts", () => {
  const secret = "not-a-real-credential";

  test.each([
    "SecurityCredential",
    "securityCredential",
    "SECURITYCREDENTIAL",
    "Security_Credential",
    "Security Credential",
  ])("%s is redacted", (key) => {
    const given = {
      OriginatorConversationID: "1",
      CommandID: "BusinessPayment",
      [key]: secret,
      Amount: 10,
      deep: [{ [key]: secret }],
    };
    for (const read of [
      parseTimeout(given),
      parseCallback(given),
      parseCallback(given, { kind: "b2c" }),
      parseCallback(given, { kind: "stk" }),
    ]) {
      expect(JSON.stringify(read)).not.toContain(secret);
      expect(read.raw).toEqual({ ...given, [key]: "[redacted]", deep: [{ [key]: "[redacted]" }] });
    }
    expect(given).toHaveProperty([key], secret);
  });

  test.each([
    ["SalaryPayment", "b2c"],
    ["PromotionPayment", "b2c"],
    ["BusinessPayToPochi", "pochi"],
    ["BusinessPayBill", "b2b"],
    ["BusinessBuyGoods", "b2b"],
    ["PayTaxToKRA", "tax"],
    ["AccountBalance", "balance"],
    ["TransactionStatusQuery", "status"],
    ["TransactionReversal", "reversal"],
    ["NewCommand", undefined],
    ["b2c", undefined],
    ["constructor", undefined],
  ])("%s belongs to %s", (CommandID, product) => {
    const read = parseTimeout({ OriginatorConversationID: "1", CommandID });
    expect(read).toMatchObject({ kind: "timeout", outcome: "unknown" });
    expect("product" in read ? read.product : undefined).toBe(product);
  });

  test("the route's product wins over the command's", () => {
    expect(parseTimeout({ CommandID: "BusinessPayment" }, "pochi")).toMatchObject({ product: "pochi" });
  });

  test("the outcome is unknown whatever the body says", () => {
    expect(parseTimeout({ Result: { ResultCode: 0, OriginatorConversationID: "1" } })).toMatchObject({
      kind: "timeout",
      outcome: "unknown",
    });
    expect(parseTimeout({ ResultCode: "1", OriginatorConversationID: "1" })).toMatchObject({
      kind: "timeout",
      outcome: "unknown",
    });
  });

  test.each([
    { OriginatorConversationID: "feb5", InitiatorName: "testapi", SecurityCredential: secret, PartyA: "600996" },
    { OriginatorConversationID: "feb5" },
  ])("one without a command is one all the same, on any route: %j", (given) => {
    const expected = { kind: "timeout", outcome: "unknown", originatorConversationId: "feb5" };
    for (const kind of ["b2c", "pochi", "b2b", "tax", "balance", "status", "reversal"] satisfies CallbackKind[])
      expect(parseCallback(given, { kind })).toMatchObject({ ...expected, product: kind, issues: [] });
    for (const read of [parseCallback(given), parseTimeout(given)]) {
      expect(read).toMatchObject({
        ...expected,
        issues: [{ path: "product", problem: expect.stringContaining("Name the product") }],
      });
      expect("commandId" in read).toBe(false);
    }
  });

  test("one that has lost its id says so", () => {
    const given = { SecurityCredential: secret, Amount: 10 };
    const lost = { path: "originatorConversationId", problem: "missing" };
    const expected = { kind: "timeout", amount: { value: 10 } };
    expect(parseCallback(given, { kind: "b2c" })).toMatchObject({ ...expected, issues: [lost] });
    for (const read of [parseCallback(given), parseTimeout(given)])
      expect(read).toMatchObject({ ...expected, issues: [lost, { path: "product" }] });
  });

  test("a bare result is none", () => {
    const given = { ResultCode: 0, OriginatorConversationID: "1", ConversationID: "AG_1" };
    expect(parseCallback(given, { kind: "b2c" }).kind).toBe("unrecognised");
  });

  const json = JSON.stringify({ OriginatorConversationID: "x", SecurityCredential: secret, Amount: 1 });
  test.each([
    ["JSON in a text", json],
    ["JSON in a text in a text", JSON.stringify(json)],
    ["JSON in a text inside", { Result: { ResultParameters: { ResultParameter: { Key: "Echo", Value: json } } } }],
    ["a form", `Amount=1&SecurityCredential=${secret}&PartyA=2`],
    ["an encoded form", encodeURIComponent(json)],
    ["XML", `<SecurityCredential>${secret}</SecurityCredential>`],
    ["single quotes", `{'SecurityCredential' : '${secret}', 'Amount': 1}`],
    ["a key that drifts", { Securitty_Credential: secret, deep: [{ "security credential": secret }] }],
  ])("the credential is redacted in %s, by every parser", (_, given) => {
    for (const kind of [...kinds, undefined]) {
      const read = kind ? parseCallback(given, { kind }) : parseCallback(given);
      expect(JSON.stringify(read)).not.toContain(secret);
    }
  });

  test("a description that names the credential stays whole", () => {
    const given = body("b2c-credential-locked");
    expect(parseCallback(given, { kind: "b2c" })).toMatchObject({
      resultDescription: "The security credential is locked.",
      raw: given,
    });
    const both = { ...given, SecurityCredential: secret };
    expect(parseCallback(both, { kind: "b2c" }).raw).toEqual({ ...given, SecurityCredential: "[redacted]" });
  });

  test("one that comes on the result's route is a timeout of that product", () => {
    expect(parseCallback(body("b2c-timeout-on-result-route"), { kind: "pochi" })).toMatchObject({
      kind: "timeout",
      product: "pochi",
    });
  });
});
