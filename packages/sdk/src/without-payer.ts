import { checkoutRequestId } from "@mpesa/raw/platform";

const { prefix, minTimeDigits } = checkoutRequestId;
const WITH_PAYER = new RegExp(`(${prefix}[0-9]{${minTimeDigits},})([17][0-9]{8})(?![0-9])`, "i");
const EVERY = new RegExp(WITH_PAYER, "gi");

/** Takes the payer's nine digits from the end of every CheckoutRequestID in a text. */
export function withoutPayer(text: string): string {
  return text.replace(EVERY, "$1[redacted]");
}

/** The payer's nine digits of a CheckoutRequestID, where it holds them. */
export function payerOf(id: string): string | undefined {
  return WITH_PAYER.exec(id)?.[2];
}
