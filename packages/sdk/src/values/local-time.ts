import { bad, good, type Parsed } from "./parsed.ts";
import { NAIROBI_OFFSET_MS } from "./timestamp.ts";

export function parseInstant(value: unknown): Parsed<Date> {
  const time = value instanceof Date ? value.getTime() : Number.NaN;
  const year = new Date(time + NAIROBI_OFFSET_MS).getUTCFullYear();
  if (year >= 1000 && year <= 9999) return good(new Date(time));
  return bad(value, "must be a valid Date with a year of four digits", "Pass new Date(…).");
}

/** `YYYY-MM-DD HH:mm:ss` of an instant in Nairobi time; parts of a second are dropped. */
export function localTime(instant: Date): string {
  return new Date(instant.getTime() + NAIROBI_OFFSET_MS).toISOString().slice(0, 19).replace("T", " ");
}
