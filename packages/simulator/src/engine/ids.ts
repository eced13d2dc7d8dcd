import type { Random } from "./random.ts";
import { compactTime, wallClock } from "./time.ts";

const HEX = "0123456789abcdef";
const RECEIPT = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const TOKEN = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/** Ten capital letters and digits; the first three tell year, month and day, as on real receipts. */
export function receipt(random: Random, at: number): string {
  const { year, month, day } = wallClock(at);
  const date = `${LETTERS[(Number(year) - 2006) % 26]}${LETTERS[Number(month) - 1]}${RECEIPT[Number(day)]}`;
  return date + random.text(7, RECEIPT);
}

/** What a failed result carries in place of a receipt: three letters and zeros. */
export function placeholderReceipt(at: number): string {
  const { year, month, day } = wallClock(at);
  return `${LETTERS[(Number(year) - 2006) % 26]}${LETTERS[Number(month) - 1]}${RECEIPT[Number(day)]}0000000`;
}

/** `ws_CO_` with Nairobi date, time, milliseconds and the payer's national number. */
export function checkoutRequestId(at: number, phone: string): string {
  const { day, month, year, hour, minute, second, millisecond } = wallClock(at);
  return `ws_CO_${day}${month}${year}${hour}${minute}${second}${millisecond}${phone.slice(-9)}`;
}

/** `AG_`, the date and 20 hexadecimal digits. */
export function conversationId(random: Random, at: number): string {
  return `AG_${compactTime(at).slice(0, 8)}_2010${random.text(16, HEX)}`;
}

/** `5d21-4b2f-a04b-` and 20 hexadecimal digits: the ids of requests. */
export function requestId(random: Random): string {
  const hex = random.text(32, HEX);
  return `${hex.slice(0, 4)}-${hex.slice(4, 8)}-${hex.slice(8, 12)}-${hex.slice(12)}`;
}

/** A token of 28 letters and digits. */
export function accessToken(random: Random): string {
  return random.text(28, TOKEN);
}
