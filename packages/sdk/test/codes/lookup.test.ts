import type { CodeInfo } from "@mpesa/raw/codes";
import { describe, expect, it } from "vitest";
import { lookupCode } from "../../src/codes/lookup.ts";

const common = { meaning: "m", hint: "h", fault: "merchant", next: "fix", evidence: "observed" } as const;
const table: readonly CodeInfo[] = [
  { ...common, code: "7", name: "SevenOfPush", operations: ["stkPush"] },
  { ...common, code: "7", name: "Seven" },
  {
    ...common,
    code: "500",
    name: "Fault",
    customer: "ourProblem",
    variants: [
      { ...common, match: "Wrong", operations: ["stkQuery"], name: "WrongInQuery" },
      { ...common, match: "Wrong", name: "Wrong", next: "no" },
      { ...common, match: "", name: "Silent", customer: "pending" },
    ],
  },
  { ...common, code: "oauth.*", name: "TokenFault" },
];

describe("lookupCode", () => {
  it("finds the entry of the operation, else the one for all", () => {
    expect(lookupCode(table, "7", { operation: "stkPush" })?.name).toBe("SevenOfPush");
    expect(lookupCode(table, "7", { operation: "reversal" })?.name).toBe("Seven");
  });

  it("takes the first variant whose text and operation fit, in any letter case", () => {
    expect(lookupCode(table, "500", { message: "it is WRONG", operation: "stkQuery" })?.name).toBe("WrongInQuery");
    expect(lookupCode(table, "500", { message: "it is WRONG", operation: "stkPush" })).toMatchObject({
      name: "Wrong",
      next: "no",
    });
    expect(lookupCode(table, "500", { message: "else" })?.name).toBe("Fault");
  });

  it("tells an empty message from none", () => {
    expect(lookupCode(table, "500", { message: " " })?.name).toBe("Silent");
    expect(lookupCode(table, "500")?.name).toBe("Fault");
  });

  it("matches a prefix and gives back the whole code", () => {
    expect(lookupCode(table, "oauth.v2.Expired")).toMatchObject({ name: "TokenFault", code: "oauth.v2.Expired" });
    expect(lookupCode(table, "oauth")).toBeUndefined();
    expect(lookupCode(table, "5")).toBeUndefined();
  });

  it("gives a plain meaning, without the table's own fields", () => {
    expect(lookupCode(table, "500", { message: "wrong" })).not.toHaveProperty("variants");
    expect(lookupCode(table, "500", { message: "wrong" })).not.toHaveProperty("match");
  });

  it("gives a variant a sentence of its own for the customer, else that of the code", () => {
    expect(lookupCode(table, "500", { message: "" })?.customer).toBe("pending");
    expect(lookupCode(table, "500", { message: "wrong" })?.customer).toBe("ourProblem");
  });
});
