import { afterEach, describe, expect, test } from "vitest";
import * as callbacks from "../../src/callbacks/index.ts";
import { type CallbackKind, parseCallback } from "../../src/callbacks/index.ts";
import { body, fixtures } from "./fixtures.ts";
import { kinds } from "./kinds.ts";

const parsers = Object.entries(callbacks).filter(([name]) => /^parse/.test(name)) as [
  string,
  (value: unknown) => { kind: string },
][];

/** An object whose members throw when they are read. */
const thrower = (): object =>
  Object.defineProperties(
    {},
    Object.fromEntries(
      ["Body", "Result", "TransID", "CommandID"].map((key) => [
        key,
        {
          enumerable: true,
          get: () => {
            throw new Error("read");
          },
        },
      ]),
    ),
  );
const revoked = (): object => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
};
const angry = (): object =>
  new Proxy(
    {},
    new Proxy(
      {},
      {
        get: () => () => {
          throw new Error("trap");
        },
      },
    ),
  );
const cyclic = (): object => {
  const one: Record<string, unknown> = { ResultCode: 0, CommandID: "BusinessPayment" };
  Object.assign(one, {
    Body: one,
    stkCallback: one,
    Result: one,
    Item: one,
    CallbackMetadata: [one],
    ResultParameters: one,
  });
  return one;
};
const nested = (open: string, close: string, bytes: number): unknown => {
  const depth = Math.floor(bytes / (open.length + close.length));
  return JSON.parse(`${open.repeat(depth)}1${close.repeat(depth)}`);
};

const values: [string, () => unknown][] = [
  ["undefined", () => undefined],
  ["null", () => null],
  ["true", () => true],
  ["a number", () => 1],
  ["NaN", () => Number.NaN],
  ["a big integer", () => 1n],
  ["a symbol", () => Symbol("s")],
  ["a function", () => parseCallback],
  ["an empty text", () => ""],
  ["JSON in a text", () => JSON.stringify(body("stk-paid"))],
  ["an array", () => [1, [2], { Body: 1 }]],
  ["a date", () => new Date(0)],
  ["a map", () => new Map([["Body", 1]])],
  ["an object without prototype", () => Object.create(null)],
  ["getters that throw", thrower],
  ["an envelope of getters that throw", () => ({ Result: thrower(), Body: { stkCallback: thrower() } })],
  ["a revoked proxy", revoked],
  ["a revoked proxy inside", () => ({ Body: { stkCallback: revoked() }, Result: revoked(), Response: [revoked()] })],
  ["a proxy whose traps throw", angry],
  ["an object in a circle", cyclic],
  [
    "an object with a hostile toJSON",
    () => ({
      ...body("stk-paid"),
      toJSON: () => {
        throw new Error("json");
      },
    }),
  ],
  [
    "objects for texts",
    () => ({
      Result: {
        ResultCode: {
          toString: () => {
            throw new Error("text");
          },
        },
        ConversationID: { valueOf: () => 1 },
      },
    }),
  ],
  ["a mebibyte of arrays", () => nested("[", "]", 1_048_576)],
  ["a mebibyte of bodies", () => nested('{"Body":', "}", 1_048_576)],
  ["a mebibyte of results", () => nested('{"Result":', "}", 1_048_576)],
  ["a mebibyte of responses", () => nested('{"Response":[', "]}", 1_048_576)],
  [
    "64 KiB of lists around a credential",
    () => {
      const levels = 2_500;
      const inner = '{"Key":"SecurityCredential","Value":"x"}';
      return JSON.parse(`${'[{"Key":1,"Value":'.repeat(levels)}${inner}${"}]".repeat(levels)}`);
    },
  ],
  ["a credential in a circle", () => ({ Result: cyclic(), SecurityCredential: "x" })],
  [
    "a credential beside a revoked proxy in the depth",
    () => [nested("[", "]", 60_000), revoked(), "SecurityCredential"],
  ],
  [
    "a credential beside getters that throw, in the depth",
    () => ({ Result: thrower(), deep: nested("[", "]", 60_000), SecurityCredential: "x" }),
  ],
  ["a mebibyte inside a paid push", () => ({ ...body("stk-paid"), extra: nested("[", "]", 1_048_576) })],
];

describe.each(values)("%s", (_, make) => {
  test.each(parsers)("%s gives a kind", (_name, parse) => {
    const value = make();
    const read = parse(value) as callbacks.Callback;
    expect([...kinds, "unrecognised"]).toContain(read.kind);
    expect(read).toHaveProperty("issues");
    expect(Object.getPrototypeOf(read)).toBe(Object.prototype);
    if (read.kind === "unrecognised") expect(read.issues.length).toBeGreaterThan(0);
  });

  test.each(kinds)("as %s", (kind) => {
    expect([kind, "timeout", "unrecognised"]).toContain(parseCallback(make(), { kind }).kind);
  });
});

test.each(["", "nothing", "__proto__", "constructor", "toString", "unrecognised"])(
  "the kind %j of a caller without types throws nothing",
  (kind) => {
    const read = parseCallback(body("stk-paid"), { kind: kind as CallbackKind });
    expect(["stk", "unrecognised"]).toContain(read.kind);
  },
);

describe("prototypes", () => {
  afterEach(() => {
    for (const name of ["polluted", "ResultCode", "kind"]) Reflect.deleteProperty(Object.prototype, name);
  });

  test.each(kinds)("__proto__ and constructor keys pollute nothing as %s", (kind) => {
    for (const { json } of fixtures) {
      const poisoned = json.replace(
        /\{/g,
        '{"__proto__":{"polluted":1,"ResultCode":0,"kind":"x"},"constructor":{"prototype":{"polluted":1}},"prototype":{"polluted":1},',
      );
      let value: unknown;
      try {
        value = JSON.parse(poisoned.replace(/,\s*\}/g, "}"));
      } catch {
        continue;
      }
      const read = parseCallback(value, { kind }) as unknown as Record<string, unknown>;
      expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
      expect(Object.getPrototypeOf(read)).toBe(Object.prototype);
      expect(read["polluted"]).toBeUndefined();
    }
  });

  test("a code inherited from a polluted prototype is not read", () => {
    Object.assign(Object.prototype, { ResultCode: 0 });
    const read = parseCallback({ Body: { stkCallback: { CheckoutRequestID: "1" } } }, { kind: "stk" });
    expect(read).toMatchObject({ outcome: "unknown" });
  });
});

test("fields of a body cannot pose as those of the result", () => {
  const read = parseCallback(
    {
      Result: {
        ...body("b2c-credential-locked").Result,
        kind: "stk",
        outcome: "succeeded",
        raw: 1,
        issues: 1,
        code: { next: "none" },
        confidence: "certain",
        transactions: [],
        version: "v9",
      },
    },
    { kind: "b2c" },
  );
  expect(read).toMatchObject({ kind: "b2c", outcome: "failed", issues: [], code: { next: "no" } });
});

test("one entry that cannot be read does not spoil the rest", () => {
  const odd = { toString: 1, valueOf: null };
  const push = body("stk-paid");
  push.Body.stkCallback.CallbackMetadata.Item.push({ Name: odd, Value: odd }, { Name: "Odd", Value: odd });
  expect(parseCallback(push)).toMatchObject({ kind: "stk", outcome: "succeeded", receipt: "UJ22T8IYOU", issues: [] });
  const balance = body("balance-rows");
  balance.Result.ResultParameters.ResultParameter.push(
    { Key: "ActionType", Value: odd },
    { Key: "ErrorMsg", Value: odd },
  );
  balance.Result.ResultParameters.ResultParameter.shift();
  expect(parseCallback(balance, { kind: "balance" })).toMatchObject({ kind: "balance", outcome: "succeeded" });
  expect(parseCallback(balance)).toMatchObject({
    kind: "balance",
    confidence: "likely",
    issues: [{ path: "errorMessage" }],
  });
});
