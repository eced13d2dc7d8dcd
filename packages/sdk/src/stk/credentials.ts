import { stkQueryRequestConstraints as rules } from "@mpesa/raw/constraints";
import { base64 } from "../redact.ts";
import { parsePasskey } from "../validate/formats.ts";
import { text } from "../validate/limits.ts";
import { type Fields, fields, invalid, orClient, valid } from "../validate/schema.ts";
import { timestamp } from "../validate/times.ts";

/** What proves that an STK request comes from the short code's owner. Omit it to use the client's passkey. */
export interface StkCredentials {
  /** The passkey of another short code than the client's. */
  passkey?: string;
  /** A password made elsewhere, with the timestamp it was made from. */
  password?: string;
  timestamp?: string;
}

/** The two fields that prove an STK request comes from the short code's owner; they only fit together. */
export interface StkPassword {
  readonly password: string;
  readonly timestamp: string;
}

/** Either what a password is made from, or one that was made elsewhere. */
export type StkSigner = { readonly passkey: string } | StkPassword;

const TIMESTAMP = new RegExp(rules.Timestamp.pattern);

const ownPassword = fields({ passkey: orClient("passkey", parsePasskey) });
const madeElsewhere = fields({
  password: text(),
  timestamp: (value) =>
    typeof value === "string" && TIMESTAMP.test(value)
      ? valid(value)
      : invalid(
          value,
          "must be the 14 digits YYYYMMDDHHmmss that the password was made from",
          "Pass password and timestamp together.",
        ),
});

/** A password made elsewhere wins over every passkey. */
export const stkCredentials: Fields<StkSigner, { readonly config: { readonly passkey?: string } }> = {
  names: [...ownPassword.names, ...madeElsewhere.names],
  read: (given, client) =>
    given["password"] === undefined && given["timestamp"] === undefined
      ? ownPassword.read(given, client)
      : madeElsewhere.read(given, client),
};

/**
 * Makes `Password` and `Timestamp` of an STK request from one instant.
 *
 * @throws MpesaValidationError for an invalid date.
 * @example stkPassword({ shortCode: "174379", passkey, at: new Date() })
 */
export function stkPassword(parts: { shortCode: string; passkey: string; at: Date }): StkPassword {
  const stamp = timestamp(parts.at);
  return { password: base64(parts.shortCode + parts.passkey + stamp), timestamp: stamp };
}

/** Password and timestamp of a request that leaves now. */
export function signStk(shortCode: string, signer: StkSigner, now: () => number): StkPassword {
  if (!("passkey" in signer)) return { password: signer.password, timestamp: signer.timestamp };
  return stkPassword({ shortCode, passkey: signer.passkey, at: new Date(now()) });
}
