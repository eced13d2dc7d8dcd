import type { OperationId } from "@mpesa/raw";
import type { MpesaIds } from "../errors.ts";
import { MpesaValidationError } from "../errors.ts";
import { integer } from "./limits.ts";
import { fields, invalid, optional, type Parsed, under, unknownNames, valid } from "./schema.ts";

/** setTimeout takes no more: a longer one ends at once, with the request on its way. */
export const MAX_TIMEOUT_MS = 2_147_483_647;
const MAX_RETRIES = 10;
const HEADER_NAME = /^[!#$%&'*+.^_`|~\w-]+$/;
/** What a header can carry on every platform. */
const HEADER_VALUE = /^[\x20-\x7e]*$/;
/** Headers that make the request what it is, or belong to the connection. */
const RESERVED =
  /^(?:authorization|connection|content-.*|expect|host|keep-alive|te|trailer|transfer-encoding|upgrade)$/i;

export const parseTimeout: (value: unknown) => Parsed<number> = integer(
  1,
  MAX_TIMEOUT_MS,
  "Pass milliseconds, or omit it for the default.",
);

/** How often a call may be retried where retrying is safe. */
export const parseMaxRetries: (value: unknown) => Parsed<number> = integer(0, MAX_RETRIES, "Omit it for the default.");

/** By shape: some platforms and polyfills have a class of their own. */
export function parseSignal(value: unknown): Parsed<AbortSignal> {
  const { aborted, addEventListener } = (value ?? {}) as Partial<Record<keyof AbortSignal, unknown>>;
  if (typeof aborted === "boolean" && typeof addEventListener === "function") return valid(value as AbortSignal);
  return invalid(value, "must be an AbortSignal", "Pass controller.signal, not the controller.");
}

function parseHeaders(headers: unknown): Parsed<unknown> {
  if (typeof headers !== "object" || headers === null || Symbol.iterator in headers)
    return invalid(headers, "must be an object of names and values", 'Pass something like { "X-Tenant": "shop-1" }.');
  const issues = Object.entries(headers as Record<string, unknown>).flatMap(([name, value]) => {
    const parsed = parseHeader(name, value);
    return parsed.ok ? [] : under(name, parsed.issues);
  });
  return issues.length === 0 ? valid(headers) : { ok: false, issues };
}

function parseHeader(name: string, value: unknown): Parsed<unknown> {
  if (!HEADER_NAME.test(name)) return invalid(value, "must have a valid header name", "Correct the name.");
  if (RESERVED.test(name)) return invalid(value, "belongs to the client", "Omit it.");
  if (typeof value === "string" && HEADER_VALUE.test(value)) return valid(value);
  return invalid(value, "must be a string of printable ASCII characters", "Encode it.");
}

const NAMES = ["signal", "timeoutMs", "maxRetries", "headers"];
const callOptions = fields({
  timeoutMs: optional(parseTimeout),
  signal: optional(parseSignal),
  maxRetries: optional(parseMaxRetries),
  headers: optional(parseHeaders),
});

/** Checks what is not a parameter of the product: a wrong timeout would send the call and not wait for its response. */
export function checkCallOptions(operation: OperationId, options: unknown, ids?: MpesaIds): void {
  if (options === undefined) return;
  const parsed =
    typeof options === "object" && options !== null
      ? callOptions.read(options as Record<string, unknown>, undefined)
      : invalid(options, "must be an object", "Pass { signal, timeoutMs, maxRetries, headers }, or omit it.");
  const { passed } = (options ?? {}) as { readonly passed?: object };
  const unknown = passed ? unknownNames(passed, NAMES, "option") : [];
  const issues = [...unknown, ...(parsed.ok ? [] : parsed.issues)];
  if (issues.length > 0) throw new MpesaValidationError(under("options", issues), { operation, ids });
}
