import * as v from "valibot";
import { describe, expect, it } from "vitest";
import * as mini from "./snapshots/mini/src/generated/validators.ts";

const request = {
  Amount: 1,
  PhoneNumber: "254708374149",
  TransactionType: "CustomerPayBillOnline",
  CallBackURL: "https://example.com/paid",
};

describe("a value that is a number or text", () => {
  it.each([1, 250_000, "1", "250000"])("accepts %j", (Amount) => {
    expect(v.is(mini.stkPushRequestSchema, { ...request, Amount })).toBe(true);
  });

  it.each([0, 250_001, 1.5, Number.NaN, "", "1.5", "-1", "1234567", true, null, [1]])("refuses %j", (Amount) => {
    expect(v.is(mini.stkPushRequestSchema, { ...request, Amount })).toBe(false);
  });
});

describe("other keywords", () => {
  it.each([
    ["pattern", { PhoneNumber: "0712345678" }],
    ["enum", { TransactionType: "Gift" }],
    ["format", { CallBackURL: "not a url" }],
    ["maxLength", { AccountReference: "1234567890123" }],
    ["minLength", { AccountReference: "" }],
    ["optional does not mean undefined", { AccountReference: undefined }],
    ["required", { PhoneNumber: undefined }],
  ])("%s", (_name, change) => {
    expect(v.is(mini.stkPushRequestSchema, { ...request, ...change })).toBe(false);
  });

  it("takes null and absence where the schema does", () => {
    expect(v.is(mini.stkPushRequestSchema, { ...request, AccountReference: null })).toBe(true);
    expect(v.is(mini.stkPushRequestSchema, request)).toBe(true);
  });

  it("compares numbers and texts of an enum by type", () => {
    for (const ResultCode of [0, "0"]) expect(v.is(mini.callbackReplySchema, { ResultCode })).toBe(true);
    for (const ResultCode of [1, "00", false]) expect(v.is(mini.callbackReplySchema, { ResultCode })).toBe(false);
  });
});

describe("callbacks", () => {
  const callback = { CheckoutRequestID: "ws_CO_1", ResultCode: 0 };

  it("takes one item or a list of them", () => {
    for (const Item of [{ Name: "Amount", Value: 1 }, [{ Name: "Amount", Value: "1" }, { Name: "Balance" }], []]) {
      expect(v.is(mini.stkCallbackSchema, { ...callback, Item })).toBe(true);
    }
    for (const Item of [null, "Amount", [{ Value: 1 }], { Name: 1 }]) {
      expect(v.is(mini.stkCallbackSchema, { ...callback, Item })).toBe(false);
    }
  });

  it("keeps keys and open values that nobody knew", () => {
    const gained = { ...callback, NewKey: { deep: true }, Item: { Name: "NewName", Value: 1, Extra: 2 } };
    expect(v.parse(mini.stkCallbackSchema, gained)).toEqual(gained);
  });
});
