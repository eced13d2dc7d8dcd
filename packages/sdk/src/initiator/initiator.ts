import { balanceRequestConstraints as rules } from "@mpesa/raw/constraints";
import { securityCredentialLength } from "@mpesa/raw/platform";
import { text } from "../validate/limits.ts";
import { invalid, type Parsed, valid } from "../validate/schema.ts";

/** The API user that signs payouts, business payments, balances, status queries and reversals; its password is encrypted already. */
export interface InitiatorWithCredential {
  /** The API user's name on the M-Pesa organisation portal. */
  name: string;
  /** The password, encrypted for the environment: 344 characters of base64. Works everywhere, browsers included. */
  securityCredential: string;
  password?: never;
  key?: never;
}

/** The same with the plain password, which is encrypted when a call first needs it. Needs `node:crypto`. */
export interface InitiatorWithPassword {
  name: string;
  /** The API user's password, as it was set on the M-Pesa portal. */
  password: string;
  /** A public key or certificate in PEM. @default Safaricom's key of the client's environment */
  key?: string;
  securityCredential?: never;
}

/** The API user that signs: with a ready credential, or with its password. */
export type Initiator = InitiatorWithCredential | InitiatorWithPassword;

/** An initiator with everything that is wrong with it, without a word of its secrets. It stays the object that it is: its credential is made once. */
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
  const fix = "Pass one of the two: the password is encrypted with that environment's public key.";
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

/** Base64 of the key's 256 bytes: any other text of that length was damaged on its way here. */
const CREDENTIAL = new RegExp(rules.SecurityCredential.pattern);

function isCredential(value: unknown): boolean {
  return typeof value === "string" && CREDENTIAL.test(value);
}
