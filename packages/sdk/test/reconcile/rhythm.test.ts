import { describe, expect, it } from "vitest";
import { checkConfig } from "../../src/config.ts";
import { Core } from "../../src/core.ts";
import { createInitiatorLink } from "../../src/initiator/link.ts";
import { createReconcile } from "../../src/reconcile/index.ts";
import { createStk, createWaitTools } from "../../src/stk/index.ts";
import { type Answer, daraja, gatewayFetch, options } from "../products/harness.ts";
import { FakeTime } from "../stk/fake-time.ts";
import { range, world } from "./world.ts";

/** A client in fake time, and when each prompt was asked for, in milliseconds from the start. */
function inFakeTime(answer: Answer) {
  const time = new FakeTime();
  const started = time.now;
  const asked: number[] = [];
  const fetch = gatewayFetch([], (one, nth) => {
    if (one.operation.id === "stkQuery") asked.push(time.now - started);
    return answer(one, nth);
  });
  const core = new Core(checkConfig({ ...options, fetch }));
  const stk = createWaitTools(core, time);
  const reconcile = createReconcile({ core, link: createInitiatorLink(core), stk });
  return { time, asked, reconcile, stk: createStk(core, stk) };
}

const known = Array.from({ length: 6 }, (_, at) => ({
  checkoutRequestId: `ws_CO_0610202609522041770837414${at}`,
  amount: 1,
}));

describe("in the sandbox", () => {
  it("asks for prompts less than five times in any minute", async () => {
    const { time, asked, reconcile } = inFakeTime(world({ stk: "0" }));
    expect((await time.until(reconcile({ ...range, known }))).matched).toHaveLength(6);
    expect(asked).toEqual([0, 15_000, 30_000, 45_000, 60_000, 75_000]);
  });

  it("stands in one line with the waits of the client", async () => {
    const { time, asked, reconcile, stk } = inFakeTime(world({ stk: "0" }));
    const wait = stk.wait({ checkoutRequestId: "ws_CO_06102026095220417708374199" });
    await time.until(Promise.all([wait, reconcile({ ...range, known })]));
    expect(asked).toHaveLength(7);
    expect(asked.every((at, nth) => at === nth * 15_000)).toBe(true);
  });

  it("steps back when the gateway says that it is too much, and goes on", async () => {
    let refusals = 0;
    const spike = daraja(429, "500.003.02", "Error Occurred: Spike Arrest Violation");
    const stk: Answer = async (one, nth) => {
      if (refusals++ > 0) return world({ stk: "0" })(one, nth);
      const refused = await spike(one, nth);
      refused.headers.set("retry-after", "40");
      return refused;
    };
    const { time, asked, reconcile } = inFakeTime(world({ stk }));
    const report = await time.until(reconcile({ ...range, known }));
    expect(report.unknown).toMatchObject([{ known: known[0], error: { type: "MpesaRateLimitError" } }]);
    expect(report.matched).toHaveLength(5);
    expect(asked.slice(0, 3)).toEqual([0, 40_000, 55_000]);
  });
});
