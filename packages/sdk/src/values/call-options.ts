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
    checks.take(
      "options",
      bad(options, "must be an object", "Pass { signal, timeoutMs, maxRetries, headers }, or omit it."),
    );
  } else {
    const { timeoutMs, signal, maxRetries, headers } = options as Readonly<Record<string, unknown>>;
    if (timeoutMs !== undefined) checks.take("options.timeoutMs", parseTimeout(timeoutMs));
    if (signal !== undefined) checks.take("options.signal", parseSignal(signal));
    if (maxRetries !== undefined) checks.take("options.maxRetries", parseMaxRetries(maxRetries));
    if (headers !== undefined) checkHeaders(checks, headers);
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

/** How often a call may be retried where retrying is safe. */
export function parseMaxRetries(value: unknown): Parsed<number> {
  if (typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= MAX_RETRIES) return good(value);
  return bad(value, `must be an integer from 0 to ${MAX_RETRIES}`, "Omit it for the default.");
}

const MAX_RETRIES = 10;
const HEADER_NAME = /^[!#$%&'*+.^_`|~\w-]+$/;
/** What a header can carry on every platform. */
const HEADER_VALUE = /^[\x20-\x7e]*$/;
/** Headers that make the request what it is, or belong to the connection. */
const RESERVED =
  /^(?:authorization|connection|content-.*|expect|host|keep-alive|te|trailer|transfer-encoding|upgrade)$/i;

function checkHeaders(checks: Checks, headers: unknown): void {
  if (typeof headers !== "object" || headers === null || Array.isArray(headers) || headers instanceof Headers) {
    const fix = 'Pass something like { "X-Tenant": "shop-1" }.';
    checks.take("options.headers", bad(headers, "must be an object of names and values", fix));
    return;
  }
  for (const [name, value] of Object.entries(headers) as [string, unknown][]) {
    const field = `options.headers.${name}`;
    if (!HEADER_NAME.test(name)) checks.take(field, bad(value, "must have a valid header name", "Correct the name."));
    else if (RESERVED.test(name)) checks.take(field, bad(value, "belongs to the client", "Omit it."));
    else if (typeof value !== "string" || !HEADER_VALUE.test(value))
      checks.take(field, bad(value, "must be a string of printable ASCII characters", "Encode it."));
  }
}
