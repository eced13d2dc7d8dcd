import type { OperationId } from "@mpesa/raw";
import type { MpesaIds } from "../errors/base.ts";
import { Checks } from "./checks.ts";
import { bad, good, type Parsed } from "./parsed.ts";

/** setTimeout takes no more: a longer one ends at once, with the request on its way. */
export const MAX_TIMEOUT_MS = 2_147_483_647;

/** Checks what is not a parameter of the product: a wrong timeout would send the call and not wait for its answer. */
export function checkCallOptions(operation: OperationId, options: unknown, ids?: MpesaIds): void {
  if (options === undefined) return;
  const checks = new Checks(operation);
  if (typeof options !== "object" || options === null) {
    checks.take("options", bad(options, "must be an object", "Give { signal, timeoutMs }, or leave it out."));
  } else {
    const { timeoutMs, signal } = options as { timeoutMs?: unknown; signal?: unknown };
    if (timeoutMs !== undefined) checks.take("options.timeoutMs", parseTimeout(timeoutMs));
    if (signal !== undefined) checks.take("options.signal", parseSignal(signal));
  }
  checks.done(ids);
}

export function parseTimeout(value: unknown): Parsed<number> {
  if (typeof value === "number" && Number.isInteger(value) && value > 0 && value <= MAX_TIMEOUT_MS) return good(value);
  return bad(
    value,
    `must be a whole number of milliseconds from 1 to ${MAX_TIMEOUT_MS}`,
    "Leave it out for the default.",
  );
}

/** By shape: some platforms and polyfills have a class of their own. */
export function parseSignal(value: unknown): Parsed<AbortSignal> {
  const { aborted, addEventListener } = (value ?? {}) as Partial<Record<keyof AbortSignal, unknown>>;
  if (typeof aborted === "boolean" && typeof addEventListener === "function") return good(value as AbortSignal);
  return bad(value, "must be an AbortSignal", "Pass controller.signal, not the controller.");
}
