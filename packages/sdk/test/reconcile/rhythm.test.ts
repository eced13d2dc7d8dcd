import { describe, expect, it } from "vitest";
import { type Answer, daraja } from "../products/harness.ts";
import { inFakeTime } from "../stk/fake-time.ts";
import { range, world } from "./world.ts";

const known = Array.from({ length: 6 }, (_, at) => ({
  checkoutRequestId: `ws_CO_0610202609522041770837414${at}`,
  amount: 1,
}));

describe("in the sandbox", () => {
  it("asks for prompts less than five times in any minute", async () => {
    const { time, asked, mpesa } = inFakeTime(world({ stk: "0" }));
    expect((await time.until(mpesa.reconcile({ ...range, known }))).matched).toHaveLength(6);
    expect(asked).toEqual([0, 15_000, 30_000, 45_000, 60_000, 75_000]);
  });

  it("stands in one line with the waits of the client", async () => {
    const { time, asked, mpesa } = inFakeTime(world({ stk: "0" }));
    const wait = mpesa.stk.wait({ checkoutRequestId: "ws_CO_06102026095220417708374199" });
    await time.until(Promise.all([wait, mpesa.reconcile({ ...range, known })]));
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
    const { time, asked, mpesa } = inFakeTime(world({ stk }));
    const report = await time.until(mpesa.reconcile({ ...range, known }));
    expect(report.unknown).toMatchObject([{ known: known[0], error: { type: "MpesaRateLimitError" } }]);
    expect(report.matched).toHaveLength(5);
    expect(asked.slice(0, 3)).toEqual([0, 40_000, 55_000]);
  });
});
