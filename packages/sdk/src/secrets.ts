import { confidentialFields } from "@mpesa/raw/platform";
import type { Initiator } from "./initiator/initiator.ts";
import { isJson, text } from "./transport/error-body.ts";
import { nationalNumbersIn } from "./without-payer.ts";

/** Shorter values of confidential fields are short codes, which are in every message. */
const MIN_CONFIDENTIAL_LENGTH = 8;

/** A request, as far as it may contain secrets. */
export interface SecretParts {
  readonly body: unknown;
  readonly initiator?: Initiator | undefined;
  /** The request headers that the client set. */
  readonly headers: Readonly<Record<string, string>>;
  /** The request headers that the caller added. */
  readonly own?: Readonly<Record<string, string>> | undefined;
}

/** Values of a call that no error, event or log may contain. */
export function secretsOf({ body, initiator, headers, own = {} }: SecretParts): string[] {
  const token = headers["authorization"]?.replace(/^\w+ +/, "");
  const { password, securityCredential } = initiator ?? {};
  const secrets = [token, password, securityCredential, ...Object.values(own), ...(isJson(body) ? inBody(body) : [])];
  return secrets.filter((secret) => secret !== undefined);
}

function inBody(body: Readonly<Record<string, unknown>>): (string | undefined)[] {
  const secrets = [passkeyIn(body)];
  for (const [name, value] of Object.entries(body)) {
    const written = text(value);
    if (written === undefined) continue;
    if (isConfidential(name) && written.length >= MIN_CONFIDENTIAL_LENGTH) secrets.push(written);
    // A signed callback URL is as good as a password.
    if (/url$/i.test(name) || /^https?:/i.test(written)) secrets.push(written);
    // Phone numbers, also those inside an ID, without their country code as responses have them.
    else secrets.push(...nationalNumbersIn(written));
  }
  return secrets;
}

function isConfidential(name: string): boolean {
  return (confidentialFields as readonly string[]).includes(name);
}

/** The passkey that the Password of an STK request was made from. */
function passkeyIn({ BusinessShortCode, Password, Timestamp }: Readonly<Record<string, unknown>>): string | undefined {
  const [before, after] = [text(BusinessShortCode), text(Timestamp)];
  if (!before || !after) return undefined;
  try {
    const made = atob(text(Password) ?? "");
    const isMadeOfThese = made.startsWith(before) && made.endsWith(after);
    return isMadeOfThese ? made.slice(before.length, -after.length) : undefined;
  } catch {
    // A password made elsewhere need not be base64.
    return undefined;
  }
}
