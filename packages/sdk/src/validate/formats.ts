import {
  partyShortCode as partyShortCodeRule,
  phoneNumber as phoneNumberRule,
  receipt as receiptRule,
  shortCode as shortCodeRule,
} from "@mpesa/raw/platform";
import { checkOne, invalid, orClient, type Parsed, type Parser, valid } from "./schema.ts";

const PHONE_NUMBER = new RegExp(phoneNumberRule.pattern);
const PREFIX = new RegExp(`^(?:(?:\\+|00)?${phoneNumberRule.countryCode}|0)`);
const RECEIPT = new RegExp(receiptRule.pattern);

export function parsePhoneNumber(value: unknown): Parsed<string> {
  const isText = typeof value === "string";
  if (isText || (typeof value === "number" && Number.isSafeInteger(value))) {
    const written = isText ? value.replace(/[\s().-]/g, "") : String(value);
    const full = phoneNumberRule.countryCode + written.replace(PREFIX, "");
    if (PHONE_NUMBER.test(full)) return valid(full);
  }
  return invalid(
    value,
    "must be a Kenyan mobile number",
    'Write it as "0712 345 678", "+254712345678", "254712345678" or "712345678" (the part after 254 starts with 7 or 1 and has 9 digits).',
  );
}

/**
 * Brings a Kenyan mobile number into the form the wire takes: 12 digits, `2547…` or `2541…`.
 * Only the shape is checked: numbers move between operators, so a prefix proves nothing.
 *
 * @throws MpesaValidationError if it is not a Kenyan mobile number.
 * @example phoneNumber("0712 345 678") // "254712345678"
 */
export function phoneNumber(value: string | number): string {
  return checkOne("phoneNumber", parsePhoneNumber(value));
}

/** A pay bill, till or store number, as a string: a leading zero or a long one would not survive as a number. */
export const parseShortCode: (value: unknown) => Parsed<string> = shortCodeOf(shortCodeRule);
/** The short code of an organisation that a balance or status query asks about. */
export const parsePartyShortCode: (value: unknown) => Parsed<string> = shortCodeOf(partyShortCodeRule);

function shortCodeOf({ pattern }: { readonly pattern: string }): (value: unknown) => Parsed<string> {
  const shape = new RegExp(pattern);
  return (value) => {
    const text = typeof value === "number" && Number.isSafeInteger(value) ? String(value) : value;
    if (typeof text === "string" && shape.test(text)) return valid(text);
    return invalid(value, `must be a short code (${pattern})`, "Pass the digits as a string without spaces.");
  };
}

/** The client's own short code where the call names none. */
export const ownShortCode: Parser<string, OwnShortCode> = orClient("shortCode", parseShortCode);

/** The same where it says who gets the money: `null` is an issue here, because the client's would get it instead. */
export const receivingShortCode: Parser<string, OwnShortCode> = (value, client) =>
  value === null ? parseShortCode(value) : ownShortCode(value, client);

interface OwnShortCode {
  readonly config: { readonly shortCode?: string | undefined };
}

/** Digits as the number that the portal's samples show, or as a string where a number would lose a leading zero. */
export function wireNumber(digits: string): number | string {
  return digits.startsWith("0") ? digits : Number(digits);
}

/** A receipt as M-Pesa prints it: letters stay capital, because nobody knows whether the wire forgives small ones. */
export function parseReceipt(value: unknown): Parsed<string> {
  if (typeof value === "string" && RECEIPT.test(value)) return valid(value);
  return invalid(
    value,
    "must be an M-Pesa receipt (10 capital letters and digits)",
    "Copy it from the message or the callback, without spaces; pass the ID of a request as originatorConversationId.",
  );
}

/** The passkey of a short code, never a Password made from it: that one is valid for a single second. */
export function parsePasskey(value: unknown): Parsed<string> {
  const rule = "must be the passkey of the short code";
  if (typeof value !== "string" || value.trim() === "")
    return invalid(value, rule, "Copy it from the go-live email, and pass it to the client or to this call.");
  if (/[^\x21-\x7e]/.test(value)) return invalid(value, rule, "Copy it again: it has spaces or special characters.");
  if (isStkPassword(value))
    return invalid(
      value,
      `${rule}, not a Password made from it`,
      "Pass what the Password is made from: each request gets a new one.",
    );
  return valid(value);
}

/** A base64 string that ends in a 14-digit timestamp is a finished Password. */
function isStkPassword(passkey: string): boolean {
  const isBase64 = passkey.length % 4 === 0 && /^[A-Za-z0-9+/]+={0,2}$/.test(passkey);
  return isBase64 && /^\d{5,7}.+\d{14}$/s.test(atob(passkey));
}
