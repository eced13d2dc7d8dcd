import { describe, expect, it, vi } from "vitest";
import { parseStkCallback } from "../../src/callbacks/index.ts";
import { explain } from "../../src/codes/index.ts";
import type { StkPoll } from "../../src/index.ts";
import { type Answer, daraja, failure, json } from "../products/harness.ts";
import { ID, inFakeTime, pending, result, STARTED } from "./fake-time.ts";

const inTurn =
  (...answers: Answer[]): Answer =>
  (one, nth) =>
    (answers[Math.min(nth, answers.length) - 1] as Answer)(one, nth);
const broken: Answer = () => Promise.reject(new TypeError("fetch failed"));
const push = { checkoutRequestId: ID };
const boom = (): never => {
  throw new RangeError("the row is gone");
};
/** An object whose property throws when it is read. */
const hostile = (name: string): object => Object.defineProperty({}, name, { get: boom, enumerable: true });

describe("stk.wait", () => {
  it("ends in paid, with code and ids", async () => {
    const { stk, time, asked } = inFakeTime(inTurn(result("4999"), result("0")));
    const outcome = await time.until(stk.wait(push));
    expect(outcome).toMatchObject({
      outcome: "succeeded",
      source: "query",
      resultCode: "0",
      checkoutRequestId: ID,
      merchantRequestId: "22205-1",
    });
    expect(outcome.code?.name).toBe("Paid");
    expect(asked).toEqual([12_000, 27_000]);
  });

  it("ends in failed, with the code explained", async () => {
    const { stk, time } = inFakeTime(result("1032"));
    const outcome = await time.until(stk.wait(push));
    expect(outcome).toMatchObject({ outcome: "failed", resultCode: "1032" });
    expect(outcome.code?.meaning).toMatch(/cancelled/);
  });

  it.each(pending)("goes on after $form", async ({ answer }) => {
    const { stk, time, asked } = inFakeTime(inTurn(answer, answer, result("0")));
    expect(await time.until(stk.wait(push))).toMatchObject({ outcome: "succeeded" });
    expect(asked).toHaveLength(3);
  });

  it.each(pending)("ends in unknown, never in failed, when nothing but $form comes", async ({ answer }) => {
    const { stk, time, asked } = inFakeTime(answer);
    const outcome = await time.until(stk.wait(push));
    expect(outcome).toMatchObject({ outcome: "unknown", source: "timeout", checkoutRequestId: ID });
    expect(time.ms).toBe(STARTED + 180_000);
    expect(asked.length).toBeGreaterThan(10);
  });

  it("asks less than five times in any minute", async () => {
    const { stk, time, asked } = inFakeTime(result("4999"));
    await time.until(stk.wait(push, { timeoutMs: 600_000 }));
    expect(asked.length).toBeGreaterThan(30);
    for (const start of asked) {
      expect(asked.filter((at) => at >= start && at < start + 60_000).length).toBeLessThan(5);
    }
  });

  it("spaces the queries of all waits together in the sandbox, and serves each of them", async () => {
    const { stk, time, asked, sent } = inFakeTime(result("4999"));
    const waits = ["a", "b", "c"].map((checkoutRequestId) => stk.wait({ checkoutRequestId }, { timeoutMs: 300_000 }));
    await time.until(Promise.all(waits));
    const gaps = asked.slice(1).map((at, before) => at - (asked[before] ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(15_000);
    for (const id of ["a", "b", "c"]) {
      expect(sent.filter(({ body }) => body["CheckoutRequestID"] === id).length).toBeGreaterThan(5);
    }
  });

  const rate =
    "Spike arrest violation. Allowed rate : MessageRate{messagesPerPeriod=2, periodInMicroseconds=60000000, maxBurstMessageCount=1.0}";
  const spike = { fault: { faultstring: rate, detail: { errorcode: "policies.ratelimit.SpikeArrestViolation" } } };

  it.each([
    ["the rate in the text", () => json(spike, 429), 30_000],
    [
      "Retry-After",
      () => new Response(JSON.stringify(spike), { status: 429, headers: { "retry-after": "47" } }),
      47_000,
    ],
    [
      "Retry-After beside a page of the firewall",
      () => new Response("<html></html>", { status: 503, headers: { "retry-after": "60" } }),
      60_000,
    ],
    [
      "Retry-After beside a pending answer",
      () =>
        new Response(
          JSON.stringify({
            requestId: "1",
            errorCode: "500.001.1001",
            errorMessage: "The transaction is being processed",
          }),
          { status: 500, headers: { "retry-after": "60" } },
        ),
      60_000,
    ],
    [
      "a Retry-After of a day, but two minutes at most,",
      () => new Response(JSON.stringify(spike), { status: 429, headers: { "retry-after": "86400" } }),
      120_000,
    ],
  ])("waits as long as %s asks", async (_, busy, ms) => {
    const { stk, time, asked } = inFakeTime(inTurn(busy, result("0")));
    expect(await time.until(stk.wait(push))).toMatchObject({ outcome: "succeeded" });
    expect(asked).toEqual([12_000, 12_000 + ms]);
  });

  it.each([
    ["a lost answer", broken],
    ["no connection", () => Promise.reject(Object.assign(new Error("x"), { code: "ECONNREFUSED" }))],
    ["a fault of theirs", daraja(500, "500.003.1001", "Internal Server Error")],
    ["a page of the firewall", () => new Response("<html></html>", { status: 503 })],
    ["garbage", () => new Response("{", { status: 200 })],
  ] as [string, Answer][])("goes on after %s, one query at a time", async (_, answer) => {
    const { stk, time, asked } = inFakeTime(inTurn(answer, answer, result("0")));
    expect(await time.until(stk.wait(push))).toMatchObject({ outcome: "succeeded" });
    expect(asked).toEqual([12_000, 27_000, 42_000]);
  });

  it("keeps the last error when the time is up", async () => {
    const { stk, time } = inFakeTime(broken);
    const outcome = await time.until(stk.wait(push));
    expect(outcome).toMatchObject({ outcome: "unknown", lastError: { type: "MpesaOutcomeUnknownError" } });
  });

  it.each([
    ["the app lacks the product", daraja(401, "401.003.01", "no apiproduct match found"), "MpesaAuthError"],
    ["the password is wrong", daraja(500, "500.001.1001", "[MerchantValidate] - Wrong credentials"), "MpesaApiError"],
    ["the request is refused", daraja(400, "400.002.02", "Bad Request - Invalid Timestamp"), "MpesaApiError"],
  ])("gives up at once when %s, and keeps the ids", async (_, answer, type) => {
    const { stk, time, asked } = inFakeTime(answer);
    const error = await failure(() => time.until(stk.wait(push)));
    expect(error["type"]).toBe(type);
    expect(error["ids"]).toEqual({ checkoutRequestId: ID });
    expect(asked).toHaveLength(1);
  });

  it("goes on after a code that nobody knows, and tells it in the end", async () => {
    const { stk, time } = inFakeTime(result("98765"));
    expect(await time.until(stk.wait(push))).toMatchObject({
      outcome: "unknown",
      source: "timeout",
      resultCode: "98765",
      code: explain({ product: "stk", code: "98765" }),
    });
  });

  it("tells every poll, whatever the listener does", async () => {
    const { stk, time } = inFakeTime(inTurn(result("4999"), broken, result("0")));
    const polls: StkPoll[] = [];
    const onPoll = (poll: StkPoll): void => {
      polls.push(poll);
      throw new Error("an observer's mistake");
    };
    await time.until(stk.wait(push, { onPoll }));
    expect(polls.map(({ poll, status, error }) => [poll, status?.outcome ?? error?.type])).toEqual([
      [1, "pending"],
      [2, "MpesaOutcomeUnknownError"],
      [3, "succeeded"],
    ]);
  });

  it("does not ask at all when the time is up before the first query", async () => {
    const { stk, time, asked } = inFakeTime(result("0"));
    expect(await time.until(stk.wait(push, { timeoutMs: 5000 }))).toMatchObject({ outcome: "unknown" });
    expect(asked).toEqual([]);
  });

  it("signs with the short code and passkey of the push", async () => {
    const { stk, time, sent } = inFakeTime(result("0"));
    await time.until(stk.wait({ checkoutRequestId: ID, shortCode: "174379" }, { passkey: "another-passkey" }));
    expect(sent[0]?.body["BusinessShortCode"]).toBe(174379);
    expect(atob(String(sent[0]?.body["Password"]))).toMatch(/^174379another-passkey2026/);
  });

  it("refuses wrong options before it asks", async () => {
    const { stk, asked } = inFakeTime(result("0"));
    const error = await failure(() => stk.wait({ checkoutRequestId: "" }, { timeoutMs: -1, firstPollMs: Number.NaN }));
    expect((error["issues"] as { field: string }[]).map(({ field }) => field)).toEqual([
      "checkoutRequestId",
      "timeoutMs",
      "firstPollMs",
    ]);
    expect(asked).toEqual([]);
  });
});

describe("what stk.wait does not take", () => {
  it.each([
    ["the controller for its signal", { signal: new AbortController() }, "signal", /controller\.signal/],
    ["a function as hook", { settled: async () => undefined }, "settled", /Call it/],
    ["a callback that came already", { settled: { resultCode: "0" } }, "settled", /Promise\.resolve/],
    ["no hook at all", { settled: null }, "settled", /promise/],
    ["a hook whose getters throw", { settled: hostile("wait") }, "settled", /promise/],
    ["a listener that is none", { onPoll: {} }, "onPoll", /function/],
  ])("is %s", async (_, options, field, says) => {
    const { stk, asked } = inFakeTime(result("0"));
    const error = await failure(() => stk.wait(push, options as never));
    expect(error["type"]).toBe("MpesaValidationError");
    expect(error["issues"]).toMatchObject([{ field }]);
    expect(error.message).toMatch(says);
    expect(asked).toEqual([]);
  });
});

describe("aborting stk.wait", () => {
  it("rejects with the reason and asks no more", async () => {
    const { stk, time, asked } = inFakeTime(result("4999"));
    const abort = new AbortController();
    const onPoll = ({ poll }: StkPoll): void => {
      if (poll === 2) abort.abort("enough");
    };
    await expect(time.until(stk.wait(push, { signal: abort.signal, onPoll }))).rejects.toBe("enough");
    expect(asked).toHaveLength(2);
  });

  it("rejects at once when it was aborted before", async () => {
    const { stk, asked } = inFakeTime(result("0"));
    await expect(stk.wait(push, { signal: AbortSignal.abort("gone") })).rejects.toBe("gone");
    expect(asked).toEqual([]);
  });

  it("ends a query in flight", async () => {
    const abort = new AbortController();
    const { stk, time } = inFakeTime(() => {
      queueMicrotask(() => abort.abort("now"));
      return new Promise(() => undefined);
    });
    await expect(time.until(stk.wait(push, { signal: abort.signal }))).rejects.toBe("now");
  });
});

describe("a settled hook", () => {
  const called = { checkoutRequestId: ID, merchantRequestId: "22205-1", resultCode: "0", receipt: "UJ63T9K5AB" };

  it("ends the wait at once when the callback comes first", async () => {
    const { stk, time, asked } = inFakeTime(result("4999"));
    const outcome = await time.until(stk.wait(push, { settled: Promise.resolve(called) }));
    expect(outcome).toMatchObject({ outcome: "succeeded", source: "callback", merchantRequestId: "22205-1" });
    expect(outcome.callback?.receipt).toBe("UJ63T9K5AB");
    expect(asked).toEqual([]);
  });

  it("may be a store, which is told the id and when nobody waits any more", async () => {
    const { stk, time } = inFakeTime(result("0"));
    const wait = vi.fn((_id: string, _signal: AbortSignal) => new Promise<undefined>(() => undefined));
    expect(await time.until(stk.wait(push, { settled: { wait } }))).toMatchObject({
      outcome: "succeeded",
      source: "query",
    });
    expect(wait.mock.calls[0]?.[0]).toBe(ID);
    expect(wait.mock.calls[0]?.[1].aborted).toBe(true);
  });

  it("comes between two polls", async () => {
    const { stk, time, asked } = inFakeTime(result("4999"));
    const wait = (_: string, signal: AbortSignal) =>
      time.sleep(20_000, signal).then(() => ({ ...called, resultCode: 1032 }));
    expect(await time.until(stk.wait(push, { settled: { wait } }))).toMatchObject({
      outcome: "failed",
      resultCode: "1032",
    });
    expect(asked).toEqual([12_000]);
  });

  it.each([
    ["fails", () => Promise.reject(new Error("the store is down")), ["settledFailed"]],
    [
      "throws",
      () => {
        throw new Error("the store is down");
      },
      ["settledFailed"],
    ],
    ["knows nothing", () => Promise.resolve(undefined), []],
    ["has no row", () => Promise.resolve(null), []],
    ["has a row whose code is null", () => Promise.resolve({ ...called, resultCode: null }), ["settledFailed"]],
    ["has a row whose code is empty", () => Promise.resolve({ ...called, resultCode: " " }), ["settledFailed"]],
    ["has a row whose code is no number", () => Promise.resolve({ resultCode: Number.NaN }), ["settledFailed"]],
    ["gives a text", () => Promise.resolve("0"), ["settledFailed"]],
    ["heard of something else", () => Promise.resolve(parseStkCallback({ Result: {} })), ["settledFailed"]],
    ["gives a value whose code cannot be read", () => Promise.resolve(hostile("resultCode")), ["settledFailed"]],
    ["gives a value whose body cannot be read", () => Promise.resolve(hostile("Body")), ["settledFailed"]],
    [
      "fails with an error whose name cannot be read",
      () => Promise.reject(Object.defineProperty(new Error("x"), "name", { get: boom })),
      ["settledFailed"],
    ],
    [
      "gives another prompt's callback",
      () => Promise.resolve({ ...called, checkoutRequestId: "another" }),
      ["settledFailed"],
    ],
  ] as [string, () => Promise<undefined>, string[]][])(
    "that %s leaves the wait to the queries",
    async (_, wait, expected) => {
      const { stk, time, warnings } = inFakeTime(result("0"));
      expect(await time.until(stk.wait(push, { settled: { wait } }))).toMatchObject({
        outcome: "succeeded",
        source: "query",
      });
      expect(warnings).toEqual(expected);
    },
  );

  it.each(["resultCode", "Body"])("may be a promise of a value whose %s cannot be read", async (name) => {
    const { stk, time, warnings } = inFakeTime(result("0"));
    const settled = Promise.resolve(hostile(name)) as Promise<never>;
    expect(await time.until(stk.wait(push, { settled }))).toMatchObject({ outcome: "succeeded", source: "query" });
    expect(warnings).toEqual(["settledFailed"]);
  });

  it("may give the body as M-Pesa posted it", async () => {
    const { stk, time, asked } = inFakeTime(result("4999"));
    const body = {
      Body: {
        stkCallback: {
          MerchantRequestID: "22205-1",
          CheckoutRequestID: ID,
          ResultCode: 1032,
          ResultDesc: "Request cancelled by user",
        },
      },
    };
    const outcome = await time.until(stk.wait(push, { settled: Promise.resolve(body) as never }));
    expect(outcome).toMatchObject({
      outcome: "failed",
      source: "callback",
      merchantRequestId: "22205-1",
      resultCode: "1032",
      resultDescription: "Request cancelled by user",
      callback: body,
    });
    expect(asked).toEqual([]);
  });

  it.each(["4999", "98765"])("with the code %s ends in unknown, never in failed", async (resultCode) => {
    const { stk, time } = inFakeTime(result("0"));
    const outcome = await time.until(stk.wait(push, { settled: Promise.resolve({ resultCode }) }));
    expect(outcome).toMatchObject({ outcome: "unknown", source: "callback" });
  });
});
