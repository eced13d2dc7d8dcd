import { timeZoneOffset } from "@mpesa/raw/platform";
import { checkOne, invalid, type Parsed, valid } from "./schema.ts";

const [, sign = "+", hours = "3", minutes = "0"] = /^([+-])(\d+):(\d+)$/.exec(timeZoneOffset) ?? [];
/** Nairobi keeps one offset all year, so arithmetic is exact and needs no time zone data. */
const NAIROBI_OFFSET_MS: number = (sign === "-" ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;

/** A copy of a Date, which its owner may change. */
export function parseInstant(value: unknown): Parsed<Date> {
  const time = value instanceof Date ? value.getTime() : Number.NaN;
  const year = new Date(time + NAIROBI_OFFSET_MS).getUTCFullYear();
  if (year >= 1000 && year <= 9999) return valid(new Date(time));
  return invalid(value, "must be a valid Date with a year of four digits", "Pass new Date(…).");
}

/** `YYYY-MM-DD HH:mm:ss` of an instant in Nairobi time; parts of a second are dropped. */
export function localTime(instant: Date): string {
  const { date, time } = wallClock(instant);
  return `${date.join("-")} ${time.join(":")}`;
}

/**
 * The 14-digit `YYYYMMDDHHmmss` of an instant in Nairobi time, whatever the host's time zone.
 *
 * @throws MpesaValidationError for an invalid date.
 * @example timestamp(new Date("2026-01-31T21:30:00Z")) // "20260201003000"
 */
export function timestamp(instant: Date): string {
  const checked = checkOne("instant", parseInstant(instant));
  const second = Math.floor(checked.getTime() / 1000);
  if (second !== last.second) {
    const { date, time } = wallClock(checked);
    last = { second, stamp: date.join("") + time.join("") };
  }
  return last.stamp;
}

/** Many payments in one second have one timestamp. */
let last = { second: Number.NaN, stamp: "" };

/** What a calendar and a clock in Nairobi show; the year has four digits already. */
function wallClock(instant: Date): { date: readonly string[]; time: readonly string[] } {
  const local = new Date(instant.getTime() + NAIROBI_OFFSET_MS);
  return {
    date: [`${local.getUTCFullYear()}`, twoDigits(local.getUTCMonth() + 1), twoDigits(local.getUTCDate())],
    time: [local.getUTCHours(), local.getUTCMinutes(), local.getUTCSeconds()].map(twoDigits),
  };
}

function twoDigits(number: number): string {
  return number < 10 ? `0${number}` : `${number}`;
}
