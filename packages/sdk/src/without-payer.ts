import { checkoutRequestId } from "@mpesa/raw/platform";

const { prefix, minTimeDigits } = checkoutRequestId;
const WITH_PAYER = new RegExp(`(${prefix}[0-9]{${minTimeDigits},})([17][0-9]{8})(?![0-9])`, "i");
const EVERY = new RegExp(WITH_PAYER, "gi");

const PHONE_NUMBER = /(?<![0-9])((?:\+?254|0)[17][0-9]{2})[0-9]{4}([0-9]{2})(?![0-9])/g;
/** Also where other digits stand right before the country code, as in an ID made of a time and a number. */
const IN_ID = /(?:254|(?<![0-9])0)([17][0-9]{8})(?![0-9])/g;

/** Takes the payer's nine digits from the end of every CheckoutRequestID in a text. */
function withoutPayer(text: string): string {
  return text.replace(EVERY, "$1[redacted]");
}

/** Masks every whole phone number in a text, also inside an ID. */
export function withoutNumbers(text: string): string {
  return withoutPayer(text).replace(PHONE_NUMBER, "$1****$2");
}

/** The nine national digits of each phone number in a value: a number itself, or an ID that contains one. */
export function nationalNumbersIn(value: string): string[] {
  const payer = WITH_PAYER.exec(value)?.[2];
  const others = Array.from(value.matchAll(IN_ID), ([, national]) => national as string);
  return payer === undefined ? others : [payer, ...others];
}
