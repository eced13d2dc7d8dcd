import { base64 } from "../redact.ts";
import { timestamp } from "./timestamp.ts";

/** The two fields that prove an STK request comes from the short code's owner; they only fit together. */
export interface StkPassword {
  readonly password: string;
  readonly timestamp: string;
}

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
