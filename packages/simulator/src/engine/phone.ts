import { phoneNumber } from "@mpesa/raw/platform";

const PHONE = new RegExp(phoneNumber.pattern);
const NATIONAL = new RegExp(`^0?(?=${phoneNumber.nationalPattern}$)`);

/** `254…` from any usual way of writing a Kenyan mobile number. */
export function normalisePhone(written: string): string {
  const digits = written.replace(/[\s()+-]/g, "");
  return digits.replace(NATIONAL, phoneNumber.countryCode);
}

/** Whether a text is a Kenyan mobile number in any usual way of writing. */
export function isPhone(written: string): boolean {
  return PHONE.test(normalisePhone(written));
}
