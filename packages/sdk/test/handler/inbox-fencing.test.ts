import { describe, expect, test } from "vitest";
import type { Inbox, InboxOptions } from "../../src/callbacks/inbox/inbox.ts";
import { memoryInbox } from "../../src/callbacks/inbox/memory.ts";
import { sqliteInbox } from "../../src/callbacks/inbox/sqlite.ts";
import { body } from "../callbacks/fixtures.ts";
import { post, type Recorded, recording } from "./setup.ts";

const hasSqlite: boolean = process.getBuiltinModule?.("node:sqlite") !== undefined;
const stores: [string, (options: InboxOptions) => Promise<Inbox>][] = [
  ["memory", async (options) => memoryInbox(options)],
  ...(hasSqlite ? [["SQLite", (options: InboxOptions) => sqliteInbox(":memory:", options)] as never] : []),
];
const paid = body("stk-paid");
const boom = (): never => {
  throw new RangeError("down");
};

/** A handler whose function ends when it is told to, well or badly. */
function worker(inbox: Inbox): Recorded & { readonly ends: (() => void)[]; readonly breaks: (() => void)[] } {
  const ends: (() => void)[] = [];
  const breaks: (() => void)[] = [];
  const work = (): Promise<void> =>
    new Promise((resolve, reject) => {
      ends.push(resolve);
      breaks.push(() => reject(new RangeError("down")));
    });
  return { ...recording({ inbox, onEvent: work }), ends, breaks };
}

describe.each(stores)("a worker whose lease has run out, with an inbox in %s,", (_store, make) => {
  const open = async () => {
    let time = 0;
    const inbox = await make({ leaseMs: 1000, now: () => time });
    const late = worker(inbox);
    const answer = late.handler(post(await late.handler.url("stk"), paid));
    await expect.poll(() => late.ends.length).toBe(1);
    time += 1000;
    return { inbox, late, answer };
  };

  test.each(["ends", "breaks"] as const)(
    "neither finishes nor frees the claim of another one when it %s",
    async (how) => {
      const { inbox, late, answer } = await open();
      const other = worker(inbox);
      const report = other.handler.redeliver();
      await expect.poll(() => other.ends.length).toBe(1);
      late[how][0]?.();
      expect((await answer).status).toBe(how === "ends" ? 200 : 500);
      expect(late.notices.at(-1)).toMatchObject({ type: "failed", stage: "mark", error: "StaleClaim" });
      // The other one still has it: nothing is pending, and a repeated callback finds it busy.
      expect(await inbox.pending(9)).toEqual([]);
      await late.handler(post(await late.handler.url("stk"), paid));
      expect(late.notices.at(-1)).toMatchObject({ type: "duplicate", state: "busy" });
      other.ends[0]?.();
      expect(await report).toEqual({ delivered: 1, failed: 0, skipped: 0 });
      expect(other.notices).toEqual([]);
      await late.handler(post(await late.handler.url("stk"), paid));
      expect(late.notices.at(-1)).toMatchObject({ type: "duplicate", state: "duplicate" });
    },
  );

  test("completes its delivery all the same if nobody else has claimed it", async () => {
    const { inbox, late, answer } = await open();
    expect(await inbox.pending(9)).toHaveLength(1);
    late.ends[0]?.();
    expect((await answer).status).toBe(200);
    expect(late.notices).toEqual([]);
    expect(await inbox.pending(9)).toEqual([]);
    expect(await late.handler.redeliver()).toEqual({ delivered: 0, failed: 0, skipped: 0 });
  });
});

describe("a claim that is no claim", () => {
  const wrong: [string, unknown][] = [
    ["nothing", undefined],
    ["null", null],
    ["a bare state, as older inboxes return it", "new"],
    ["true", true],
    ["no state", {}],
    ["an unknown state", { state: "fresh", token: "1" }],
    ["no token", { state: "new" }],
    ["an empty token", { state: "new", token: "" }],
    ["a token that is no text", { state: "new", token: 1 }],
    ["a state that cannot be read", Object.defineProperty({}, "state", { get: boom })],
  ];

  test.each(wrong)("(%s) is acknowledged by no one and reaches onFailed only", async (_what, claim) => {
    for (const failureStatus of [500, 503, 200]) {
      const failed: unknown[] = [];
      const later: unknown[] = [];
      const { handler, calls, notices } = recording({
        inbox: { ...memoryInbox(), claim: async () => claim as never },
        onFailed: (received) => failed.push(received),
        failureStatus,
      });
      const context = { waitUntil: (work: unknown) => later.push(work) };
      const answer = await handler(post(await handler.url("stk"), paid), context);
      expect([answer.status, await answer.text()]).toEqual([failureStatus === 503 ? 503 : 500, "null"]);
      expect(calls).toEqual([]);
      expect(later).toEqual([]);
      expect(failed).toMatchObject([{ kind: "stk", payload: paid }]);
      expect(notices).toMatchObject([{ type: "failed", stage: "claim", kind: "stk" }]);
    }
  });

  test.each(wrong)("(%s) is not redelivered", async (_what, claim) => {
    const pending = async () => [{ key: "/stk:1", payload: "{}", attempts: 1 }];
    const { handler, calls } = recording({ inbox: { ...memoryInbox(), pending, claim: async () => claim as never } });
    await expect(handler.redeliver()).rejects.toThrow(/^(inbox\.claim must|down)/);
    expect(calls).toEqual([]);
  });

  test("that fails is not acknowledged either, whatever the status of failures", async () => {
    const inbox = { ...memoryInbox(), claim: async () => boom() };
    const { handler, calls } = recording({ inbox, failureStatus: 200 });
    expect((await handler(post(await handler.url("stk"), paid))).status).toBe(500);
    expect(calls).toEqual([]);
  });
});
