import type { Config } from "../config.ts";
import type { Checks } from "../values/checks.ts";
import { checkOwnShortCode } from "../values/own-short-code.ts";
import { bad, good, type Parsed } from "../values/parsed.ts";
import { parsePasskey } from "../values/passkey.ts";
import { type StkPassword, stkPassword } from "../values/password.ts";
import { parseText } from "../values/text.ts";

/** What proves that an STK request comes from the short code's owner. Left out, the client's passkey is used. */
export interface StkCredentials {
  /** The passkey of another short code than the client's. */
  passkey?: string;
  /** A password made elsewhere, with the timestamp it was made from. */
  password?: string;
  timestamp?: string;
}

/** Checks the short code and makes password and timestamp from one reading of the clock. */
export function checkStkCredentials(
  checks: Checks,
  config: Config,
  { field, value }: { field: string; value: unknown },
  { passkey = config.passkey, password, timestamp }: StkCredentials,
): { shortCode: string; credentials: () => StkPassword } {
  const shortCode = checkOwnShortCode(checks, value === undefined ? config.shortCode : value, field);
  if (password !== undefined || timestamp !== undefined) {
    const given = {
      password: checks.take("password", parseText(password, { minLength: 1 })),
      timestamp: checks.take("timestamp", parseStamp(timestamp)),
    };
    return { shortCode, credentials: () => given };
  }
  const secret = checks.take("passkey", parsePasskey(passkey));
  return { shortCode, credentials: () => stkPassword({ shortCode, passkey: secret, at: new Date(config.now()) }) };
}

function parseStamp(value: unknown): Parsed<string> {
  if (typeof value === "string" && /^\d{14}$/.test(value)) return good(value);
  return bad(
    value,
    "must be the 14 digits YYYYMMDDHHmmss that the password was made from",
    "Give password and timestamp together.",
  );
}
