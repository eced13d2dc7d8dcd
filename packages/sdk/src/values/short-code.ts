import { shortCode as rule } from "@mpesa/raw/platform";
import { bad, good, type Parsed } from "./parsed.ts";

/** A pay bill, till or store number, as text: a leading zero or a long one would not survive as a number. */
export function parseShortCode(value: unknown, { pattern }: { pattern: string } = rule): Parsed<string> {
  const text = typeof value === "number" && Number.isSafeInteger(value) ? String(value) : value;
  if (typeof text === "string" && new RegExp(pattern).test(text)) return good(text);
  return bad(value, `must be a short code (${pattern})`, "Pass the digits as a string, without spaces.");
}
