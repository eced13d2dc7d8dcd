import type { MpesaEnvironment } from "@mpesa/raw";
import { securityCredentialLength } from "@mpesa/raw/platform";
import { MpesaConfigError } from "../errors/config-error.ts";
import { type Issue, shapeOf } from "../errors/issue.ts";
import { publicKeys } from "./keys.ts";
import { type KeyObject, type NodeCrypto, nodeCrypto } from "./node-crypto.ts";

/** PKCS#1 v1.5 needs eleven bytes of the key's 256 for itself. */
const MAX_PASSWORD_BYTES = 245;
const MODULUS_BITS = 2048;
const PRECOMPUTE = "Make the credential once, on a machine with Node, and pass it as initiator.securityCredential.";

/** What to encrypt, and for whom: `environment` picks Safaricom's key, `key` is one of your own. */
export type SecurityCredentialOptions = {
  /** The API user's password, as it was set on the M-Pesa portal: up to 245 bytes of UTF-8. */
  readonly password: string;
} & (
  | {
      /** Picks the public key that Safaricom gives out for this environment. */
      readonly environment: MpesaEnvironment;
      readonly key?: undefined;
    }
  | {
      /** A certificate or a public key in PEM, RSA with 2048 bits. Dates are not checked. It wins over `environment`. */
      readonly key: string;
      readonly environment?: MpesaEnvironment | undefined;
    }
);

/**
 * Encrypts the initiator's password into the `SecurityCredential` that pay-outs, reversals, balance and status take:
 * RSA with PKCS#1 v1.5 padding over the password alone, in base64, 344 characters. Each call gives another text and all
 * stay valid until the password changes, which M-Pesa asks for every 90 days: make it once and keep it like a password.
 *
 * Needs `node:crypto` (Node, Bun, Deno, Workers with Node compatibility). The client calls it by itself when
 * `initiator.password` is given.
 *
 * @throws MpesaConfigError when the password is empty, too long or encrypted already, when the key is private, not PEM
 * or not RSA-2048, and where there is no `node:crypto`. No error shows password or key.
 * @example
 * const credential = await securityCredential({ password, environment: "production" });
 * const mpesa = new Mpesa({ …, initiator: { name: "testapi", securityCredential: credential } });
 * @example
 * await securityCredential({ password, key: await readFile("certificate.cer", "utf8") });
 */
export async function securityCredential(options: SecurityCredentialOptions): Promise<string> {
  // JavaScript may pass nothing, and then hears of all that is missing.
  const { password, environment, key } = options ?? ({} as SecurityCredentialOptions);
  const issues = [...passwordIssues(password), ...keyIssues(environment, key)];
  if (issues.length > 0) throw new MpesaConfigError(issues);
  const crypto = await nodeCrypto();
  if (!crypto) throw missing("is not there");
  const publicKey = read(crypto, key ?? publicKeys[environment]);
  if (!publicKey) throw wrongKey(key, "could not be read as a certificate or public key in PEM");
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = publicKey;
  if (type !== "rsa" || details?.modulusLength !== MODULUS_BITS) {
    const found = type === "rsa" ? `RSA with ${details?.modulusLength} bits` : `of type ${type}`;
    throw wrongKey(key, `must be RSA with ${MODULUS_BITS} bits, and is ${found}`);
  }
  try {
    // As text, since older versions of Deno take no key object here.
    const pem = publicKey.export({ type: "spki", format: "pem" });
    const input = { key: pem, padding: crypto.constants.RSA_PKCS1_PADDING };
    return toBase64(crypto.publicEncrypt(input, new TextEncoder().encode(password)));
  } catch {
    throw missing("cannot encrypt with PKCS#1 v1.5");
  }
}

function passwordIssues(password: unknown): Issue[] {
  const wrong = (rule: string, fix: string): Issue[] => [{ field: "password", received: shapeOf(password), rule, fix }];
  if (typeof password !== "string" || password === "") return wrong("is needed", "Give the password of the API user.");
  if (password.length === securityCredentialLength && /^[A-Za-z0-9+/]+={0,2}$/.test(password)) {
    return wrong(
      "is encrypted already",
      "Pass it as initiator.securityCredential; encrypted twice it locks the API user.",
    );
  }
  if (password !== password.trim()) {
    return wrong("must not begin or end with white space", "It was probably copied with something around it.");
  }
  if (new TextEncoder().encode(password).length > MAX_PASSWORD_BYTES) {
    return wrong(
      `must be at most ${MAX_PASSWORD_BYTES} bytes`,
      "Give the password of the API user, not a key or a token.",
    );
  }
  return [];
}

function keyIssues(environment: unknown, key: unknown): Issue[] {
  if (key === undefined) {
    if (typeof environment === "string" && Object.hasOwn(publicKeys, environment)) return [];
    const received = shapeOf(environment);
    return [
      { field: "environment", received, rule: 'must be "sandbox" or "production"', fix: "Or give a key of your own." },
    ];
  }
  const wrong = (rule: string, fix: string): Issue[] => [{ field: "key", received: shapeOf(key), rule, fix }];
  if (typeof key === "string" && key.includes("PRIVATE KEY")) {
    return wrong(
      "must be public, and this is a private key",
      "Give Safaricom's certificate; nobody else needs a private key.",
    );
  }
  if (typeof key !== "string" || !/-----BEGIN [A-Z0-9 ]+-----/.test(key)) {
    return wrong(
      "must be a certificate or public key in PEM, as text",
      "It begins with -----BEGIN; a .cer file of bytes is DER: convert it.",
    );
  }
  return [];
}

function read({ createPublicKey }: NodeCrypto, pem: string): KeyObject | undefined {
  try {
    // Takes a certificate as well, and never looks at its dates.
    return createPublicKey(pem);
  } catch {
    return undefined;
  }
}

function wrongKey(key: unknown, rule: string): MpesaConfigError {
  return new MpesaConfigError([
    {
      field: "key",
      received: shapeOf(key),
      rule,
      fix: "Use the certificate that Safaricom gave out for this environment.",
    },
  ]);
}

function missing(what: string): MpesaConfigError {
  return new MpesaConfigError([
    {
      field: "password",
      received: "a runtime without it",
      rule: `needs node:crypto, which here ${what}`,
      fix: PRECOMPUTE,
    },
  ]);
}

function toBase64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}
