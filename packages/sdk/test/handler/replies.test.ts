import { readFileSync } from "node:fs";
import { C2bReplyCode } from "@mpesa/raw/codes";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { accept, reject } from "../../src/callbacks/index.ts";
import { post, ROUTES, recording, urlOf } from "./setup.ts";

/** A sample of the spec, where wire texts live. */
function example(name: string): unknown {
  const file = new URL(`../../../../spec/examples/${name}.yml`, import.meta.url);
  return (parse(readFileSync(file, "utf8")) as { value: unknown }).value;
}

test.each(ROUTES)("$kind $product is acknowledged as the spec says", async (route) => {
  const { handler } = recording({ on: { c2bValidation: () => accept({ thirdPartyTransId: "1234567890" }) } });
  const answer = await handler(post(await urlOf(handler, route), route.payload));
  expect(answer.status).toBe(200);
  expect(answer.headers.get("content-type")).toMatch(/^application\/json/);
  const sample = { c2bValidation: "c2b/validation-accept", c2bConfirmation: "c2b/confirmation-received" }[
    route.kind as string
  ];
  expect(await answer.json()).toStrictEqual(example(sample ?? "replies/accepted"));
});

test("a rejection reads as the spec says", () => {
  expect(reject("C2B00012")).toStrictEqual(example("c2b/validation-reject"));
});

test("every code but acceptance can reject", () => {
  for (const code of Object.values(C2bReplyCode)) {
    if (code !== C2bReplyCode.Accept) expect(reject(code).ResultCode).toBe(code);
  }
  // @ts-expect-error: 0 would accept
  expect(() => reject("0")).toThrow(RangeError);
  for (const code of ["C2B99999", "foo", "", 0, undefined, null, {}])
    expect(() => reject(code as "C2B00016")).toThrow(/one of C2B00011,/);
});

test("an acceptance takes a text or nothing", () => {
  for (const thirdPartyTransId of [{}, 1042, null])
    expect(() => accept({ thirdPartyTransId } as object)).toThrow(new TypeError("thirdPartyTransId must be a text"));
});

test("an acceptance without an id sends none", () => {
  expect(JSON.parse(JSON.stringify(accept()))).toStrictEqual({ ResultCode: "0", ResultDesc: "Accepted" });
});
