import { REDACTED } from "./redacted.ts";
import { maskPhoneNumbers } from "./without-payer.ts";

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
