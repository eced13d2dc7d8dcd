import { timeZoneOffset } from "@mpesa/raw/platform";
import { parseOrThrow } from "./checks.ts";
import { bad, good, type Parsed } from "./parsed.ts";

const [, sign = "+", hours = "3", minutes = "0"] = /^([+-])(\d+):(\d+)$/.exec(timeZoneOffset) ?? [];
/** Nairobi keeps one offset all year, so arithmetic is exact and needs no time zone data. */
export const NAIROBI_OFFSET_MS: number = (sign === "-" ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;

function parseTimestamp(value: unknown): Parsed<string> {
  const time = value instanceof Date ? value.getTime() : Number.NaN;
  const shifted = new Date(time + NAIROBI_OFFSET_MS);
  const year = shifted.getUTCFullYear();
  if (!(year >= 1000 && year <= 9999)) {
    return bad(value, "must be a valid Date with a year of four digits", "Pass new Date().");
  }
  return good(shifted.toISOString().slice(0, 19).replace(/\D/g, ""));
}

/**
 * The 14-digit `YYYYMMDDHHmmss` of an instant in Nairobi time, whatever the host's time zone.
 *
 * @throws MpesaValidationError for an invalid date.
 * @example timestamp(new Date("2026-01-31T21:30:00Z")) // "20260201003000"
 */
export function timestamp(instant: Date): string {
  return parseOrThrow("instant", parseTimestamp(instant));
}
