import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type CallbackKind, parseCallback } from "../../src/callbacks/index.ts";
import { withoutCredential } from "../../src/callbacks/without-credential.ts";
import { body, fixtures } from "./fixtures.ts";
import { kinds } from "./kinds.ts";
import { mutant, randomFrom } from "./mutate.ts";

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
  test.each(writings)("is redacted %s, by every parser", (_name, write) => {
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
      { Key: "SecurityCredential", Value: "[redacted]", Note: "[redacted]" },
    ],
    text: '{"SecurityCredential":"[redacted]","b":[1,null,{"c":"x"}]}',
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

describe("a whole credential, once its name is seen,", () => {
  const whole = "bA9+".repeat(86);
  const lines = (length: number): string => whole.match(new RegExp(`.{1,${length}}`, "g"))?.join("\n") ?? "";
  const wholes: [string, unknown][] = [
    ["a text with the value first, in lines", `{Value=${lines(64)},Key=SecurityCredential}`],
    ["a text with the value first, in lines of 76", `{Value=${lines(76)}, Key=SecurityCredential}`],
    ["lines under the name", `SecurityCredential\n${lines(64)}`],
    ["a pair", [["SecurityCredential", whole]]],
    ["a pair with a short value", [["SecurityCredential", secret]]],
    ["Values", { Key: "SecurityCredential", Values: [whole] }],
    ["Values that are short", { Key: "SecurityCredential", Values: [secret] }],
    ["Val", { Key: "SecurityCredential", Val: secret }],
    ["parameter and value", { parameter: "SecurityCredential", value: secret }],
    ["another place", { names: ["SecurityCredential"], values: { deep: [lines(64)] } }],
    ["escaped slashes in broken JSON", `{"Value":"${whole.replaceAll("+", "\\/")}","Key":"SecurityCredential"`],
  ];
  test.each(wholes)("is redacted in %s", (_, echo) => {
    for (const value of [echo, { echo }, { Result: { echo } }, JSON.stringify(echo)])
      for (const read of asAny(value)) {
        const shown = JSON.stringify(read);
        expect(shown).not.toContain(secret);
        expect(shown).not.toMatch(/(bA9|A9\+|9\+b|A9\\+\/)/);
      }
  });

  test("takes no other text with it", () => {
    const sentence =
      "The service request has timed out while it waited for the core system and it was never processed at all";
    const QueueTimeoutURL = `https://example.com/hooks/${"a1".repeat(60)}`;
    const Result = { ResultDesc: sentence, OriginatorConversationID: "o-1", ConversationID: "AG_1", QueueTimeoutURL };
    const { raw } = parseCallback({ Result, SecurityCredential: whole, Note: "The security credential is locked." });
    expect(raw).toEqual({ Result, SecurityCredential: "[redacted]", Note: "The security credential is locked." });
  });

  test("a result that says no more than the name keeps its ids", () => {
    const Result = { ...body("b2c-paid").Result, ResultDesc: "SecurityCredential" };
    expect(parseCallback({ Result }).raw).toEqual({ Result });
  });
});

describe("what raw keeps is read the same again", () => {
  const again = (value: unknown, kind?: CallbackKind): void => {
    const read = parseCallback(value, kind && { kind });
    expect(parseCallback(read.raw, kind && { kind })).toEqual(read);
    // As an inbox stores it.
    const stored = JSON.stringify(read.raw);
    if (stored !== undefined) expect(parseCallback(JSON.parse(stored), kind && { kind })).toEqual(read);
    expect(withoutCredential(read.raw)).toEqual(read.raw);
  };

  test.each(fixtures)("$name", ({ json, kind }) => {
    again(JSON.parse(json));
    again(JSON.parse(json), kind);
    const given = JSON.parse(json) as Record<string, unknown>;
    again({ ...given, SecurityCredential: secret }, kind);
    if (given["Result"]) again({ Result: { ...given["Result"], SecurityCredential: secret } }, kind);
  });

  test.each(Object.entries(forms))("%s", (_, form) => {
    for (const [, write] of writings.slice(0, 6)) for (const kind of everyKind) again(write(form), kind);
  });

  test("a blank credential stays blank, and no sign of a timeout", () => {
    for (const SecurityCredential of ["", " ", null]) {
      const given = { Result: { ...body("b2c-paid").Result, SecurityCredential } };
      expect(parseCallback(given)).toMatchObject({ kind: "b2c", raw: given });
      again(given);
    }
  });

  test("mutated bodies and broken texts", () => {
    const property = fc.property(fc.integer(), (seed) => {
      const random = randomFrom(seed);
      // What JSON cannot hold arrives nowhere.
      const value: unknown = JSON.parse(JSON.stringify(mutant(random)));
      const kind = everyKind[random(everyKind.length)];
      again(value, kind);
      again({ Result: value, SecurityCredential: "x" }, kind);
      const text = JSON.stringify({ value, SecurityCredential: "bA9/".repeat(86) });
      const cut = random(text.length);
      again({ echo: text.slice(0, cut) }, kind);
      again({ echo: text.slice(cut) }, kind);
    });
    fc.assert(property, { numRuns: 2_000 });
  });
});

describe("at any depth that the limit of a body allows", () => {
  const wrappings: [string, string, string][] = [
    ["arrays", "[", "]"],
    ["objects", '{"a":', "}"],
    ["lists", '[{"Key":"k","Value":', "}]"],
    ["results", '{"Result":', "}"],
  ];
  const bare = Object.entries(forms).filter(([name]) => name !== "JSON for a key");

  test.each(wrappings)("it is redacted in %s", (_, open, close) => {
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
