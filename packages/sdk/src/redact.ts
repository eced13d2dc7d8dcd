import { confidentialFields, partyFields, shortCode } from "@mpesa/raw/platform";
import { isJson, text } from "./http/error-body.ts";
import type { Initiator } from "./initiator/initiator.ts";
import { maskPhoneNumbers, nationalNumbersIn, REDACTED } from "./mask.ts";

/** Minimum length of a secret. Redacting shorter strings would redact ordinary words too. */
const MIN_SECRET_LENGTH = 4;
/** A part of a URL that nobody can guess and that is therefore secret. Words such as `callback` are not redacted. */
const UNGUESSABLE = /^(?=.*\d)(?=.*[a-z]).{6,}$|^.{16,}$/i;
const ECHOED_TOKEN = /(access token\s*-\s*)[A-Za-z0-9._~+/=-]+/gi;

/** Redacts secrets in texts for people and logs, whatever the encoding of a secret. */
export class Redactor {
  /** Returns the secrets. A function, because most calls end without a text to redact. */
  readonly #secrets: () => Iterable<string | undefined>;
  readonly #added = new Set<string>();
  readonly #parent: Redactor | undefined;

  constructor(secrets: () => Iterable<string | undefined> = () => [], parent?: Redactor) {
    this.#secrets = secrets;
    this.#parent = parent;
  }

  /** Adds a secret. */
  add(secret: string): void {
    this.#added.add(secret);
  }

  /** Returns a redactor that also redacts the secrets of one call. */
  child(secrets: () => Iterable<string | undefined>): Redactor {
    return new Redactor(secrets, this);
  }

  /** Returns the text with secrets redacted and phone numbers masked. */
  text(text: string): string {
    let clean = text;
    // Longest first: if a short secret inside a long secret were redacted first, the rest of the long secret would
    // remain.
    for (const secret of [...this.#allForms()].sort((a, b) => b.length - a.length))
      clean = clean.replaceAll(secret, REDACTED);
    return maskPhoneNumbers(clean.replace(ECHOED_TOKEN, `$1${REDACTED}`));
  }

  /**
   * Returns a redacted copy of a thrown value for `cause`: name, code, message, stack and causes.
   */
  cause(thrown: unknown): Error | undefined {
    try {
      return this.#copy(thrown, 0);
    } catch {
      // A getter or a conversion of the thrown value threw.
      return new Error("the thrown value cannot be read");
    }
  }

  #copy(thrown: unknown, depth: number): Error | undefined {
    if (thrown === undefined || depth > 4) return undefined;
    if (typeof thrown !== "object" || thrown === null) return new Error(this.text(String(thrown)));
    const source = thrown as { name?: unknown; message?: unknown; code?: unknown; stack?: unknown; cause?: unknown };
    const inner = this.#copy(source.cause, depth + 1);
    const copy = new Error(this.text(String(source.message ?? "")), inner && { cause: inner });
    copy.name = this.text(String(source.name ?? "Error"));
    if (typeof source.stack === "string") copy.stack = this.text(source.stack);
    if (source.code !== undefined) Object.assign(copy, { code: this.text(String(source.code)) });
    return copy;
  }

  *#allForms(): Generator<string> {
    for (const secret of new Set([...this.#secrets(), ...this.#added])) {
      if (secret === undefined || secret.length < MIN_SECRET_LENGTH) continue;
      for (const part of [secret, ...secretPartsOf(secret)])
        for (const form of encodingsOf(part)) if (form.length >= MIN_SECRET_LENGTH) yield form;
    }
    if (this.#parent) yield* this.#parent.#allForms();
  }
}

/**
 * Yields the secret parts of a URL: its path, which proxies and routers quote without the host and sometimes without
 * the beginning, and each part of the path that nobody can guess.
 */
function* secretPartsOf(secret: string): Generator<string> {
  const [, path = ""] = /^https?:\/\/[^/?#]*(.*)$/is.exec(secret) ?? [];
  for (const spelling of new Set([path, decoded(path), path.replace(OCTET, upper), path.replace(OCTET, lower)])) {
    for (const { index } of spelling.matchAll(/[/?]/g)) yield spelling.slice(index);
    for (const part of spelling.split(/[/?&=#;]/))
      for (const piece of [part, ...part.split(/[^a-z\d]/i)]) if (UNGUESSABLE.test(piece)) yield piece;
  }
}

/**
 * Yields a secret in each encoding in which a text may contain the secret: JSON, base64, base64url and
 * percent-encoding.
 */
function* encodingsOf(secret: string): Generator<string> {
  yield JSON.stringify(secret).slice(1, -1);
  for (const form of [secret, base64(secret)]) {
    const bare = form.replace(/=+$/, "");
    const encoded = encodeURIComponent(form.toWellFormed());
    yield* [form, bare, bare.replaceAll("+", "-").replaceAll("/", "_"), encoded, encoded.replace(OCTET, lower)];
  }
}

/** Texts of ASCII characters only. Their UTF-8 bytes are their character codes. */
const ASCII = /^[ -~]*$/;
const OCTET = /%[0-9a-f]{2}/gi;
const upper = (octet: string): string => octet.toUpperCase();
const lower = (octet: string): string => octet.toLowerCase();

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Returns the base64 of a text's UTF-8 bytes. */
export function base64(text: string): string {
  if (ASCII.test(text)) return btoa(text);
  let binary = "";
  for (const byte of new TextEncoder().encode(text)) binary += String.fromCharCode(byte);
  return btoa(binary);
}

const PUBLIC_HEADERS = ["accept", "content-length", "content-type", "user-agent"];
const SHORT_CODE = /* @__PURE__ */ new RegExp(shortCode.pattern);

/** Parts of a request that may contain secrets. */
export interface SecretParts {
  readonly body: unknown;
  readonly initiator?: Initiator | undefined;
  /** All request headers but the token's; the names are in lower case. */
  readonly headers: Readonly<Record<string, string>>;
}

/** Returns the values of a call that no error, event or log may contain. */
export function secretsOf({ body, initiator, headers }: SecretParts): string[] {
  const { password, securityCredential } = initiator ?? {};
  // A header of the caller's may be the key of a proxy.
  const values = Object.entries(headers).flatMap(([name, value]) => (PUBLIC_HEADERS.includes(name) ? [] : [value]));
  const secrets = [
    ...values.map((value) => value.replace(/^(?:Basic|Bearer) +/i, "")),
    password,
    securityCredential,
    ...(isJson(body) ? secretsInBody(body) : []),
  ];
  return secrets.filter((secret) => secret !== undefined);
}

function secretsInBody(body: Readonly<Record<string, unknown>>): (string | undefined)[] {
  const secrets = [passkeyIn(body)];
  for (const [name, value] of Object.entries(body)) {
    const written = text(value);
    if (written === undefined) continue;
    // Errors must be able to show a short code.
    const isShortCode = includes(partyFields, name) && SHORT_CODE.test(written);
    if (includes(confidentialFields, name) && !isShortCode) secrets.push(written);
    // Whoever has a signed callback URL can post callbacks, so the URL is a secret.
    if (/url$/i.test(name) || /^https?:/i.test(written)) secrets.push(written);
    // Phone numbers, also inside an ID, are redacted without their country code, because responses may omit the country
    // code.
    else secrets.push(...nationalNumbersIn(written));
  }
  return secrets;
}

function includes(names: readonly string[], name: string): boolean {
  return names.includes(name);
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
