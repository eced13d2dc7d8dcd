import { describe, expect, test } from "vitest";
import type { Inbox, InboxOptions } from "../../src/callbacks/inbox/inbox.ts";
import { memoryInbox } from "../../src/callbacks/inbox/memory.ts";
import { sqliteInbox } from "../../src/callbacks/inbox/sqlite.ts";
import type { CallbackHandlerOptions } from "../../src/callbacks/index.ts";
import { body } from "../callbacks/fixtures.ts";
import { post, recording } from "./setup.ts";

const hasSqlite: boolean = process.getBuiltinModule?.("node:sqlite") !== undefined;
const stores: [string, (options: InboxOptions) => Promise<Inbox>][] = [
  ["memory", async (options) => memoryInbox(options)],
  ...(hasSqlite ? [["SQLite", (options: InboxOptions) => sqliteInbox(":memory:", options)] as never] : []),
];
const boom = (): never => {
  throw new RangeError("down");
};

/** The same push with another end. */
function push(code: unknown, more: object = {}): unknown {
  const { stkCallback } = body(code === 0 ? "stk-paid" : "stk-unreachable").Body;
  return { Body: { stkCallback: { ...stkCallback, ResultCode: code, CheckoutRequestID: "ws_CO_1", ...more } } };
}

/** A handler on an inbox whose clock stands still until it is told otherwise. */
async function shop(
  make: (options: InboxOptions) => Promise<Inbox>,
  wrap: (inbox: Inbox) => Partial<Inbox> = () => ({}),
  options: Partial<CallbackHandlerOptions> = {},
) {
  let time = 1_000_000;
  const plain = await make({ leaseMs: 1000, now: () => time });
  const recorded = recording({ inbox: { ...plain, ...wrap(plain) }, ...options });
  const url = await recorded.handler.url("stk");
  return {
    ...recorded,
    inbox: plain,
    codes: () => recorded.calls.map(({ event }) => Number((event as { resultCode: string }).resultCode)),
    send: async (payload: unknown) => (await recorded.handler(post(url, payload))).status,
    /** A new process on the same store, after every lease. */
    restart: () => {
      time += 10_000;
      return recording({ inbox: plain });
    },
  };
}

describe.each(stores)("in %s", (_store, make) => {
  test.each([
    [
      [1037, 0],
      [1037, 0],
    ],
    [
      [1037, 0, 1037, 0],
      [1037, 0],
    ],
    [[0, 1037], [0]],
    [[0, 1037, 1032, 0], [0]],
    [[0, 0], [0]],
    [[1037, 1037], [1037]],
    [
      [4999, 1037, 0, 1037],
      [4999, 1037, 0],
    ],
  ])("of the codes %j, %j are delivered", async (sent, delivered) => {
    const { send, codes, notices, inbox } = await shop(make);
    for (const code of sent) expect(await send(push(code))).toBe(200);
    expect(codes()).toEqual(delivered);
    expect(notices.filter(({ type }) => type === "duplicate")).toHaveLength(sent.length - delivered.length);
    expect(await inbox.pending(9)).toEqual([]);
  });

  test("a success is delivered while its failure is pending, which is then settled too", async () => {
    const { send, codes, handler, restart } = await shop(make, undefined, {
      on: { stk: (event) => (event.outcome === "failed" ? boom() : codes().push(0)) },
    });
    expect([await send(push(1037)), await send(push(0))]).toEqual([500, 200]);
    expect(await handler.redeliver()).toEqual({ delivered: 0, failed: 0, skipped: 0 });
    expect(await restart().handler.redeliver()).toEqual({ delivered: 0, failed: 0, skipped: 0 });
  });

  test("a success that failed is delivered again, and settles the failure then", async () => {
    const first = await shop(make, undefined, { onEvent: boom });
    expect([await first.send(push(0))]).toEqual([500]);
    const { handler, calls } = first.restart();
    expect(await handler.redeliver()).toEqual({ delivered: 1, failed: 0, skipped: 0 });
    await handler(post(await handler.url("stk"), push(1037)));
    await handler(post(await handler.url("stk"), push(0)));
    expect(calls).toHaveLength(1);
  });

  test("a success completes its failure in the same step", async () => {
    const given: unknown[] = [];
    const { send, codes, inbox } = await shop(make, (plain) => ({
      complete: async (key, token, further) => {
        given.push([key, further]);
        return plain.complete(key, token, further);
      },
    }));
    for (const code of [0, 1037, 0]) expect(await send(push(code))).toBe(200);
    expect(given).toEqual([["/stk:ws_CO_1:success", ["/stk:ws_CO_1"]]]);
    expect(codes()).toEqual([0]);
    expect(await inbox.pending(9)).toEqual([]);
  });

  test("a success settles a failure that is being worked on, also if that one fails", async () => {
    const started: (() => void)[] = [];
    const first = await shop(make, undefined, {
      on: {
        stk: async (event) => {
          if (event.outcome === "succeeded") return;
          await new Promise<void>((resolve) => started.push(resolve));
          boom();
        },
      },
    });
    const failing = first.send(push(1037));
    await expect.poll(() => started.length).toBe(1);
    expect(await first.send(push(0))).toBe(200);
    started[0]?.();
    expect(await failing).toBe(500);
    expect(first.notices).toMatchObject([{ stage: "function" }, { stage: "mark", error: "StaleClaim" }]);
    const { handler, calls } = first.restart();
    expect(await handler.redeliver()).toEqual({ delivered: 0, failed: 0, skipped: 0 });
    expect(calls).toEqual([]);
  });

  test("a crash before a success is marked delivers it again, once", async () => {
    const lost = new Promise<never>(() => undefined);
    const crashed = await shop(make, () => ({ complete: () => lost }));
    void crashed.send(push(0));
    await expect.poll(crashed.codes).toEqual([0]);
    const { handler, calls } = crashed.restart();
    expect(await handler.redeliver()).toEqual({ delivered: 1, failed: 0, skipped: 0 });
    expect(await handler.redeliver()).toEqual({ delivered: 0, failed: 0, skipped: 0 });
    await handler(post(await handler.url("stk"), push(0)));
    expect(calls).toHaveLength(1);
  });
});

describe("a code in doubt", () => {
  test("is told apart by id and code, whatever else differs", async () => {
    const { handler, calls } = recording({ inbox: memoryInbox() });
    const url = await handler.url("b2c");
    const result = body("b2c-credential-locked").Result;
    const reordered = Object.fromEntries(Object.entries(result).reverse());
    for (const ResultCode of [17, 26, "S_NEW_1"])
      for (const Result of [result, reordered, { ...result, ResultDesc: "other words" }])
        await handler(post(url, { Result: { ...Result, ResultCode } }));
    await handler(post(url, { Result: { ...result, ResultCode: 17, ConversationID: "AG_2" } }));
    expect(calls.map(({ event }) => (event as { resultCode: string }).resultCode)).toEqual([
      "17",
      "26",
      "S_NEW_1",
      "17",
    ]);
  });

  test("cannot pose as the success that comes later", async () => {
    const { send, calls } = await shop(async (options) => memoryInbox(options));
    for (const code of ["success", ":success", 0]) await send(push(code));
    expect(calls).toHaveLength(3);
  });

  test("that is missing is told apart by the content", async () => {
    const { send, calls } = await shop(async (options) => memoryInbox(options));
    for (const ResultDesc of ["one", "one", "two"]) await send(push(undefined, { ResultDesc }));
    expect(calls).toHaveLength(2);
  });
});
