import { REDACTED } from "./redacted.ts";
import { withoutNumbers } from "./without-payer.ts";

/** Shorter strings would blank out ordinary words. */
const MIN_SECRET_LENGTH = 4;
/** A part of a URL that nobody could guess; words such as `callback` are left in a text. */
const UNGUESSABLE = /^(?=.*\d)(?=.*[a-z]).{6,}$|^.{16,}$/i;
const ECHOED_TOKEN = /(access token\s*-\s*)[A-Za-z0-9._~+/=-]+/gi;

/** Removes the secrets it knows, in every spelling they travel in, from texts that a person or a log will see. */
export class Redactor {
  /** A function, since most calls end without a text to redact. */
  readonly #secrets: () => Iterable<string | undefined>;
  readonly #added = new Set<string>();
  readonly #parent: Redactor | undefined;

  constructor(secrets: () => Iterable<string | undefined> = () => [], parent?: Redactor) {
    this.#secrets = secrets;
    this.#parent = parent;
  }

  /** Remembers one more secret. */
  add(secret: string): void {
    this.#added.add(secret);
  }

  /** Returns a redactor that also knows the secrets of one call. */
  child(secrets: () => Iterable<string | undefined>): Redactor {
    return new Redactor(secrets, this);
  }

  text(text: string): string {
    let clean = text;
    // Longest first, or a short secret inside a long one would leave its rest behind.
    for (const secret of [...this.#all()].sort((a, b) => b.length - a.length))
      clean = clean.replaceAll(secret, REDACTED);
    return withoutNumbers(clean.replace(ECHOED_TOKEN, `$1${REDACTED}`));
  }

  /** A copy of a thrown value that is safe to keep as `cause`: name, code, message and stack, redacted, and its own causes. */
  cause(thrown: unknown): Error | undefined {
    try {
      return this.#copy(thrown, 0);
    } catch {
      // A getter or a conversion of the thrown value threw in its turn.
      return new Error("something was thrown that cannot be read");
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

  *#all(): Generator<string> {
    for (const secret of new Set([...this.#secrets(), ...this.#added])) {
      if (secret === undefined || secret.length < MIN_SECRET_LENGTH) continue;
      for (const part of [secret, ...partsOf(secret)])
        for (const form of formsOf(part)) if (form.length >= MIN_SECRET_LENGTH) yield form;
    }
    if (this.#parent) yield* this.#parent.#all();
  }
}

/**
 * Parts of a URL that are as good as the whole: the path without its host, as proxies and routers quote it, also where
 * they cut off its beginning, and each part of the path that is a secret by itself.
 */
function* partsOf(secret: string): Generator<string> {
  const [, path = ""] = /^https?:\/\/[^/?#]*(.*)$/is.exec(secret) ?? [];
  for (const spelling of new Set([path, decoded(path), path.replace(OCTET, upper), path.replace(OCTET, lower)])) {
    for (const { index } of spelling.matchAll(/[/?]/g)) yield spelling.slice(index);
    for (const part of spelling.split(/[/?&=#;]/))
      for (const piece of [part, ...part.split(/[^a-z\d]/i)]) if (UNGUESSABLE.test(piece)) yield piece;
  }
}

function* formsOf(secret: string): Generator<string> {
  yield JSON.stringify(secret).slice(1, -1);
  for (const form of [secret, base64(secret)]) {
    const bare = form.replace(/=+$/, "");
    const encoded = encodeURIComponent(form.toWellFormed());
    yield* [form, bare, bare.replaceAll("+", "-").replaceAll("/", "_"), encoded, encoded.replace(OCTET, lower)];
  }
}

/** These characters are their own UTF-8. */
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

/** Base64 of the UTF-8 bytes. */
export function base64(text: string): string {
  if (ASCII.test(text)) return btoa(text);
  let binary = "";
  for (const byte of new TextEncoder().encode(text)) binary += String.fromCharCode(byte);
  return btoa(binary);
}
