import { operationTable } from "@mpesa/raw";
import { resultCodes, stkCodes, ussdPushCodes } from "@mpesa/raw/codes";
import { describe, expect, test } from "vitest";
import { type CallbackKind, parseCallback, parseStatusResult, parseStkCallback } from "../../src/callbacks/index.ts";
import { type CodeProduct, explain } from "../../src/codes/index.ts";
import { body } from "./fixtures.ts";

const stk = (ResultCode: unknown) =>
  parseStkCallback({ Body: { stkCallback: { CheckoutRequestID: "ws_CO_1", ResultCode } } }) as {
    outcome: string;
    resultCode: string;
  };
const result = (kind: CallbackKind, ResultCode: unknown) =>
  parseCallback({ Result: { ConversationID: "AG_1", ResultCode } }, { kind }) as unknown as Record<string, unknown>;

describe("outcome", () => {
  test.each([0, "0", " 0 ", "00000000", 0n])("%s is a success", (code) => {
    expect(stk(code).outcome).toBe("succeeded");
  });

  test.each([undefined, null, "", " ", {}, [], [0], true, false, "0.0", "0x0", "zero", "-0 ", 0.5, "00000001"])(
    "%j is no success",
    (code) => {
      expect(stk(code).outcome).not.toBe("succeeded");
      expect(stk(code).outcome).not.toBe("failed");
    },
  );

  test("a code that is on no list is unknown, never failed", () => {
    expect(stk(7777).outcome).toBe("unknown");
    expect(result("b2c", "S_NEW_1")).toMatchObject({ outcome: "unknown", code: { known: false, next: "ask" } });
  });

  test("a code that another product sends is unknown here", () => {
    expect(result("status", "2032")["queryOutcome"]).toBe("failed");
    expect(result("b2c", "2032")).toMatchObject({ outcome: "unknown", code: { known: false } });
    expect(result("b2c", "4999")).toMatchObject({ outcome: "unknown" });
  });

  test("a code that is doubtful is unknown, though it is on the list", () => {
    expect(stk(100000100)).toMatchObject({ outcome: "unknown", code: { known: true, next: "ask" } });
    expect(result("b2c", 15)).toMatchObject({ outcome: "unknown", code: { known: true, next: "ask" } });
    expect(result("b2b", 26)["outcome"]).toBe("unknown");
  });

  test("4999 is pending", () => {
    expect(stk(4999).outcome).toBe("pending");
    expect(stk("4999").outcome).toBe("pending");
  });

  test("the same number means what it means in its product", () => {
    expect(stk(2001)).toMatchObject({ code: { fault: "customer", next: "new" } });
    expect(result("b2c", 2001)).toMatchObject({ code: { fault: "merchant", next: "fix" } });
    expect(stk(17).outcome).toBe("failed");
    expect(result("b2c", 17)["outcome"]).toBe("unknown");
  });

  test("codes with letters are compared as texts", () => {
    expect(result("reversal", "R000002")["outcome"]).toBe("failed");
    expect(result("b2b", "SFC_IC0003")["outcome"]).toBe("failed");
  });

  test("a failure keeps all its ids", () => {
    expect(parseCallback(body("b2c-credential-locked"), { kind: "b2c" })).toMatchObject({
      outcome: "failed",
      originatorConversationId: "feb5e3f2-fbbc-4745-844c-ee37b546f627",
      conversationId: "AG_20261006_2010759fd5662ef6d054",
    });
    expect(parseStkCallback(body("stk-cancelled"))).toMatchObject({
      outcome: "failed",
      merchantRequestId: "29115-34620561-1",
      checkoutRequestId: "ws_CO_191220191020363925",
    });
  });

  test("a paid push without its receipt stays paid and says what is missing", () => {
    const read = parseStkCallback(body("stk-paid-without-metadata"));
    expect(read).toMatchObject({ outcome: "succeeded", issues: [{ path: "receipt", problem: "missing" }] });
  });

  test("a guessed product never tells an outcome", () => {
    const bare = { Result: { ConversationID: "AG_1", ResultCode: 0 } };
    expect(parseCallback(bare)).toMatchObject({ confidence: "guess", outcome: "unknown" });
    expect(parseCallback(bare, { kind: "b2c" })).toMatchObject({ confidence: "certain", outcome: "succeeded" });
  });
});

describe("a transaction status", () => {
  const asked = (status: string | undefined, code: unknown = 0) =>
    parseStatusResult({
      Result: {
        ConversationID: "AG_1",
        ResultCode: code,
        ResultParameters: { ResultParameter: [{ Key: "TransactionStatus", Value: status }] },
      },
    });

  test.each([
    ["Completed", "succeeded"],
    ["COMPLETED", "succeeded"],
    ["Cancelled", "failed"],
    ["Canceled", "failed"],
    ["Declined", "failed"],
    ["Expired", "failed"],
    ["Initiated", "pending"],
    ["Authorized", "pending"],
    ["Authorised", "pending"],
    ["Pending Reversal", "unknown"],
    ["constructor", "unknown"],
    [undefined, "unknown"],
  ])("%s is %s, though the query itself worked", (status, outcome) => {
    expect(asked(status)).toMatchObject({ outcome, queryOutcome: "succeeded" });
  });

  test("a query that failed says nothing about the transaction", () => {
    expect(asked("Completed", 2032)).toMatchObject({ outcome: "unknown", queryOutcome: "failed" });
    expect(asked(undefined, 8006)).toMatchObject({ outcome: "unknown", queryOutcome: "failed" });
    expect(asked("Completed", 17)).toMatchObject({ outcome: "unknown", queryOutcome: "unknown" });
  });
});

describe("the code of a callback is the object that explain() returns", () => {
  const kinds = {
    b2c: ["b2cPaymentV1", "b2cPaymentV3", "b2cValidatedPayment"],
    pochi: ["pochiPayment"],
    b2b: ["b2bPayment"],
    tax: ["taxRemittance"],
    balance: ["accountBalance"],
    status: ["transactionStatus"],
    reversal: ["reversal"],
  };
  const outcomes: Record<string, string> = { none: "succeeded", poll: "pending", ask: "unknown", token: "unknown" };

  test("its operations exist", () => {
    for (const id of Object.values(kinds).flat()) expect(Object.keys(operationTable)).toContain(id);
  });

  test.each(stkCodes)("stk $code", ({ code, fault, next }) => {
    expect(stk(code)).toMatchObject({
      outcome: outcomes[next] ?? "failed",
      code: { code, known: true, fault, next },
    });
    expect(stk(code)).toHaveProperty("code", explain({ product: "stk", code }));
  });

  test.each(ussdPushCodes)("ussd $code", ({ code, fault, next }) => {
    const read = parseCallback({ resultCode: code, requestId: "1" }, { kind: "ussd" });
    expect(read).toMatchObject({ outcome: outcomes[next] ?? "failed", code: { code, known: true, fault, next } });
    expect(read).toHaveProperty("code", explain({ product: "ussd", code }));
  });

  test.each(resultCodes)("result $code", ({ code, next, operations }) => {
    for (const [kind, ids] of Object.entries(kinds)) {
      const known = !operations || ids.some((id) => operations.includes(id));
      const read = result(kind as CallbackKind, code);
      expect(read["code"]).toEqual(explain({ product: kind as CodeProduct, code }));
      expect(read).toMatchObject({ code: { product: kind, code, known } });
      expect(read[kind === "status" ? "queryOutcome" : "outcome"]).toBe(
        known ? (outcomes[next] ?? "failed") : "unknown",
      );
    }
  });

  test("zero is the only code that tells of a success", () => {
    for (const table of [stkCodes, resultCodes, ussdPushCodes]) {
      expect(table.filter(({ next }) => next === "none").map(({ code }) => code)).toEqual(["0"]);
    }
  });
});
