import type { MpesaEnvironment } from "@mpesa/raw";
import { balanceRequestConstraints as rules } from "@mpesa/raw/constraints";
import { securityCredentialLength } from "@mpesa/raw/platform";
import { toHex } from "../sha256.ts";
import { text } from "../validate/limits.ts";
import { invalid, type Parsed, valid } from "../validate/schema.ts";

/** An initiator whose password is encrypted already. */
export interface InitiatorWithCredential {
  /** The initiator's name on the organisation portal. */
  name: string;
  /** The password, encrypted with the environment's public key: 344 characters of base64. Requires no `node:crypto`. */
  securityCredential: string;
  password?: never;
  key?: never;
}

/**
 * An initiator with a plain password, which is encrypted before the first call that the initiator signs. Requires
 * `node:crypto`.
 */
export interface InitiatorWithPassword {
  /** The initiator's name on the organisation portal. */
  name: string;
  /** The initiator's password, as set on the organisation portal. */
  password: string;
  /** A public key or certificate in PEM: RSA with 2048 bits. @default Safaricom's key of the client's environment */
  key?: string;
  securityCredential?: never;
}

/**
 * The initiator (also called API user) that signs payouts, business payments, balances, status queries and reversals,
 * with a finished credential or with a plain password.
 *
 * @example
 * const initiator: Initiator = { name: "testapi", password: process.env["MPESA_INITIATOR_PASSWORD"] ?? "" };
 */
export type Initiator = InitiatorWithCredential | InitiatorWithPassword;

/**
 * Validates an initiator and returns the same object, because the client keeps the encrypted credential under this
 * object. The issues contain no secret.
 */
export function parseInitiator(value: unknown, environment: string | undefined): Parsed<Initiator> {
  if (typeof value !== "object" || value === null) {
    const rule = "must be { name, securityCredential } or { name, password }";
    return invalid(value, rule, "Use the initiator of your organisation.");
  }
  const { name, securityCredential, password, key } = value as Record<string, unknown>;
  const parts = [
    parseName(name),
    securityCredential === undefined
      ? parsePassword(password, key === undefined && environment === undefined)
      : parseCredential(securityCredential, password),
    parseKey(key),
  ];
  const issues = parts.flatMap((part) => (part.ok ? [] : part.issues));
  return issues.length === 0 ? valid(value as Initiator) : { ok: false, issues };
}

const nameText = text(rules.Initiator);

function parseName(name: unknown): Parsed<unknown> {
  const parsed = nameText(name);
  if (parsed.ok) return parsed;
  const fix = "Copy the initiator's name from the organisation portal.";
  return { ok: false, issues: parsed.issues.map((issue) => ({ ...issue, field: "name", fix })) };
}

function parseCredential(credential: unknown, password: unknown): Parsed<unknown> {
  if (password !== undefined) {
    const rule = "must have securityCredential or password, not both";
    return invalid({}, rule, "Omit one: the credential is made from the password.");
  }
  if (isCredential(credential)) return valid(credential);
  const rule = `must be ${securityCredentialLength} characters of base64, the last two of them "="`;
  return invalid(credential, rule, "If this is the plain password, pass it as `password`.", "securityCredential");
}

function parsePassword(password: unknown, needsKey: boolean): Parsed<unknown> {
  if (typeof password !== "string" || password === "") {
    const fix = "Pass the initiator's password, or the credential made from it.";
    return invalid(password, "is required unless `securityCredential` is set", fix, "password");
  }
  if (isCredential(password)) {
    const fix = "Pass it as `securityCredential`: this is a finished credential.";
    return invalid(password, "must be the plain password", fix, "password");
  }
  if (!needsKey) return valid(password);
  const fix = "Pass `environment` to the client, or pass a `key`: a public key encrypts the password.";
  return invalid(undefined, "is required unless the client has an `environment`", fix, "key");
}

function parseKey(key: unknown): Parsed<unknown> {
  if (key === undefined || (typeof key === "string" && key.includes("-----BEGIN "))) return valid(key);
  return invalid(
    key,
    "must be a public key or certificate in PEM",
    "Pass the text that begins with -----BEGIN.",
    "key",
  );
}

/** Base64 of 256 bytes, the length of the key. A string of another form is not a finished credential. */
const CREDENTIAL = new RegExp(rules.SecurityCredential.pattern);

function isCredential(value: unknown): boolean {
  return typeof value === "string" && CREDENTIAL.test(value);
}

/** Number of PBKDF2 iterations: the maximum that Cloudflare Workers allow. */
const ITERATIONS = 100_000;

/**
 * Returns a hash of gateway, name and secret, which is the same in every process that signs with the same credential. A
 * password is hashed slowly if the hash is put into a shared store (`isStored`), because whoever reads the store could
 * otherwise guess the password.
 */
export async function fingerprintOf(
  { name, password, securityCredential }: Pick<Initiator, "name" | "password" | "securityCredential">,
  { baseUrl, isStored }: { readonly baseUrl: string; readonly isStored: boolean },
): Promise<string> {
  const bytes = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);
  const secret = await crypto.subtle.importKey("raw", bytes(securityCredential ?? password ?? ""), "PBKDF2", false, [
    "deriveBits",
  ]);
  const iterations = isStored && securityCredential === undefined ? ITERATIONS : 1;
  const salt = bytes(`${baseUrl} ${name}`);
  return toHex(await crypto.subtle.deriveBits({ name: "PBKDF2", hash: "SHA-256", salt, iterations }, secret, 256));
}

/** Encrypts the passwords of initiators, once for each initiator: a credential is valid until the password changes. */
export class Credentials {
  readonly #environment: MpesaEnvironment | undefined;
  readonly #byInitiator = new WeakMap<
    InitiatorWithPassword,
    { readonly password: string; readonly credential: Promise<string> }
  >();

  constructor({ environment }: { readonly environment?: MpesaEnvironment }) {
    this.#environment = environment;
  }

  /** Returns the credential of an initiator. @throws MpesaConfigError if this runtime cannot encrypt the password. */
  async of(initiator: Initiator): Promise<string> {
    if (initiator.securityCredential !== undefined) return initiator.securityCredential;
    const known = this.#byInitiator.get(initiator);
    if (known?.password === initiator.password) return known.credential;
    const { password } = initiator;
    const credential = this.#encrypt(initiator);
    this.#byInitiator.set(initiator, { password, credential });
    try {
      return await credential;
    } catch (error) {
      this.#byInitiator.delete(initiator);
      throw error;
    }
  }

  async #encrypt({ password, key }: InitiatorWithPassword): Promise<string> {
    // Imported only here, so that a client that has a finished credential does not need node:crypto.
    const { securityCredential } = await import("../credential/index.ts");
    if (key !== undefined) return securityCredential({ password, key });
    // The client's constructor rejects a password without a key if the client has no environment.
    return securityCredential({ password, environment: this.#environment ?? "sandbox" });
  }
}
