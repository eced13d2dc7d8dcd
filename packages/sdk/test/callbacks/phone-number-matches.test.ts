import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { phoneNumberMatches } from "../../src/callbacks/index.ts";

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

test.each(["0708374149", "708374149", "+254 708 374 149", "254708374149", 254708374149])(
  "%s is the whole number",
  async (known) => {
    expect(await phoneNumberMatches(known, { kind: "plain", value: "254708374149" })).toBe("yes");
    expect(await phoneNumberMatches(known, { kind: "plain", value: "254708374148" })).toBe("no");
  },
);

test("a hash is that of the twelve digits", async () => {
  const parsed = { kind: "sha256", value: sha256("254708374149") } as const;
  expect(await phoneNumberMatches("0708374149", parsed)).toBe("yes");
  expect(await phoneNumberMatches("0708374148", parsed)).toBe("no");
});

test.each([
  ["254708***149", "maybe"],
  ["2547*****149", "maybe"],
  ["2547*****", "maybe"],
  ["*********149", "maybe"],
  ["0708***149", "maybe"],
  ["708***149", "maybe"],
  ["*****", "maybe"],
  ["2547*****126", "no"],
  ["254711***149", "no"],
] as const)("of %s the visible digits decide: %s", async (value, answer) => {
  expect(await phoneNumberMatches("0708374149", { kind: "masked", value })).toBe(answer);
});

test("a callback without a number may be anyone's, and what is no number is nobody's", async () => {
  expect(await phoneNumberMatches("0708374149", undefined)).toBe("maybe");
  expect(await phoneNumberMatches("nobody", { kind: "plain", value: "254708374149" })).toBe("no");
  expect(await phoneNumberMatches("nobody", { kind: "sha256", value: sha256("nobody") })).toBe("no");
});
