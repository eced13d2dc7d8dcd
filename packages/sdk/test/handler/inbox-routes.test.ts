import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Inbox } from "../../src/callbacks/inbox/inbox.ts";
import { memoryInbox } from "../../src/callbacks/inbox/memory.ts";
import { sqliteInbox } from "../../src/callbacks/inbox/sqlite.ts";
import type { CallbackContext } from "../../src/callbacks/index.ts";
import { body } from "../callbacks/fixtures.ts";
import { post, ROUTES, recording, urlOf } from "./setup.ts";

const hasSqlite: boolean = process.getBuiltinModule?.("node:sqlite") !== undefined;
const stores: [string, () => Promise<Inbox>][] = [
  ["memory", async () => memoryInbox()],
  ...(hasSqlite ? [["SQLite", () => sqliteInbox(":memory:")] as never] : []),
];
const DELIVERED = ROUTES.filter(({ kind }) => kind !== "c2bValidation");

/** The push of one id, ended in one code. */
function push(id: string, code = 0): unknown {
  const payload = body("stk-paid");
  Object.assign(payload.Body.stkCallback, { CheckoutRequestID: id, ResultCode: code });
  return payload;
}

describe.each(stores)("who knows one signed URL, with an inbox in %s,", (_store, make) => {
  test.each(DELIVERED)("cannot silence what comes to another one: $kind $product", async (route) => {
    const { handler, calls } = recording({ inbox: await make() });
    const leaked = await urlOf(handler, route, "INV-1");
    const other = await urlOf(handler, route, "INV-2");
    for (const url of [leaked, leaked, other, other])
      expect((await handler(post(url, route.payload))).status).toBe(200);
    expect(calls.map(({ reference }) => reference)).toEqual(["INV-1", "INV-2"]);
  });

  test.each([
    [0, 0],
    [0, 1037],
    [1037, 0],
    [1037, 1037],
    [4999, 4999],
  ])("cannot silence a payment that ends in %j after a forged %j", async (forged, real) => {
    const { handler, calls } = recording({ inbox: await make() });
    await handler(post(await handler.url("stk", { reference: "INV-1" }), push("ws_CO_1", forged)));
    await handler(post(await handler.url("stk", { reference: "INV-2" }), push("ws_CO_1", real)));
    expect(calls.map(({ reference }) => reference)).toEqual(["INV-1", "INV-2"]);
  });

  test("cannot make a key of another reference by what is in the id", async () => {
    const { handler, calls } = recording({ inbox: await make() });
    const parts = ["INV", "1", "stk:ws_CO_1", "ws_CO_1", "/", ":", "%2F", ""];
    const texts = parts.flatMap((one) => parts.map((two) => one + two));
    for (const id of texts.filter(Boolean))
      await handler(post(await handler.url("stk", { reference: "INV" }), push(id)));
    const forged = calls.splice(0).length;
    expect(forged).toBeGreaterThan(20);
    const references = [...new Set(texts)].filter((reference) => reference !== "INV");
    for (const reference of references) await handler(post(await handler.url("stk", { reference }), push("ws_CO_1")));
    expect(calls).toHaveLength(references.length);
  });
});

test("a callback that is repeated on a URL made anew is a duplicate, also one that expires", async () => {
  const { handler, calls } = recording({ inbox: memoryInbox() });
  for (const expiresInMs of [undefined, 60_000, 90_000]) {
    const url = await handler.url("stk", { reference: "INV-1", ...(expiresInMs && { expiresInMs }) });
    expect((await handler(post(url, push("ws_CO_1")))).status).toBe(200);
  }
  expect(calls).toHaveLength(1);
});

test("two references never share a key, and every key is short and printable", async () => {
  const keys = new Map<string, string>();
  const { handler } = recording({
    inbox: memoryInbox(),
    onEvent: ({ reference }, { key = "" }: CallbackContext) => {
      expect(key).toMatch(/^[!-~]{1,450}$/);
      expect(keys.get(key) ?? reference).toBe(reference);
      keys.set(key, reference);
    },
    onFailed: (_received, error) => expect.unreachable(String(error)),
  });
  const reference = fc.oneof(
    fc.string({ unit: "grapheme", maxLength: 16 }).filter((text) => new TextEncoder().encode(text).length <= 64),
    fc.stringMatching(/^[a%2F/:# ]{0,8}$/),
  );
  const id = fc.oneof(
    fc.string({ minLength: 1 }),
    fc.stringMatching(/^[a%2F/:# ]{1,8}$/),
    fc.constant("x".repeat(200)),
  );
  await fc.assert(
    fc.asyncProperty(reference, id, async (given, checkoutRequestId) => {
      const answer = await handler(post(await handler.url("stk", { reference: given }), push(checkoutRequestId)));
      expect(answer.status).toBe(200);
    }),
    { numRuns: 500 },
  );
  expect(keys.size).toBeGreaterThan(100);
});

test("no notice holds the payer's number, wherever the key has it", async () => {
  const { handler, notices } = recording({ inbox: memoryInbox() });
  const url = await handler.url("stk", { reference: "254708374149" });
  for (let time = 0; time < 2; time += 1) await handler(post(url, push("ws_CO_07012024101502708374149")));
  expect(notices).toMatchObject([{ type: "duplicate" }]);
  expect(JSON.stringify(notices)).not.toContain("708374149");
});
