import type { OperationInfo } from "@mpesa/raw";
import type { Engine } from "../engine/engine.ts";
import type { Reply } from "./call.ts";
import { refusal } from "./refusals.ts";

const last = new WeakMap<Engine, Map<string, number>>();

/** Refuses a request that comes too soon after the one before, as Apigee's spike arrest does: evenly spread, not counted. */
export function spikeArrest(engine: Engine, info: OperationInfo, consumerKey: string): Reply | undefined {
  const { rateLimit } = info;
  if (!engine.settings.rateLimits || !rateLimit || rateLimit.environment !== engine.settings.environment)
    return undefined;
  const times = last.get(engine) ?? new Map<string, number>();
  last.set(engine, times);
  const key = `${info.id} ${consumerKey}`;
  const before = times.get(key);
  const spacing = rateLimit.periodMs / rateLimit.requests;
  if (before !== undefined && engine.now() - before < spacing) {
    return { ...refusal(engine, "policies.ratelimit.SpikeArrestViolation"), note: `one every ${spacing / 1000} s` };
  }
  times.set(key, engine.now());
  return undefined;
}
