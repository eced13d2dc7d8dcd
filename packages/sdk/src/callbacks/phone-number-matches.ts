import { sha256Hex } from "../sha256.ts";
import type { PhoneNumber } from "./value-types.ts";
import { phoneNumber } from "./values.ts";

/**
 * Tells whether a number that you know is the one in a callback. `maybe` where the visible digits agree but some are
 * hidden, or where the callback had no number; a hash is compared with that of the 12 digits, `254…`.
 *
 * @param known In any Kenyan spelling: `0708 374 149`, `+254708374149`, `254708374149`.
 * @example await phoneNumberMatches("0708374149", confirmation.phoneNumber) // "yes", "no" or "maybe"
 */
export async function phoneNumberMatches(
  known: string | number,
  parsed: PhoneNumber | undefined,
): Promise<"yes" | "no" | "maybe"> {
  const own = phoneNumber(known);
  if (!parsed) return "maybe";
  if (own?.kind !== "plain") return "no";
  if (parsed.kind === "masked") {
    const [start = "", end = ""] = parsed.value.split(/\*+/);
    // The visible start may be 254…, 0… or the national number alone.
    const begins = [0, 3].some((skip) => own.value.startsWith(start.replace(/^0/, ""), skip));
    return begins && own.value.endsWith(end) ? "maybe" : "no";
  }
  const value = parsed.kind === "sha256" ? await sha256Hex(own.value) : own.value;
  return value === parsed.value ? "yes" : "no";
}
