import type { OperationInfo } from "@mpesa/raw";
import type { JsonObject } from "@mpesa/scripts/json";
import * as v from "valibot";
import { expect, test } from "vitest";
import { Coverage } from "./coverage.ts";
import { names } from "./mock.ts";
import { planOperation, withUrls } from "./plan.ts";
import { wrongValues } from "./wrong-values.ts";

const validators = {
  pingAnswerSchema: v.looseObject({ pong: v.string() }),
  pingNoticeSchema: v.looseObject({ at: v.number() }),
};
const info = {
  id: "ping",
  method: "POST",
  path: "/ping",
  auth: "bearer",
  request: "PingRequest",
  response: "PingAnswer",
  callbacks: [{ name: "notice", urlField: "NoticeUrl", schema: "PingNotice", reply: null }],
} as unknown as OperationInfo;

interface Parts {
  request?: JsonObject;
  answer?: JsonObject;
  notice?: JsonObject;
  properties?: JsonObject;
  callback?: string;
}

/** A document with one operation, as a newcomer would add it to the spec. */
function document(parts: Parts = {}): JsonObject {
  const json = (schema: JsonObject, examples: JsonObject): JsonObject => ({
    content: { "application/json": { schema, examples } },
  });
  const { callback = "notice" } = parts;
  const notice = json({}, parts.notice ?? { first: { value: { at: 1 } } });
  const properties = parts.properties ?? {
    Word: { type: "string", maxLength: 3 },
    NoticeUrl: { type: "string", pattern: "^https?:" },
  };
  const ping = {
    operationId: "ping",
    requestBody: json(
      { type: "object", required: ["Word"], properties },
      parts.request ?? { first: { value: { Word: "abc", NoticeUrl: "https://example.com/a" } } },
    ),
    responses: {
      "200": json({}, parts.answer ?? { first: { value: { pong: "a" } }, second: { value: { pong: "b" } } }),
    },
    callbacks: { [callback]: { "{$request.body#/NoticeUrl}": { post: { requestBody: notice } } } },
  };
  return { paths: { "/ping": { post: ping } } };
}

test("an operation that the tests have never seen is planned from the spec alone", () => {
  const plan = planOperation(info, { document: document(), validators });
  expect(plan.requests).toEqual([{ name: "first", body: { Word: "abc", NoticeUrl: "https://example.com/a" } }]);
  expect(plan.answers).toEqual([
    ["first", { pong: "a" }],
    ["second", { pong: "b" }],
  ]);
  expect(plan.wrong.map(({ name }) => name)).toEqual([
    "Word: misspelt",
    "Word: type",
    "Word: maxLength",
    "NoticeUrl: type",
    "NoticeUrl: pattern",
  ]);
  expect(plan.wrong[0]?.body).toEqual({ Wordx: "abc", NoticeUrl: "https://example.com/a" });
  expect(plan.callbacks.map(({ name, urlField }) => [name, urlField])).toEqual([["notice", "NoticeUrl"]]);
});

test("the checks of a plan are those of the validators", () => {
  const plan = planOperation(info, { document: document(), validators });
  expect(plan.checkAnswer({ pong: "a", more: true })).toEqual([]);
  expect(plan.checkAnswer({ pong: 1 })).toEqual([expect.stringContaining("pong: ")]);
  expect(plan.callbacks[0]?.check({ at: "1" })).toEqual([expect.stringContaining("at: ")]);
});

test.each<[string, Parts, string]>([
  ["a request example", { request: {} }, "its request has no example"],
  ["an answer example", { answer: {} }, "its answer has no example"],
  ["a callback example", { notice: {} }, "its callback notice has no example"],
  [
    "a field for the callback's URL",
    { properties: { Word: { type: "string" } } },
    "its request has no field for the URL of notice",
  ],
  ["a rule on a field", { properties: { NoticeUrl: {} } }, "NoticeUrl: its schema has no rule that a test could break"],
  ["its callback in the table", { callback: "other" }, "its callbacks are not those of the spec"],
])("an operation without %s cannot be covered", (_, parts, reason) => {
  expect(() => planOperation(info, { document: document(parts), validators })).toThrow(
    `ping cannot be covered: ${reason}`,
  );
});

test("an operation whose validator is missing or takes anything cannot be covered", () => {
  const { pingAnswerSchema, pingNoticeSchema } = validators;
  const plan = (some: Record<string, unknown>) => () => planOperation(info, { document: document(), validators: some });
  expect(plan({ pingNoticeSchema })).toThrow("it has no validator for PingAnswer");
  expect(plan({ pingAnswerSchema })).toThrow("it has no validator for PingNotice");
  expect(plan({ pingAnswerSchema: v.unknown(), pingNoticeSchema })).toThrow("it has no validator for PingAnswer");
});

test("a path that belongs to another operation is noticed", () => {
  const other = { ...info, path: "/pong" } as OperationInfo;
  expect(() => planOperation(other, { document: document(), validators })).toThrow("has another operationId");
});

test("no URL of an example is left in what is sent", () => {
  const body = { Url: "https://example.com/a", Other: "HTTP://EXAMPLE.COM", Text: "https", Count: 1 };
  expect(withUrls(body, (field) => `http://127.0.0.1/${field}`)).toEqual({
    Url: "http://127.0.0.1/Url",
    Other: "http://127.0.0.1/Other",
    Text: "https",
    Count: 1,
  });
});

test("wrong values break one rule each", () => {
  const schema = {
    type: ["integer", "string"],
    minimum: 1,
    maximum: 9,
    minLength: 2,
    maxLength: 3,
    pattern: "^[0-9]+$",
  };
  expect(wrongValues(schema)).toEqual([
    { rule: "type", value: { not: "integer,string" } },
    { rule: "minLength", value: "x" },
    { rule: "maxLength", value: "xxxx" },
    { rule: "pattern", value: "?" },
    { rule: "minimum", value: 0 },
    { rule: "maximum", value: 10 },
    { rule: "integer", value: 1.5 },
  ]);
  expect(wrongValues({ type: "string", enum: ["a", "b"] }).map(({ value }) => value)).toEqual([
    { not: "string" },
    "not-a",
  ]);
  expect(() => wrongValues({})).toThrow("no rule");
  expect(() => wrongValues({ type: "string", pattern: "" })).toThrow("no text is known");
});

test("Prism names a field by place or by key, and only in the request", () => {
  const finding = (location: string[], message: string): string => JSON.stringify([{ location, message }]);
  expect(names(finding(["request", "body", "Amount"], "must be integer"), "Amount")).toBe(true);
  expect(names(finding(["request", "body"], "must have required property 'Amount'"), "Amount")).toBe(true);
  expect(names(finding(["request", "body"], "must have required property 'AmountPaid'"), "Amount")).toBe(false);
  expect(names(finding(["response", "body", "Amount"], "must be integer"), "Amount")).toBe(false);
  expect(names(undefined, "Amount")).toBe(false);
});

test("the table shows every gap", () => {
  const coverage = new Coverage(["ping", "pong"]);
  for (const column of ["request valid", "answer valid", "unauthorised refused", "bad field refused"] as const) {
    coverage.prove("ping", column, "1 example");
    coverage.prove("pong", column, "1 example");
  }
  coverage.prove("ping", "callback parsed", "1");
  coverage.prove("other", "callback parsed", "1");
  expect(coverage.gaps()).toEqual(["pong: callback parsed"]);
  const [header, , ping, pong] = coverage.toString().split("\n");
  expect(header).toMatch(
    /^operation +request valid +answer valid +unauthorised refused +bad field refused +callback parsed$/,
  );
  expect(ping).toMatch(/^ping( +1 example){4} +1$/);
  expect(pong).toMatch(/^pong( +1 example){4} +GAP$/);
});
