import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { memoryInbox } from "../../src/callbacks/inbox/memory.ts";
import { createInitiatorGuard } from "../../src/index.ts";
import { settle } from "../auth/gateway.ts";
import { post, recording } from "../handler/setup.ts";
import { failure } from "../products/harness.ts";
import { open, result } from "./world.ts";

const never = (): Promise<never> => new Promise(() => undefined);
const ids = { originatorConversationId: "own-1", conversationId: "AG_1" };

describe("a handler whose guard does not work", () => {
  it.each([
    ["rejects", () => Promise.reject(new RangeError("no guard"))],
    [
      "throws",
      () => {
        throw new RangeError("no guard");
      },
    ],
  ])("stores, delivers and acknowledges the callback when the guard %s", async (_, observe) => {
    const { handler, calls, notices } = recording({ inbox: memoryInbox(), initiatorGuard: { observe } });
    const send = async () => (await handler(post(await handler.url("b2c"), result(ids, 2001)))).status;
    expect([await send(), await send()]).toEqual([200, 200]);
    expect(calls).toHaveLength(1);
    expect(notices).toContainEqual({ type: "failed", stage: "guard", kind: "b2c", error: "RangeError" });
  });

  it("has claimed the callback before the guard is asked", async () => {
    const inbox = memoryInbox();
    const steps: string[] = [];
    const claim: typeof inbox.claim = (key, payload) => {
      steps.push("claim");
      return inbox.claim(key, payload);
    };
    const observe = async (): Promise<void> => void steps.push("observe");
    const { handler } = recording({ inbox: { ...inbox, claim }, initiatorGuard: { observe } });
    await handler(post(await handler.url("b2c"), result(ids, 2001)));
    expect(steps).toEqual(["claim", "observe"]);
  });
});

describe("a client whose guard has a store that hangs", () => {
  // The store's own limit of two seconds never comes on this clock.
  beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] }));
  afterEach(() => void vi.useRealTimers());

  /** A client, and the moment at which its guard waits for the store. */
  function start() {
    let isWaiting: () => void = () => undefined;
    const waiting = new Promise<void>((resolve) => {
      isWaiting = resolve;
    });
    const get = (): Promise<never> => {
      isWaiting();
      return never();
    };
    return { ...open({ guard: createInitiatorGuard({ store: { get, set: never } }) }), waiting };
  }

  it("sends as soon as the call has waited for its time", async () => {
    const { mpesa, sent, waiting } = start();
    let isDone = false;
    const call = mpesa.account.balance({}, { timeoutMs: 30 }).then(() => {
      isDone = true;
    });
    await waiting;
    await vi.advanceTimersByTimeAsync(30);
    while (sent.length === 0) await settle();
    for (; !isDone; await settle()) await vi.advanceTimersByTimeAsync(30);
    await call;
    expect(sent).toHaveLength(1);
  });

  it("ends at once when the caller leaves, with nothing sent", async () => {
    const { mpesa, sent, waiting } = start();
    const caller = new AbortController();
    const call = failure(() => mpesa.account.balance({}, { signal: caller.signal }));
    await waiting;
    caller.abort();
    expect(await call).toMatchObject({ type: "MpesaConnectionError" });
    expect(sent).toEqual([]);
  });
});
