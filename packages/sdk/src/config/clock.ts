import { MpesaConfigError } from "../errors/config-error.ts";
import { shapeOf } from "../errors/issue.ts";

/** The clock, checked at each reading: a wrong one signs requests with a wrong time. @throws MpesaConfigError in the call that reads it. */
export function checkedClock(now: () => number): () => number {
  return () => {
    let received = "a function that throws";
    let cause: unknown;
    try {
      const ms: unknown = now();
      if (typeof ms === "number" && Number.isFinite(ms)) return ms;
      received = `a function that returns ${shapeOf(ms)}`;
    } catch (error) {
      cause = error;
    }
    const rule = "must return the milliseconds since 1970";
    throw new MpesaConfigError([{ field: "now", received, rule, fix: "Omit it to use Date.now." }], { cause });
  };
}
