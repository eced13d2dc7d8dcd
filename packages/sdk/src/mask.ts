import { checkoutRequestId, phoneNumber } from "@mpesa/raw/platform";

/** The text that replaces a secret. */
export const REDACTED = "[redacted]";

const { prefix, minTimeDigits } = checkoutRequestId;
const { countryCode, nationalPattern } = phoneNumber;
const WITH_PAYER = new RegExp(`(${prefix}[0-9]{${minTimeDigits},})(${nationalPattern})(?![0-9])`, "i");
const EVERY_WITH_PAYER = new RegExp(WITH_PAYER, "gi");

const PHONE_NUMBER = new RegExp(`(?<![0-9])(?:\\+?${countryCode}|0)${nationalPattern}(?![0-9])`, "g");
/**
 * A phone number in an ID. Other digits may stand directly before the country code, as in an ID made of a time and a
 * phone number.
 */
const IN_ID = new RegExp(`(?:${countryCode}|(?<![0-9])0)(${nationalPattern})(?![0-9])`, "g");

/** Redacts the payer's nine digits at the end of every CheckoutRequestID in a text. */
function redactPayer(text: string): string {
  return text.replace(EVERY_WITH_PAYER, "$1[redacted]");
}

/** Masks every phone number in a text, and redacts the payer's number in every CheckoutRequestID. */
export function maskPhoneNumbers(text: string): string {
  return redactPayer(text).replace(PHONE_NUMBER, (number) => `${number.slice(0, -6)}****${number.slice(-2)}`);
}

/**
 * Returns the nine national digits of each phone number in a value, which may be a phone number or an ID that contains
 * phone numbers.
 */
export function nationalNumbersIn(value: string): string[] {
  const payer = WITH_PAYER.exec(value)?.[2];
  const others = Array.from(value.matchAll(IN_ID), ([, national]) => national as string);
  return payer === undefined ? others : [payer, ...others];
}
