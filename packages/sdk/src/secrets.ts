import { confidentialFields } from "@mpesa/raw/platform";
import type { Initiator } from "./initiator/initiator.ts";
import { isJson, text } from "./transport/error-body.ts";
import { nationalNumbersIn } from "./without-payer.ts";

/**
 * Minimum length of a secret in a confidential field. Shorter values are short codes, which errors must be able to
 * show.
 */
const MIN_CONFIDENTIAL_LENGTH = 8;

/** Parts of a request that may contain secrets. */
export interface SecretParts {
  readonly body: unknown;
  readonly initiator?: Initiator | undefined;
  /** The request headers that the client set. */
  readonly headers: Readonly<Record<string, string>>;
  /** The request headers that the caller added. */
  readonly callerHeaders?: Readonly<Record<string, string>> | undefined;
}

/** Returns the values of a call that no error, event or log may contain. */
export function secretsOf({ body, initiator, headers, callerHeaders = {} }: SecretParts): string[] {
  const token = headers["authorization"]?.replace(/^\w+ +/, "");
  const { password, securityCredential } = initiator ?? {};
  const secrets = [
    token,
    password,
    securityCredential,
    ...Object.values(callerHeaders),
    ...(isJson(body) ? secretsInBody(body) : []),
  ];
  return secrets.filter((secret) => secret !== undefined);
}

function secretsInBody(body: Readonly<Record<string, unknown>>): (string | undefined)[] {
  const secrets = [passkeyIn(body)];
  for (const [name, value] of Object.entries(body)) {
    const written = text(value);
    if (written === undefined) continue;
    if (isConfidential(name) && written.length >= MIN_CONFIDENTIAL_LENGTH) secrets.push(written);
    // Whoever has a signed callback URL can post callbacks, so the URL is a secret.
    if (/url$/i.test(name) || /^https?:/i.test(written)) secrets.push(written);
    // Phone numbers, also inside an ID, are redacted without their country code, because responses may omit the country
    // code.
    else secrets.push(...nationalNumbersIn(written));
  }
  return secrets;
}

function isConfidential(name: string): boolean {
  return (confidentialFields as readonly string[]).includes(name);
}

/** Returns the passkey from which the `Password` of an STK request was made. */
function passkeyIn({ BusinessShortCode, Password, Timestamp }: Readonly<Record<string, unknown>>): string | undefined {
  const [shortCode, timestamp] = [text(BusinessShortCode), text(Timestamp)];
  if (!shortCode || !timestamp) return undefined;
  try {
    const password = atob(text(Password) ?? "");
    const isMadeOfThese = password.startsWith(shortCode) && password.endsWith(timestamp);
    return isMadeOfThese ? password.slice(shortCode.length, -timestamp.length) : undefined;
  } catch {
    // A password that the caller made may be invalid base64.
    return undefined;
  }
}
