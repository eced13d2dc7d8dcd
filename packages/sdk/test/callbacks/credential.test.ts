import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type CallbackKind, parseCallback } from "../../src/callbacks/index.ts";
import { body } from "./fixtures.ts";
import { kinds } from "./kinds.ts";

const secret = "not-a-real-credential";
/** What a handler takes by default. */
const MAX_BYTES = 65_536;
const everyKind: readonly (CallbackKind | undefined)[] = [...kinds, undefined];
const asAny = (value: unknown) => everyKind.map((kind) => parseCallback(value, kind && { kind }));

const forms: Record<string, unknown> = {
  "a key": { SecurityCredential: secret },
  "a key that drifts": { "initiator security_credential": secret },
  "an object under its key": { SecurityCredential: { Value: [secret] } },
  "Key and Value": { Key: "SecurityCredential", Value: secret },
  "Name and Value": { Name: "SecurityCredential", Value: secret },
  "Value before Key": { Value: secret, Key: "Security Credential" },
  "letters of another case": { key: "SECURITYCREDENTIAL", VALUE: secret },
  "a value that is an object": { Name: "SecurityCredential", Value: { deep: [secret] } },
  "a list": [
    { Key: "Amount", Value: 1 },
    { Key: "SecurityCredential", Value: secret },
  ],
  "a list in a list": [[[{ Key: "SecurityCredential", Value: secret }]]],
  "JSON for a key": { [JSON.stringify({ SecurityCredential: secret })]: "" },
};

/** JSON, and JSON in JSON. */
const writings: [string, (value: unknown) => unknown][] = [
  ["as it is", (value) => value],
  ["in a text", (value) => JSON.stringify(value)],
  ["in a text in a text", (value) => JSON.stringify(JSON.stringify(value))],
  ["in a text of a list", (value) => [{ Key: "Echo", Value: JSON.stringify([{ inner: JSON.stringify(value) }]) }]],
  ["in a list of a result", (value) => ({ Result: { ResultParameters: { ResultParameter: [value].flat() } } })],
  ["beside a paid push", (value) => ({ ...body("stk-paid"), extra: value })],
  ["beside a big integer", (value) => ({ Amount: 10n, extra: value })],
];

describe.each(Object.entries(forms))("%s", (_, form) => {
  test.each(writings)("is removed %s, by every parser", (_name, write) => {
    for (const read of asAny(write(form))) {
      const shown = JSON.stringify(read, (_key, value: unknown) => (typeof value === "bigint" ? `${value}` : value));
      expect(shown).not.toContain(secret);
    }
  });
});

test("all that stands beside it stays, and the original is not changed", () => {
  const given = {
    a: [
      { Key: "Amount", Value: 10 },
      { Key: "SecurityCredential", Value: secret, Note: "n" },
    ],
    text: JSON.stringify({ SecurityCredential: secret, b: [1, null, { c: "x" }] }),
    ResultDesc: "The security credential is locked.",
    ["__proto__"]: 1,
  };
  const before = JSON.stringify(given);
  expect(parseCallback(given).raw).toEqual({
    a: [
      { Key: "Amount", Value: 10 },
      { Key: "SecurityCredential", Note: "n" },
    ],
    text: '{"b":[1,null,{"c":"x"}]}',
    ResultDesc: "The security credential is locked.",
    ["__proto__"]: 1,
  });
  expect(JSON.stringify(given)).toBe(before);
});

test.each([
  ["single quotes", `{'Key':'SecurityCredential','Value':'${secret}','x':1}`],
  ["XML", `<i><Name>SecurityCredential</Name><Value>${secret}</Value></i>`],
  ["a form", `Key=SecurityCredential&Value=${secret}&x=1`],
  ["percent-encoded JSON", encodeURIComponent(JSON.stringify([{ Key: "SecurityCredential", Value: secret }]))],
])("a list in a text of %s is cleaned too", (_, echo) => {
  for (const read of asAny({ echo })) expect(JSON.stringify(read)).not.toContain(secret);
});

test("a whole credential goes from a text that names it, wherever it stands", () => {
  const whole = "bA9+".repeat(86);
  for (const echo of [`Invalid SecurityCredential - ${whole}`, `<Value>${whole}</Value><Key>SecurityCredential</Key>`])
    for (const read of asAny({ echo })) expect(JSON.stringify(read)).not.toContain(whole);
});

describe("at any depth that the limit of a body allows", () => {
  const wrappings: [string, string, string][] = [
    ["arrays", "[", "]"],
    ["objects", '{"a":', "}"],
    ["lists", '[{"Key":"k","Value":', "}]"],
    ["results", '{"Result":', "}"],
  ];
  const bare = Object.entries(forms).filter(([name]) => name !== "JSON for a key");

  test.each(wrappings)("it is removed from %s", (_, open, close) => {
    for (const [, form] of bare) {
      const json = JSON.stringify(form);
      const levels = Math.floor((MAX_BYTES - json.length) / (open.length + close.length));
      const text = open.repeat(levels) + json + close.repeat(levels);
      for (const value of [JSON.parse(text), { echo: text, extra: JSON.parse(text) }])
        for (const kind of ["b2c", "timeout", undefined] as const) {
          const read = parseCallback(value, kind && { kind });
          expect(holds(read, secret), `${levels} levels as ${kind}`).toBe(false);
        }
    }
  });

  test("a deep body that names none is given back as it is", () => {
    const value: unknown = JSON.parse("[".repeat(MAX_BYTES / 2) + "]".repeat(MAX_BYTES / 2));
    expect(parseCallback(value).raw).toBe(value);
  });

  test("what stands beside it in the depth stays", () => {
    const levels = 10_000;
    const value: unknown = JSON.parse(
      `${"[".repeat(levels)}{"x":"kept","SecurityCredential":"${secret}"}${"]".repeat(levels)}`,
    );
    const { raw } = parseCallback(value);
    expect(holds(raw, "kept")).toBe(true);
    expect(holds(raw, secret)).toBe(false);
  });
});

test("in any nest of objects, lists and texts nothing of it is left, and nothing throws", () => {
  const wrap = fc.constantFrom<(value: unknown) => unknown>(
    (value) => [value],
    (value) => ({ a: value, ResultCode: 0 }),
    (value) => ({ Result: value }),
    (value) => [
      { Key: "Amount", Value: 1 },
      { Key: "Echo", Value: value },
    ],
    (value) => JSON.stringify(value),
    (value) => ({ ...body("b2c-paid"), echo: value }),
  );
  const form = fc.constantFrom(...Object.values(forms));
  const property = fc.property(
    form,
    fc.array(wrap, { maxLength: 8 }),
    fc.constantFrom(...everyKind),
    (start, wraps, kind) => {
      const value = wraps.reduce((inner, outer) => outer(inner), start);
      expect(JSON.stringify(parseCallback(value, kind && { kind }))).not.toContain(secret);
    },
  );
  fc.assert(property, { numRuns: 2_000 });
});

/** Whether a text or a key anywhere in a value contains this; without recursion. */
function holds(value: unknown, part: string): boolean {
  const open: unknown[] = [value];
  while (open.length > 0) {
    const one = open.pop();
    if (typeof one === "string" && one.includes(part)) return true;
    if (typeof one === "object" && one !== null) for (const entry of Object.entries(one)) open.push(...entry);
  }
  return false;
}
