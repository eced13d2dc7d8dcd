import type { Checks } from "./checks.ts";
import { bad } from "./parsed.ts";
import { parseShortCode } from "./short-code.ts";

/** The caller's own short code, from the call or from the client. */
export function checkOwnShortCode(checks: Checks, value: unknown, field = "shortCode"): string {
  if (value === undefined)
    return checks.take(field, bad(value, "is needed", `Give ${field} to this call, or shortCode to the client.`));
  return checks.take(field, parseShortCode(value));
}
