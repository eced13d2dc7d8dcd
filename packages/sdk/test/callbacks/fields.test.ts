import { callbackShapes } from "@mpesa/raw/callback-fields";
import { describe, expect, test } from "vitest";
import { parseB2cResult, parseCallback, parseStkCallback, parseUssdCallback } from "../../src/callbacks/index.ts";
import { body } from "./fixtures.ts";
import { kinds } from "./kinds.ts";

describe("the fields of a kind", () => {
  test("every kind has a table in the spec", () => {
    const described = Object.keys(callbackShapes).map((name) => (name === "pullRow" ? "pull" : name));
    expect(described.sort()).toEqual([...kinds].sort());
  });

  test("a parser reads the fields of its own kind, and lists what it does not know", () => {
    const push = body("stk-paid");
    push.Body.stkCallback.CallbackMetadata.Item.push(
      { Name: "ReceiptNo", Value: "UJ22T8IYOU" },
      { Name: "Fee", Value: 3 },
    );
    push.Body.stkCallback.NewField = { a: 1 };
    const read = parseStkCallback(push);
    expect(read).toMatchObject({ outcome: "succeeded", unknownFields: ["NewField", "ReceiptNo", "Fee"], raw: push });
    expect(parseStkCallback(body("stk-paid"))).toMatchObject({ unknownFields: [] });
  });

  test("a name of another product stays in the parameters and in raw", () => {
    const result = body("b2c-paid");
    result.Result.ResultParameters.ResultParameter.push({ Key: "Currency", Value: "KES" });
    const read = parseB2cResult(result);
    expect(read).not.toHaveProperty("currency");
    expect(read).toMatchObject({ kind: "b2c", unknownFields: ["Currency"] });
    if (read.kind === "b2c") expect(read.parameters.get("Currency")).toBe("KES");
  });
});

describe("an outcome speaks for the payment that it names", () => {
  test.each([
    ["stk", { Body: { stkCallback: { ResultCode: 0 } } }, parseStkCallback, "checkoutRequestId"],
    [
      "stk",
      { Body: { stkCallback: { ResultCode: 1032, CheckoutRequestID: " " } } },
      parseStkCallback,
      "checkoutRequestId",
    ],
    ["ussd", { resultCode: "0" }, parseUssdCallback, "requestId"],
  ] as const)("%s %j without its ID is unknown", (kind, value, parser, path) => {
    const read = parser(value);
    expect(read).toMatchObject({ kind, outcome: "unknown", code: { known: true } });
    expect(read.issues).toContainEqual({ path, problem: "missing" });
    expect(read.issues).toContainEqual({ path: "outcome", problem: expect.stringContaining(path) });
  });

  test("a success without receipt is a success", () => {
    const read = parseCallback(body("stk-paid-without-metadata"));
    expect(read).toMatchObject({
      kind: "stk",
      outcome: "succeeded",
      issues: [{ path: "receipt", problem: "missing" }],
    });
  });
});
