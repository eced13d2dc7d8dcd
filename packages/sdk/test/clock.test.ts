import { describe, expect, it, vi } from "vitest";
import { type Answer, accept, connect, daraja, failure, NOW } from "./products/harness.ts";
import { FakeTime, inFakeTime, result } from "./stk/fake-time.ts";

const params = { payTo: { account: "INV-1" }, phoneNumber: "0712 345 678", amount: 100 };
const busy = daraja(500, "500.003.02", "Error Occurred: Spike Arrest Violation");
const twiceBusy: Answer = (one, nth) => (nth <= 2 ? busy(one, nth) : accept(one, nth));

describe("the clock of the caller", () => {
  it("is what retries wait on, of payments and of queries", async () => {
    vi.spyOn(Math, "random").mockReturnValue(1);
    for (const call of ["push", "query"] as const) {
      const { stk, time, sent } = inFakeTime(twiceBusy);
      const started = time.ms;
      const work =
        call === "push" ? stk.push(params) : stk.query({ checkoutRequestId: "ws_CO_1" }).catch(() => undefined);
      await time.until(work as Promise<unknown>);
      expect([sent.length, time.ms - started]).toEqual([3, 1_500]);
    }
    vi.restoreAllMocks();
  });

  it("ends a retry at once when the caller stops waiting", async () => {
    const { stk, time, sent } = inFakeTime(busy);
    const abort = new AbortController();
    const call = stk.push(params, { signal: abort.signal });
    while (time.timers === 0) await new Promise((resolve) => setImmediate(resolve));
    abort.abort();
    await expect(call).rejects.toMatchObject({ name: expect.stringMatching(/^Mpesa/) });
    expect([sent.length, time.timers]).toEqual([1, 0]);
  });

  it.each([
    ["stands still", () => NOW],
    ["is set back", (time: FakeTime) => time.ms - (time.ms > NOW ? 3_600_000 : 0)],
  ])("does not hold a wait up although its time %s", async (_, now) => {
    const time = new FakeTime();
    const { setTimeout, clearTimeout } = time;
    const answer: Answer = (one, nth) => result(nth < 3 ? "4999" : "0")(one, nth);
    const { stk, sent } = inFakeTime(answer, { clock: { now: () => now(time), setTimeout, clearTimeout } });
    expect(await time.until(stk.wait({ checkoutRequestId: "ws_CO_1" }))).toMatchObject({ outcome: "succeeded" });
    expect([sent.length, time.ms - NOW]).toEqual([3, 42_000]);
  });

  it("stops no payment although its timers fail", async () => {
    vi.spyOn(Math, "random").mockReturnValue(0);
    const fails = (): never => {
      throw new Error("no timers here");
    };
    const { mpesa, sent } = connect(twiceBusy, {
      maxRetries: 2,
      clock: { now: () => NOW, setTimeout: fails, clearTimeout: fails },
    });
    await mpesa.stk.push(params);
    expect(sent).toHaveLength(3);
    vi.restoreAllMocks();
  });

  it("does not limit requests that are on their way", async () => {
    const time = new FakeTime();
    const slow: Answer = async (one, nth) => {
      time.ms += 3_600_000;
      await new Promise((resolve) => setTimeout(resolve, 20));
      return accept(one, nth);
    };
    const { mpesa } = connect(slow, { clock: time, timeoutMs: 30_000 });
    await mpesa.stk.push(params);
    expect(time.timers).toBe(0);
  });

  it("says when a token has to be renewed", async () => {
    let tokens = 0;
    const time = new FakeTime();
    const { mpesa } = connect(accept, {
      clock: time,
      fetch: async () => Response.json({ access_token: `token-${++tokens}`, expires_in: "3599" }),
    });
    await mpesa.auth.token();
    time.ms += 3_500_000;
    await mpesa.auth.token();
    expect(tokens).toBe(1);
    time.ms += 60_000;
    expect(await mpesa.auth.token()).toBe("token-2");
  });

  it("is an option that must have timers", async () => {
    const error = await failure(async () => connect(accept, { clock: { now: Date.now } as never }));
    expect(error.message).toContain("`clock` must be an object with the functions now, setTimeout, clearTimeout");
  });
});
