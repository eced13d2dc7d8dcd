import { bad, good, type Parsed } from "./parsed.ts";

/** The passkey of a short code, never a Password made from it: that one holds for a single second. */
export function parsePasskey(value: unknown): Parsed<string> {
  const rule = "must be the passkey of the short code";
  if (typeof value !== "string" || value.trim() === "") {
    return bad(value, rule, "Copy it from the go-live e-mail; give it to the client or to this call.");
  }
  if (/[^\x21-\x7e]/.test(value)) return bad(value, rule, "It holds spaces or special characters: copy it again.");
  if (isStkPassword(value)) {
    return bad(
      value,
      `${rule}, not a Password made from it`,
      "The Password is made for each request; give what went into it.",
    );
  }
  return good(value);
}

/** A base64 text that ends in a 14-digit time stamp is a finished Password. */
function isStkPassword(passkey: string): boolean {
  const isBase64 = passkey.length % 4 === 0 && /^[A-Za-z0-9+/]+={0,2}$/.test(passkey);
  return isBase64 && /^\d{5,7}.+\d{14}$/s.test(atob(passkey));
}
