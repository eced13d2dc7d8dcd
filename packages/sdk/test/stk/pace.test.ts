import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Clock, MpesaOptions } from "../../src/index.ts";
import { Heap, type HeapItem } from "../../src/stk/pace.ts";
import { connect, hurried, json } from "../products/harness.ts";
import { ID, inFakeTime, result } from "./fake-time.ts";

const production = { environment: "production" } as const;
const prompts = (count: number): { checkoutRequestId: string }[] =>
  Array.from({ length: count }, (_, at) => ({ checkoutRequestId: `prompt-${at}` }));

describe("the queries of all waits of a client", () => {
  it.each([
    ["production", production, 100],
    ["production with 2 a second", { ...production, maxQueriesPerSecond: 2 }, 500],
    ["production with one in ten seconds", { ...production, maxQueriesPerSecond: 0.1 }, 10_000],
    ["the sandbox", {}, 15_000],
    ["the sandbox with 1000 a second", { maxQueriesPerSecond: 1000 }, 15_000],
    ["the sandbox with one in twenty seconds", { maxQueriesPerSecond: 0.05 }, 20_000],
    ["a gateway of one's own", { environment: undefined, baseUrl: "https://example.com" }, 15_000],
  ] as [string, Partial<MpesaOptions>, number][])("leave evenly spaced in %s", async (_, options, intervalMs) => {
    const { stk, time, asked, sent } = inFakeTime(result("0"), options);
    const waits = prompts(5).map((prompt) => stk.wait(prompt));
    const outcomes = await time.until(Promise.all(waits));
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(Array(5).fill("succeeded"));
    expect(asked).toEqual([0, 1, 2, 3, 4].map((nth) => 12_000 + nth * intervalMs));
    expect(sent.map(({ body }) => body["CheckoutRequestID"])).toEqual(prompts(5).map((one) => one.checkoutRequestId));
    expect(time.timers).toBe(0);
  });

  it("leave in the order in which they are due", async () => {
    const { stk, time, sent } = inFakeTime(result("0"), production);
    const waits = prompts(6).map((prompt, at) => stk.wait(prompt, { firstPollMs: 20_000 - at * 1000 }));
    await time.until(Promise.all(waits));
    expect(sent.map(({ body }) => body["CheckoutRequestID"])).toEqual([5, 4, 3, 2, 1, 0].map((at) => `prompt-${at}`));
  });

  it("do not wait for one that is not needed any more", async () => {
    const { stk, time, asked } = inFakeTime(result("0"));
    const stop = new AbortController();
    const settled = {
      wait: (_: string, signal: AbortSignal) => time.sleep(5_000, signal).then(() => ({ resultCode: 0 })),
    };
    const first = stk.wait({ checkoutRequestId: "settled" }, { settled });
    const second = stk.wait({ checkoutRequestId: "aborted" }, { signal: stop.signal });
    const third = stk.wait({ checkoutRequestId: "too late" }, { timeoutMs: 11_000 });
    const fourth = stk.wait(push);
    expect(await time.until(first)).toMatchObject({ outcome: "succeeded", source: "callback" });
    stop.abort("enough");
    await expect(time.until(second)).rejects.toBe("enough");
    expect(await time.until(third)).toMatchObject({ outcome: "unknown", source: "timeout" });
    expect(await time.until(fourth)).toMatchObject({ outcome: "succeeded", source: "query" });
    expect(asked).toEqual([12_000]);
    expect(time.timers).toBe(0);
  });

  it("all pause when the gateway asks for it", async () => {
    const busy = () => new Response("<html></html>", { status: 429, headers: { "retry-after": "30" } });
    const { stk, time, asked } = inFakeTime((one, nth) => (nth === 1 ? busy() : result("0")(one, nth)), production);
    await time.until(Promise.all(prompts(3).map((prompt) => stk.wait(prompt))));
    // The refused one has waited longest again only after the two that were not asked.
    expect(asked).toEqual([12_000, 42_000, 42_100, 42_200]);
  });

  it("never exceed the ceiling, however many there are, and those without a turn end in unknown", async () => {
    const { stk, time, asked } = inFakeTime(result("0"), production);
    const outcomes = await time.until(Promise.all(prompts(2_000).map((prompt) => stk.wait(prompt))));
    expect(asked).toEqual(Array.from({ length: 1_680 }, (_, nth) => 12_000 + nth * 100));
    expect(outcomes.slice(0, 1_680).every(({ outcome }) => outcome === "succeeded")).toBe(true);
    for (const one of outcomes.slice(1_680))
      expect(one).toMatchObject({ outcome: "unknown", source: "timeout", resultCode: undefined });
    expect(time.timers).toBe(0);
  });

  it("cost no more to line up when many wait already", async () => {
    const { mpesa } = connect(() => json({}), production);
    const start = async (count: number): Promise<number> => {
      const stop = new AbortController();
      const before = process.cpuUsage();
      const waits = prompts(count).map((prompt) => mpesa.stk.wait(prompt, { signal: stop.signal }));
      const { user, system } = process.cpuUsage(before);
      stop.abort();
      await Promise.allSettled(waits);
      return (user + system) / count;
    };
    // The best of three, because a collection of garbage may fall into any of them.
    const best = async (count: number): Promise<number> =>
      Math.min(await start(count), await start(count), await start(count));
    await start(1_000);
    const few = await best(1_000);
    // A line that is scanned costs each of twenty times as many more than six times as much.
    expect((await best(20_000)) / few).toBeLessThan(4);
  }, 120_000);
});

const push = { checkoutRequestId: ID };

it("a clock that fails while a query waits ends the wait with its error, and nothing stays unhandled", async () => {
  let isBroken = false;
  // The query's moment comes at once, and the end of the wait never.
  const clock: Clock = {
    ...hurried,
    now: () => (isBroken ? Number.NaN : 0),
    setTimeout: (callback, ms) => (ms < 5_000 ? hurried.setTimeout(callback, ms) : undefined),
  };
  const { mpesa, sent } = connect(undefined, { clock });
  const wait = mpesa.stk.wait({ checkoutRequestId: ID }, { firstPollMs: 20, timeoutMs: 5_000 });
  isBroken = true;
  await expect(wait).rejects.toThrow("`clock.now`");
  expect(sent).toEqual([]);
});

describe("the heap", () => {
  interface Item extends HeapItem {
    readonly key: number;
  }

  it("always has the smallest first, whatever joins and leaves", () => {
    const step = fc.oneof(
      fc.record({ join: fc.integer({ min: 0, max: 20 }) }),
      fc.record({ leave: fc.nat({ max: 1000 }) }),
      fc.constant({ first: true }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
        const heap = new Heap<Item>((one, other) => one.key < other.key);
        const inside: Item[] = [];
        const gone: Item = { key: -1 };
        for (const one of steps) {
          if ("join" in one) {
            const item = { key: one.join };
            inside.push(item);
            heap.add(item);
          } else {
            const leaving = "leave" in one ? inside[one.leave % Math.max(1, inside.length)] : heap.first;
            heap.remove(leaving ?? gone);
            if (leaving) heap.remove(leaving);
            if (leaving) inside.splice(inside.indexOf(leaving), 1);
          }
          expect(heap.first?.key).toBe(inside.length > 0 ? Math.min(...inside.map(({ key }) => key)) : undefined);
        }
      }),
      { numRuns: 500 },
    );
  });

  it.each([1_000, 10_000, 100_000])("compares %d items a logarithmic number of times", (size) => {
    let comparisons = 0;
    const heap = new Heap<Item>((one, other) => {
      comparisons++;
      return one.key < other.key;
    });
    // Each new one goes to the front, the most expensive order for a line that is kept sorted.
    for (let key = size; key > 0; key--) heap.add({ key });
    for (let last = 0; heap.first; ) {
      expect(heap.first.key).toBe(++last);
      heap.remove(heap.first);
    }
    expect(comparisons).toBeLessThan(4 * size * Math.log2(size));
  });
});
