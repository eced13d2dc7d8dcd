import { describe, expect, test } from "vitest";
import {
  type CallbackKind,
  parseB2bResult,
  parseCallback,
  parsePullNotification,
  parseStatusResult,
  parseStkCallback,
  parseUssdCallback,
  type StatusResult,
  type StkCallback,
} from "../../src/callbacks/index.ts";
import { body, fixtures } from "./fixtures.ts";

/** The same body with every key rewritten. */
function rekey(value: unknown, change: (key: string) => string): unknown {
  if (Array.isArray(value)) return value.map((one) => rekey(one, change));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [change(key), rekey(one, change)]));
}

const comparable = (value: unknown, kind: CallbackKind): unknown => {
  const {
    raw: _,
    items: __,
    parameters: ___,
    references: ____,
    unknownFields: _____,
    ...rest
  } = parseCallback(value, { kind }) as unknown as Record<string, unknown>;
  return rest;
};

const recognised = fixtures.filter((one) => one.kind && !/proto/.test(one.name)) as {
  name: string;
  kind: CallbackKind;
  json: string;
}[];

describe("letter case of the keys makes no difference", () => {
  test.each(recognised)("$name", ({ kind, json }) => {
    const value: unknown = JSON.parse(json);
    for (const change of [
      (key: string) => key.toLowerCase(),
      (key: string) => key.toUpperCase(),
      (key: string) => `${key.charAt(0).toLowerCase()}${key.slice(1)}`,
    ]) {
      expect(comparable(rekey(value, change), kind)).toEqual(comparable(value, kind));
    }
  });
});

describe("blanks in keys make no difference", () => {
  test.each(recognised)("$name", ({ kind, json }) => {
    const value: unknown = JSON.parse(json);
    expect(
      comparable(
        rekey(value, (key) => key.replace(/(?<=[a-z])(?=[A-Z])/g, " ")),
        kind,
      ),
    ).toEqual(comparable(value, kind));
  });
});

describe("lists", () => {
  const items = (Item: unknown) =>
    parseStkCallback({
      Body: { stkCallback: { CheckoutRequestID: "1", ResultCode: 0, CallbackMetadata: { Item } } },
    }) as StkCallback;

  test("entries keep order, repetition and missing values", () => {
    const { items: list } = items([
      { Name: "A", Value: 1 },
      { Name: "B" },
      { Name: "a", Value: 2 },
      { Name: "B", Value: "" },
    ]);
    expect(list.entries).toEqual([
      ["A", 1],
      ["B", undefined],
      ["a", 2],
      ["B", ""],
    ]);
    expect(list.all("A")).toEqual([1, 2]);
    expect(list.all("B")).toEqual([undefined, ""]);
    expect(list.all("C")).toEqual([]);
    expect(list.get("B")).toBeUndefined();
  });

  test("of a repeated name the first that has a value wins", () => {
    expect(
      items([
        { Name: "Amount" },
        { Name: "Amount", Value: "" },
        { Name: "Amount", Value: 10 },
        { Name: "Amount", Value: 99 },
      ]).amount?.value,
    ).toBe(10);
  });

  test("order is no matter", () => {
    const { Item } = body("stk-paid").Body.stkCallback.CallbackMetadata;
    expect(items([...Item].reverse())).toMatchObject({ receipt: "UJ22T8IYOU", amount: { value: 1 } });
  });

  test.each([
    [[{ Name: "MpesaReceiptNumber", Value: "UJ22T8IYOU" }]],
    [{ Name: "MpesaReceiptNumber", Value: "UJ22T8IYOU" }],
    [{ Key: "MpesaReceiptNumber", Value: "UJ22T8IYOU" }],
  ])("one entry may stand without an array: %j", (Item) => {
    expect(items(Item)).toMatchObject({ receipt: "UJ22T8IYOU", issues: [] });
  });

  test("a list may stand without its wrapper", () => {
    const CallbackMetadata = body("stk-paid").Body.stkCallback.CallbackMetadata.Item;
    const read = parseStkCallback({
      Body: { stkCallback: { CheckoutRequestID: "1", ResultCode: 0, CallbackMetadata } },
    });
    expect(read).toMatchObject({ receipt: "UJ22T8IYOU", issues: [] });
  });

  test.each([[[]], [null], [{}], ["text"], [42], [[[]]], [[null, 1, "x", { Value: 1 }, { Name: "", Value: 2 }]]])(
    "%j is an empty list",
    (Item) => {
      expect(items(Item).items.entries).toEqual([]);
    },
  );

  test("names are found in any of the wire's spellings", () => {
    const result = parseStatusResult(body("status-other-spellings")) as StatusResult;
    expect(result.parameters.get("FinalisedTime")).toBe(result.parameters.get("FinalizedTime"));
    expect(result.parameters.get("ConversationID")).toBe("AG_20180223_000041b09c22e613d6c9");
    expect(parseB2bResult(body("b2b-credential-locked"))).toMatchObject({
      references: expect.objectContaining({ entries: expect.arrayContaining([["Occassion", undefined]]) }),
    });
  });

  test("a result with lists can be cloned for a worker or a store", () => {
    const clone = structuredClone(parseStkCallback(body("stk-paid")));
    expect(clone).toMatchObject({ receipt: "UJ22T8IYOU", items: { entries: expect.arrayContaining([["Amount", 1]]) } });
  });
});

describe("status results", () => {
  test("of two DebitPartyName entries the second is the creditor", () => {
    expect(parseStatusResult(body("status-completed"))).toMatchObject({
      debitParty: { account: "600310" },
      creditParty: { account: "254708374149", name: "John Doe" },
    });
  });

  test("CreditPartyName wins over a second DebitPartyName", () => {
    const value = body("status-completed");
    value.Result.ResultParameters.ResultParameter.push({ Key: "CreditPartyName", Value: "600000 - Third" });
    expect(parseStatusResult(value)).toMatchObject({
      debitParty: { account: "600310" },
      creditParty: { account: "600000" },
    });
  });

  test("a first DebitPartyName without a value is not replaced by the creditor's", () => {
    const value = body("status-completed");
    delete value.Result.ResultParameters.ResultParameter[0].Value;
    expect(parseStatusResult(value)).toMatchObject({ debitParty: undefined, creditParty: { account: "254708374149" } });
  });

  test("ids of the query and of the transaction are apart, even when the query's are missing", () => {
    const value = body("status-completed");
    const asked = {
      askedConversationId: "AG_20180223_000041b09c22e613d6c9",
      askedOriginatorConversationId: "3211-416020-3",
    };
    expect(parseStatusResult(value)).toMatchObject({
      conversationId: "AG_20180223_0000493344ae97d86f75",
      originatorConversationId: "3213-416199-2",
      ...asked,
    });
    delete value.Result.ConversationID;
    const read = parseStatusResult(value);
    expect(read).toMatchObject({ ...asked, issues: [{ path: "conversationId", problem: "missing" }] });
    expect("conversationId" in read).toBe(false);
  });
});

describe("placeholders", () => {
  test.each(["OAK0000000", "SKE0000000", "NLJ0000000", "LGS0000000", "OA90000000", "XXX0000000"])(
    "%s is no transaction id",
    (TransactionID) => {
      const read = parseB2bResult({ Result: { ResultCode: 2001, ConversationID: "AG_1", TransactionID } });
      expect("transactionId" in read).toBe(false);
      expect(read.raw).toHaveProperty("Result.TransactionID", TransactionID);
    },
  );
});

describe("a body of another kind than the route's is not taken for it", () => {
  const shapes = ["stk-paid", "b2c-paid", "c2bConfirmation-pay-bill", "ussd-paid"];
  const routes = ["stk", "b2c", "status", "c2bConfirmation", "c2bValidation"] as const;
  test.each(shapes.flatMap((name) => routes.map((kind) => [name, kind] as const)))("%s as %s", (name, kind) => {
    const family = (one: string) => one.replace(/^(status|b2c)$/, "result").replace(/^c2b.*/, "c2b");
    const fits = family(name.split("-")[0] ?? "") === family(kind);
    // A merchant's prompt has an amount and an id as a customer's payment has; only the route tells.
    if (name === "ussd-paid" && kind.startsWith("c2b")) return;
    expect(parseCallback(body(name), { kind }).kind).toBe(fits ? kind : "unrecognised");
  });
});

test("ussd fields are read", () => {
  expect(parseUssdCallback(body("ussd-cancelled"))).toMatchObject({
    outcome: "failed",
    requestId: "c2a9ba32-9e11-4b90-892c-7bc54944609a",
    paymentReference: "MAndbubry3hi",
    amount: { text: "71.0" },
  });
});

test.each(["pull-rows", "pull-bare-rows", "pull-one-row"])("%s gives its rows", (name) => {
  expect(parsePullNotification(body(name))).toMatchObject({
    transactions: expect.arrayContaining([
      expect.objectContaining({ transactionId: "yzlyrEsRG1", phoneNumber: { kind: "plain", value: "254722000000" } }),
    ]),
  });
});

test.each([{ Response: [[]] }, { Response: [] }, [[]], []].map((given) => [given]))(
  "%j is a pull of no rows",
  (given) => {
    expect(parsePullNotification(given)).toMatchObject({ kind: "pull", transactions: [], issues: [] });
  },
);
