import { phoneNumber } from "@mpesa/raw/platform";

const PHONE = new RegExp(phoneNumber.pattern);

/** `254…` from any usual way of writing. @throws TypeError when it is no Kenyan mobile number */
export function normalisePhone(written: string): string {
  const phone = plain(written);
  if (!PHONE.test(phone)) throw new TypeError(`"${written}" is no Kenyan mobile number`);
  return phone;
}

/** Whether a text is a Kenyan mobile number in any usual way of writing. */
export function isPhone(written: string): boolean {
  return PHONE.test(plain(written));
}

function plain(written: string): string {
  const digits = String(written).replace(/[\s()+-]/g, "");
  return digits.replace(/^0?(?=[17]\d{8}$)/, "254");
}
