import { describe, expect, test } from "vitest";
import type { Inbox } from "../../src/callbacks/inbox/inbox.ts";
import { memoryInbox } from "../../src/callbacks/inbox/memory.ts";
import type { CallbackHandlerOptions } from "../../src/callbacks/index.ts";
import { body } from "../callbacks/fixtures.ts";
import { post, ROUTES, recording, sleep, tokenOf, urlOf } from "./setup.ts";

const paid = body("stk-paid");
const fresh = (payload: unknown): unknown => JSON.parse(JSON.stringify(payload));
const boom = (): never => {
  throw new RangeError("down");
};

/** An inbox that shows what it is given. */
function spied(look: (key: string, payload: string) => unknown): Inbox {
  const memory = memoryInbox();
  const claim: Inbox["claim"] = (key, payload) => {
    look(key, payload);
    return memory.claim(key, payload);
  };
  return { ...memory, claim };
}

async function withInbox(options: Partial<CallbackHandlerOptions> = {}) {
  const recorded = recording({ inbox: memoryInbox(), ...options });
  const url = await recorded.handler.url("stk", { reference: "INV-1" });
  const send = async (payload: unknown = paid, context?: unknown): Promise<number> =>
    (await recorded.handler(post(url, payload), context)).status;
  return { ...recorded, send };
}

describe("with an inbox", () => {
  test.each(ROUTES.filter(({ kind }) => kind !== "c2bValidation"))(
    "$kind $product is delivered once, acknowledged each time",
    async (route) => {
      const { handler, calls } = recording({ inbox: memoryInbox() });
      const url = await urlOf(handler, route);
      for (let time = 0; time < 3; time += 1) expect((await handler(post(url, fresh(route.payload)))).status).toBe(200);
      expect(calls).toHaveLength(1);
    },
  );

  test("duplicates at the same time are delivered once", async () => {
    let ran = 0;
    const slow = async (): Promise<void> => {
      ran += 1;
      await sleep(100);
    };
    const { send } = await withInbox({ onEvent: slow });
    const statuses = await Promise.all(Array.from({ length: 10 }, () => send()));
    expect(statuses).toEqual(Array(10).fill(200));
    expect(ran).toBe(1);
  });

  test("a duplicate is told, without the payer's number", async () => {
    const { send, notices } = await withInbox();
    const numbered = fresh(paid) as { Body: { stkCallback: { CheckoutRequestID: string } } };
    numbered.Body.stkCallback.CheckoutRequestID = "ws_CO_07012024101502708374149";
    await send(numbered);
    await send(numbered);
    expect(notices).toEqual([
      {
        type: "duplicate",
        kind: "stk",
        key: expect.stringMatching(/^INV-1\/stk:ws_CO_\d+\*{6}49:success$/),
        state: "duplicate",
      },
    ]);
    expect(JSON.stringify(notices)).not.toContain("708374149");
  });

  test("other transactions are not duplicates", async () => {
    const { handler, calls } = recording({ inbox: memoryInbox() });
    const names = ["stk-paid", "stk-cancelled", "b2c-paid", "c2bConfirmation-pay-bill", "ussd-paid", "ussd-cancelled"];
    for (const name of names) await handler(post(await handler.url(name.split("-")[0] as "stk"), body(name)));
    expect(calls).toHaveLength(names.length);
  });

  test("a timeout does not hide the result that comes after it", async () => {
    const { handler, calls } = recording({ inbox: memoryInbox() });
    const result = body("b2c-paid");
    const timeout = {
      ...body("b2c-timeout-on-result-route"),
      OriginatorConversationID: result.Result.OriginatorConversationID,
    };
    await handler(post(await handler.url("timeout", { product: "b2c" }), timeout));
    await handler(post(await handler.url("b2c"), result));
    expect(calls.map(({ kind }) => kind)).toEqual(["timeout", "b2c"]);
    const shared = await handler.url("b2c", { reference: "shared" });
    const id = "feb5e3f2-fbbc-4745-844c-000000000002";
    await handler(post(shared, { ...timeout, OriginatorConversationID: id }));
    await handler(post(shared, { Result: { ...result.Result, OriginatorConversationID: id, ConversationID: "" } }));
    expect(calls.map(({ kind }) => kind)).toEqual(["timeout", "b2c", "timeout", "b2c"]);
  });

  test.each([4999, "777777", [0]])(
    "a callback with code %j, which ends nothing, does not hide the end",
    async (code) => {
      const { send, calls } = await withInbox();
      const open = fresh(paid) as { Body: { stkCallback: { ResultCode: unknown } } };
      open.Body.stkCallback.ResultCode = code;
      for (const payload of [open, open, paid, paid]) expect(await send(payload)).toBe(200);
      expect(calls.map(({ event }) => (event as { outcome: string }).outcome)).toEqual([
        code === 4999 ? "pending" : "unknown",
        "succeeded",
      ]);
    },
  );

  test("what has no id of its own is told apart by its content", async () => {
    const { send, calls } = await withInbox();
    for (const payload of [{ a: 1 }, { a: 1 }, { a: 2 }, [], 5, null]) await send(payload);
    expect(calls).toHaveLength(5);
  });

  test("an id that no store should see becomes a hash", async () => {
    const keys: string[] = [];
    const inbox: Inbox = spied((key) => keys.push(key));
    const { send, calls } = await withInbox({ inbox });
    for (const id of ["a b", "\u0000", "é", "x".repeat(201)]) {
      const payload = fresh(paid) as { Body: { stkCallback: { CheckoutRequestID: string } } };
      payload.Body.stkCallback.CheckoutRequestID = id;
      await send(payload);
    }
    expect(calls).toHaveLength(4);
    for (const key of keys) expect(key).toMatch(/^INV-1\/stk:[\da-f]{64}$/);
  });

  test("a failed delivery is new again for a sender that repeats it", async () => {
    let isUp = false;
    const { send, calls } = await withInbox({
      on: { stk: (event) => (isUp ? calls.push({ kind: "stk", reference: "", event }) : boom()) },
    });
    expect(await send()).toBe(500);
    isUp = true;
    expect(await send()).toBe(200);
    expect(await send()).toBe(200);
    expect(calls).toHaveLength(1);
  });

  test("the claim stands before the answer leaves, and before your function runs", async () => {
    const order: string[] = [];
    const memory = memoryInbox();
    const inbox: Inbox = {
      ...memory,
      claim: async (key, payload) => {
        await sleep(20);
        order.push("claim");
        return memory.claim(key, payload);
      },
      complete: async (...given) => {
        await sleep(10);
        order.push("complete");
        return memory.complete(...given);
      },
    };
    const later: Promise<unknown>[] = [];
    const { send } = await withInbox({
      inbox,
      on: {
        stk: async () => {
          await sleep(20);
          order.push("function");
        },
      },
    });
    await send(paid, { waitUntil: (promise: Promise<unknown>) => later.push(promise) });
    order.push("answer");
    await Promise.all(later);
    expect(order.slice(0, 4)).toEqual(["claim", "answer", "function", "complete"]);
    order.length = 0;
    await send({ another: "delivery" });
    order.push("answer");
    expect(order).toEqual(["claim", "complete", "answer"]);
  });

  test("a claim that fails delivers nothing, acknowledges nothing and hands the callback over", async () => {
    const failed: unknown[] = [];
    const { send, calls, notices } = await withInbox({
      inbox: { ...memoryInbox(), claim: async () => boom() },
      onFailed: (received) => failed.push(received),
    });
    expect(await send()).toBe(500);
    expect(calls).toEqual([]);
    expect(failed).toMatchObject([{ kind: "stk", payload: paid }]);
    expect(notices).toMatchObject([{ stage: "claim" }]);
  });

  test("a delivery that cannot be marked as complete is acknowledged all the same", async () => {
    const failed: unknown[] = [];
    const { send, calls, notices } = await withInbox({
      inbox: { ...memoryInbox(), complete: async () => boom() },
      onFailed: (received) => failed.push(received),
    });
    expect(await send()).toBe(200);
    expect(failed).toEqual([]);
    expect(calls).toHaveLength(1);
    expect(notices).toMatchObject([{ stage: "mark" }]);
  });
});

describe("redeliver", () => {
  test("brings back what failed, with its reference, until it succeeds", async () => {
    let isUp = false;
    const seen: unknown[] = [];
    const { send, handler } = await withInbox({
      on: {
        stk: (event, { redelivered, receivedAt, key, context }) => {
          if (!isUp) boom();
          seen.push([event.reference, event.receipt, redelivered, receivedAt.toISOString(), key, context]);
        },
      },
      now: () => Date.parse("2026-03-01T10:00:00Z"),
    });
    await send(paid, { env: "x" });
    expect(await handler.redeliver()).toEqual({ delivered: 0, failed: 1, skipped: 0 });
    isUp = true;
    expect(await handler.redeliver()).toEqual({ delivered: 1, failed: 0, skipped: 0 });
    expect(await handler.redeliver()).toEqual({ delivered: 0, failed: 0, skipped: 0 });
    const id = body("stk-paid").Body.stkCallback.CheckoutRequestID;
    expect(seen).toEqual([
      ["INV-1", "UJ22T8IYOU", true, "2026-03-01T10:00:00.000Z", `INV-1/stk:${id}:success`, undefined],
    ]);
  });

  test("brings back what a crash interrupted, when its lease has run out", async () => {
    let time = 0;
    const inbox = memoryInbox({ leaseMs: 1000, now: () => time });
    const begun = Promise.withResolvers<void>();
    const hang = (): Promise<never> => {
      begun.resolve();
      return new Promise(() => undefined);
    };
    const dead = await withInbox({ inbox, on: { stk: hang } });
    void dead.send();
    await begun.promise;
    const { handler, calls } = await withInbox({ inbox });
    expect(await handler.redeliver()).toEqual({ delivered: 0, failed: 0, skipped: 0 });
    time = 1000;
    expect(await handler.redeliver()).toEqual({ delivered: 1, failed: 0, skipped: 0 });
    expect(calls).toMatchObject([{ kind: "stk", reference: "INV-1" }]);
  });

  test("in two processes at the same time delivers once", async () => {
    const inbox = memoryInbox();
    const failing = await withInbox({ inbox, on: { stk: boom } });
    await failing.send();
    const one = await withInbox({ inbox });
    const two = await withInbox({ inbox });
    await Promise.all([one.handler.redeliver(), two.handler.redeliver()]);
    expect([...one.calls, ...two.calls]).toHaveLength(1);
  });

  test.each(["{not json", "null"])("is not held up by an entry that it did not write: %s", async (entry) => {
    let time = 0;
    const inbox = memoryInbox({ now: () => time });
    await inbox.fail("foreign", tokenOf(await inbox.claim("foreign", entry)));
    time = 1;
    const failing = await withInbox({ inbox, onEvent: boom });
    await failing.send();
    const { handler, calls, notices } = await withInbox({ inbox });
    expect(await handler.redeliver()).toEqual({ delivered: 1, failed: 1, skipped: 0 });
    expect(calls).toMatchObject([{ kind: "stk", reference: "INV-1" }]);
    expect(notices).toMatchObject([{ type: "failed", stage: "claim", key: "foreign" }]);
    expect((await inbox.pending(9)).map(({ key }) => key)).toEqual(["foreign"]);
  });

  test("keeps the product of a timeout, and no credential", async () => {
    const payloads: string[] = [];
    const inbox: Inbox = spied((_key, payload) => payloads.push(payload));
    const first = recording({ inbox, onEvent: boom });
    const timeout = { ...body("b2c-timeout-on-result-route"), SecurityCredential: "s3cr3t" };
    await first.handler(post(await first.handler.url("timeout", { product: "b2b", reference: "P-1" }), timeout));
    expect(payloads.join()).not.toContain("s3cr3t");
    const { handler, calls } = recording({ inbox });
    await handler.redeliver();
    expect(calls).toMatchObject([{ kind: "timeout", reference: "P-1", event: { product: "b2b" } }]);
  });

  test("a timeout that echoes the request stays one, and no failure", async () => {
    const ids = { OriginatorConversationID: "o-1", ConversationID: "AG_1" };
    const echoes = [
      { Result: { ResultType: 0, ResultCode: 1, ...ids, SecurityCredential: "s3cr3t" } },
      { SecurityCredential: "s3cr3t", Amount: 10 },
    ];
    for (const echo of echoes) {
      const inbox = memoryInbox();
      const seen: unknown[] = [];
      const first = recording({
        inbox,
        onEvent: (event) => {
          seen.push(event);
          boom();
        },
      });
      await first.handler(post(await first.handler.url("b2c"), echo));
      expect(seen).toMatchObject([{ kind: "timeout", outcome: "unknown" }]);
      const { handler, calls } = recording({ inbox });
      expect(await handler.redeliver()).toMatchObject({ delivered: 1 });
      expect(calls).toMatchObject([{ event: seen[0] }]);
    }
  });

  test("takes no more than asked for, and does nothing without an inbox", async () => {
    const inbox = memoryInbox();
    const failing = await withInbox({ inbox, onEvent: boom });
    for (let number = 0; number < 5; number += 1) await failing.send({ number });
    const { handler } = await withInbox({ inbox });
    expect((await handler.redeliver({ limit: 2 })).delivered).toBe(2);
    expect((await handler.redeliver()).delivered).toBe(3);
    expect(await recording().handler.redeliver()).toEqual({ delivered: 0, failed: 0, skipped: 0 });
  });
});

test("the memory inbox forgets its oldest completed keys only", async () => {
  const inbox = memoryInbox({ maxCompleted: 2 });
  await inbox.claim("open", "payload");
  for (const key of ["a", "b", "c"]) await inbox.complete(key, tokenOf(await inbox.claim(key, "payload")));
  expect(await inbox.claim("open", "payload")).toEqual({ state: "busy" });
  expect(await inbox.claim("a", "payload")).toMatchObject({ state: "new" });
  expect(await inbox.claim("c", "payload")).toEqual({ state: "duplicate" });
});
