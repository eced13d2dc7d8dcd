import { describe, expect, test } from "vitest";
import {
  type Callback,
  parseB2bResult,
  parseB2cResult,
  parseBalanceResult,
  parseCallback,
  parsePochiResult,
  parseReversalResult,
  parseStatusResult,
  parseTaxResult,
  parseTimeout,
} from "../../src/callbacks/index.ts";
import { explain } from "../../src/codes/index.ts";
import { post, RESULT_KINDS, recording } from "../handler/setup.ts";
import { body } from "./fixtures.ts";

const parsers = {
  b2c: parseB2cResult,
  pochi: parsePochiResult,
  b2b: parseB2bResult,
  tax: parseTaxResult,
  balance: parseBalanceResult,
  status: parseStatusResult,
  reversal: parseReversalResult,
} satisfies Record<string, (value: unknown) => Callback>;

const ids = { OriginatorConversationID: "feb5e3f2", ConversationID: "AG_20261006_2010759fd5662ef6d054" };
const receipt = "UJ6A81LK5C";
const text = "The service request has timed out.";
const fine = "The service request is processed successfully.";

/** A result with a placeholder for its receipt, as failures have. */
const result = (members: Record<string, unknown>) => ({ Result: { ...ids, TransactionID: "UJ60000000", ...members } });

const envelopes: Record<string, unknown>[] = [
  ...[1, "1", " 1 ", "01", 1n].flatMap((ResultType) =>
    [1, "1", 0, 2001, "8006", "R000002", "SFC_IC0003", undefined].map((ResultCode) => ({ ResultType, ResultCode })),
  ),
  ...[text, "THE SERVICE REQUEST HAS TIMED OUT", "Request timeout", "request time-out", "REQUEST_TIMEOUT"].flatMap(
    (ResultDesc) => [0, "0", undefined].map((ResultType) => ({ ResultType, ResultCode: 1, ResultDesc })),
  ),
  { ResultType: 0, ResultCode: 21, ResultDesc: text },
  { ResultType: 0, ResultCode: "0", ResultDesc: text },
];

describe.each(RESULT_KINDS)("a queue timeout in a result on the route of %s", (kind) => {
  test.each(envelopes)("%o is unknown, and a timeout", (members) => {
    const expected = {
      kind: "timeout",
      product: kind,
      outcome: "unknown",
      confidence: "certain",
      originatorConversationId: ids.OriginatorConversationID,
      conversationId: ids.ConversationID,
      issues: [],
    };
    for (const read of [parsers[kind](result(members)), parseCallback(result(members), { kind })]) {
      expect(read).toMatchObject(expected);
      // A code beside it would be read as a failure's.
      expect(read).not.toHaveProperty("resultCode");
      expect(read).not.toHaveProperty("code");
      expect(read).not.toHaveProperty("transactionId");
    }
    expect(parseTimeout(result(members), kind)).toMatchObject(expected);
  });

  test("keeps the ids that came, a receipt too, and says which id is missing", () => {
    const { OriginatorConversationID: _, ...members } = result({
      ResultType: 1,
      ResultCode: 1,
      TransactionID: receipt,
    }).Result;
    expect(parsers[kind]({ Result: members })).toMatchObject({
      kind: "timeout",
      conversationId: ids.ConversationID,
      transactionId: receipt,
      resultType: "1",
      issues: [{ path: "originatorConversationId", problem: "missing" }],
    });
  });

  test("a success with its receipt stays a success, whatever stands beside it", () => {
    for (const members of [{ ResultType: 1 }, { ResultDesc: text }, { ResultType: 0, ResultDesc: fine }]) {
      const read = parsers[kind](result({ ResultCode: 0, TransactionID: receipt, ...members }));
      expect(read.kind).toBe(kind);
      // A status query that names no status leaves the payment open.
      expect((read as { queryOutcome?: string }).queryOutcome ?? (read as { outcome: string }).outcome).toBe(
        "succeeded",
      );
    }
  });

  test("a failure that speaks of time in other words stays what its code says", () => {
    for (const ResultDesc of ["The initiator information is invalid at this time.", "Declined: not at all times."])
      expect(parsers[kind](result({ ResultType: 0, ResultCode: 2001, ResultDesc }))).toMatchObject({
        kind,
        resultCode: "2001",
      });
  });

  test("the handler brings it to the function for timeouts, with its product's route", async () => {
    const { handler, calls } = recording();
    const url = await handler.url(kind, { reference: "P-1" });
    const response = await handler(post(url, result({ ResultType: 1, ResultCode: 1, ResultDesc: text })));
    expect(response.status).toBe(200);
    await expect
      .poll(() => calls)
      .toMatchObject([
        { kind: "timeout", reference: "P-1", event: { outcome: "unknown", product: kind, route: kind } },
      ]);
  });
});

describe("details that only a processed request has", () => {
  test("a balance that came with its rows stays a balance", () => {
    const given = body("balance-rows");
    given.Result.ResultType = 1;
    expect(parseBalanceResult(given)).toMatchObject({ kind: "balance", outcome: "succeeded" });
  });

  test("a status query that found its transaction stays one", () => {
    const given = body("status-completed");
    given.Result.ResultDesc = text;
    expect(parseStatusResult(given)).toMatchObject({ kind: "status", outcome: "succeeded", queryOutcome: "succeeded" });
  });

  test("they do not turn a code that is no success into one", () => {
    const given = body("b2c-paid");
    Object.assign(given.Result, { ResultType: 1, ResultCode: 1 });
    expect(parseB2cResult(given)).toMatchObject({ kind: "timeout", outcome: "unknown", amount: { value: 10 } });
  });
});

describe("without a route", () => {
  test.each([
    ["b2c-timed-out", "b2c"],
    ["reversal-timed-out-by-text", "reversal"],
  ])("%s is a timeout of %s, by its queue", (name, product) => {
    for (const read of [parseCallback(body(name)), parseTimeout(body(name))])
      expect(read).toMatchObject({ kind: "timeout", outcome: "unknown", product, issues: [] });
    expect(parseCallback(body(name))).toMatchObject({ confidence: "likely" });
  });

  test("one that names no queue asks for its product", () => {
    for (const read of [parseCallback(body("b2b-timed-out-texts")), parseTimeout(body("b2b-timed-out-texts"))]) {
      expect(read).toMatchObject({ kind: "timeout", outcome: "unknown", issues: [{ path: "product" }] });
      expect(read).not.toHaveProperty("product");
    }
  });

  test("a result that holds your own request is one too", () => {
    const given = { Result: { ...ids, SecurityCredential: "not-a-real-credential", ResultCode: 0 } };
    for (const read of [parseCallback(given), parseB2cResult(given)])
      expect(read).toMatchObject({ kind: "timeout", outcome: "unknown" });
  });
});

test("a prompt's timeout is no queue timeout: nobody was charged", () => {
  for (const name of ["stk-timeout", "stk-unreachable"])
    expect(parseCallback(body(name))).toMatchObject({ kind: "stk", outcome: "failed" });
});

test.each(["b2c", "pochi", "b2b", "tax", "reversal"] as const)("explain() agrees for %s", (product) => {
  expect(explain({ product, code: 1, text })).toMatchObject({ next: "ask", name: "QueueTimedOut" });
  expect(explain({ product, code: 1 })).toMatchObject({ next: "new", name: "InsufficientFunds" });
});
