import { describe, expect, test } from "vitest";
import type { CallbackEvent, CallbackHandlerOptions } from "../../src/callbacks/index.ts";
import { body } from "../callbacks/fixtures.ts";
import { post, recording, sleep, urlOf } from "./setup.ts";

const paid = body("stk-paid");
const boom = (): never => {
  throw new RangeError("the database is down");
};

async function send(options: Partial<CallbackHandlerOptions>, payload: unknown = paid, context?: unknown) {
  const recorded = recording(options);
  const answer = await recorded.handler(
    post(await recorded.handler.url("stk", { reference: "INV-1" }), payload),
    context,
  );
  return { ...recorded, status: answer.status, text: await answer.text() };
}

describe("a callback goes to", () => {
  test("the function of its kind, typed", async () => {
    const receipts: (string | undefined)[] = [];
    const { calls } = await send({
      on: {
        stk: (event, context) => {
          receipts.push(event.receipt, event.reference);
          expect(context).toMatchObject({ redelivered: false, receivedAt: expect.any(Date) });
        },
      },
    });
    expect(receipts).toEqual(["UJ22T8IYOU", "INV-1"]);
    expect(calls).toEqual([]);
  });

  test("onEvent where its kind has no function", async () => {
    const { calls } = await send({ on: { b2c: boom } });
    expect(calls).toMatchObject([{ kind: "stk" }]);
  });

  test("the timeout function, when a timeout comes to a result's URL", async () => {
    const timeouts: CallbackEvent<"timeout">[] = [];
    const { handler } = recording({ on: { b2c: boom, timeout: (event) => timeouts.push(event) } });
    const answer = await handler(
      post(await handler.url("b2c", { reference: "P-1" }), body("b2c-timeout-on-result-route")),
    );
    expect(answer.status).toBe(200);
    expect(timeouts).toMatchObject([{ product: "b2c", route: "b2c", reference: "P-1", outcome: "unknown" }]);
  });

  test("unrecognised, when it is not what its URL was made for", async () => {
    const { calls, notices, status } = await send({}, { some: "thing" });
    expect(status).toBe(200);
    expect(calls).toMatchObject([{ kind: "unrecognised", event: { route: "stk", raw: { some: "thing" } } }]);
    expect(notices).toEqual([{ type: "unrecognised", kind: "stk" }]);
  });

  test("nobody, and is then a failed delivery", async () => {
    const failed: unknown[] = [];
    const { status } = await send({ onEvent: undefined as never, onFailed: (_, error) => failed.push(String(error)) });
    expect(status).toBe(500);
    expect(failed).toEqual(["Error: no function takes stk callbacks"]);
  });
});

describe("when your function fails", () => {
  test("the answer is 500 without a word, and the delivery is handed over", async () => {
    const failed: unknown[] = [];
    const { status, text, notices } = await send({
      on: { stk: boom },
      onFailed: (received, error) => failed.push([received, error]),
    });
    expect(status).toBe(500);
    expect(text).not.toMatch(/database|at |RangeError/);
    expect(failed).toEqual([
      [
        { kind: "stk", reference: "INV-1", receivedAt: expect.stringMatching(/^\d{4}-.*Z$/), payload: paid },
        new RangeError("the database is down"),
      ],
    ]);
    expect(notices).toEqual([
      { type: "failed", stage: "function", kind: "stk", product: undefined, key: undefined, error: "RangeError" },
    ]);
  });

  test("the answer is what you chose", async () => {
    expect((await send({ on: { stk: boom }, failureStatus: 503 })).status).toBe(503);
    const acknowledged = await send({ on: { stk: boom }, failureStatus: 200 });
    expect(acknowledged).toMatchObject({ status: 200, text: '{"ResultCode":0,"ResultDesc":"Accepted"}' });
  });

  test("a rejection counts like a throw, and onFailed may fail too", async () => {
    const { status, notices } = await send({ on: { stk: async () => boom() }, onFailed: async () => boom() });
    expect(status).toBe(500);
    expect(notices).toMatchObject([{ stage: "function" }, { stage: "onFailed" }]);
  });

  test("an onNotice that throws or rejects changes nothing", async () => {
    expect((await send({ onNotice: boom }, { some: "thing" })).status).toBe(200);
    expect((await send({ onNotice: async () => boom() }, { some: "thing" })).status).toBe(200);
  });

  test("a timeout's credential is in nothing that you get", async () => {
    const seen: unknown[] = [];
    const { handler, notices } = recording({
      onEvent: (event) => {
        seen.push(event);
        boom();
      },
      onFailed: (...given) => seen.push(given),
    });
    const payload = { ...body("b2c-timeout-on-result-route"), SecurityCredential: "s3cr3t" };
    for (const url of [
      await handler.url("b2c"),
      await handler.url("timeout", { product: "b2c" }),
      await handler.url("stk"),
    ]) {
      await handler(post(url, payload));
    }
    expect(seen).toHaveLength(6);
    expect(JSON.stringify([seen, notices])).not.toContain("s3cr3t");
  });
});

describe("the answer", () => {
  test("waits for your function where there is no waitUntil", async () => {
    let done = false;
    await send({
      on: {
        stk: async () => {
          await sleep(50);
          done = true;
        },
      },
    });
    expect(done).toBe(true);
  });

  test("leaves first where there is one, bound to its context", async () => {
    const later: Promise<unknown>[] = [];
    class Platform {
      readonly later = later;
      waitUntil(promise: Promise<unknown>): void {
        this.later.push(promise);
      }
    }
    let done = false;
    const answered = Promise.withResolvers<void>();
    const { status } = await send(
      {
        on: {
          stk: async () => {
            await answered.promise;
            done = true;
          },
        },
      },
      paid,
      new Platform(),
    );
    expect([status, done]).toEqual([200, false]);
    answered.resolve();
    await Promise.all(later);
    expect(done).toBe(true);
  });

  test("leaves before your function has begun, even one that does not pause", async () => {
    const later: Promise<unknown>[] = [];
    const order: string[] = [];
    await send({ on: { stk: () => order.push("function") } }, paid, {
      waitUntil: (promise: Promise<unknown>) => later.push(promise),
    });
    order.push("answer");
    await Promise.all(later);
    expect(order).toEqual(["answer", "function"]);
  });

  test("stays good when the function fails after it, and the promise does not reject", async () => {
    const later: Promise<unknown>[] = [];
    const failed: unknown[] = [];
    const context = { waitUntil: (promise: Promise<unknown>) => later.push(promise) };
    const { status } = await send(
      {
        on: {
          stk: async () => {
            await sleep(10);
            boom();
          },
        },
        onFailed: (received) => failed.push(received),
      },
      paid,
      context,
    );
    expect(status).toBe(200);
    await Promise.all(later);
    expect(failed).toHaveLength(1);
  });

  test("knows the platform's context in your function", async () => {
    const { handler } = recording({ onEvent: (_event, { context }) => expect(context).toMatchObject({ env: "x" }) });
    const answer = await handler(post(await urlOf(handler, { kind: "stk" }), paid), { env: "x" });
    expect(answer.status).toBe(200);
  });
});
