import { phoneNumber as rule } from "@mpesa/raw/platform";
import { parseOrThrow } from "./checks.ts";
import { bad, good, type Parsed } from "./parsed.ts";

const ON_THE_WIRE = new RegExp(rule.pattern);

export function parsePhoneNumber(value: unknown): Parsed<string> {
  const isText = typeof value === "string";
  if (!isText && !(typeof value === "number" && Number.isSafeInteger(value))) return refuse(value);
  const written = isText ? value.replace(/[\s().-]/g, "") : String(value);
  const full = `254${written.replace(/^(?:(?:\+|00)?254|0)/, "")}`;
  return ON_THE_WIRE.test(full) ? good(full) : refuse(value);
}

function refuse(value: unknown): Parsed<string> {
  return bad(
    value,
    "must be a Kenyan mobile number",
    'Write it as "0712 345 678", "+254712345678", "254712345678" or "712345678" (the part after 254 starts with 7 or 1 and has 9 digits).',
  );
}

/**
 * Brings a Kenyan mobile number into the form the wire takes: 12 digits, `2547…` or `2541…`.
 * Only the shape is checked: numbers move between operators, so a prefix proves nothing.
 *
 * @throws MpesaValidationError when it cannot be such a number.
 * @example phoneNumber("0712 345 678") // "254712345678"
 */
export function phoneNumber(value: string | number): string {
  return parseOrThrow("phoneNumber", parsePhoneNumber(value));
}

/** The forms of a phone number that no error or event may show. */
export function phoneSecrets(wire: string): string[] {
  return [wire, wire.slice(3)];
}
