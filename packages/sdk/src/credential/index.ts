import type { MpesaEnvironment } from "@mpesa/raw";
import { securityCredentialLength } from "@mpesa/raw/platform";
import { MpesaConfigError } from "../errors.ts";
import { type Issue, shapeOf } from "../issues.ts";
import { publicKeys } from "./keys.ts";
import { type KeyObject, type NodeCrypto, nodeCrypto } from "./node-crypto.ts";

/** Maximum length of a password: PKCS#1 v1.5 uses 11 of the key's 256 bytes for padding. */
const MAX_PASSWORD_BYTES = 245;
const MODULUS_BITS = 2048;
const ENCRYPT_ELSEWHERE =
  "Make the credential once on a machine with Node, and pass the credential as `initiator.securityCredential`.";

/**
 * The password to encrypt and the public key to encrypt with: Safaricom's key of an `environment`, or another `key`.
 */
export type SecurityCredentialOptions = {
  /**
   * The initiator's password, as set on the organisation portal: 1 to 245 bytes of UTF-8, without whitespace at either
   * end.
   */
  readonly password: string;
} & (
  | {
      /** The environment whose public key, as published by Safaricom, encrypts the password. */
      readonly environment: MpesaEnvironment;
      readonly key?: undefined;
    }
  | {
      /**
       * A certificate or public key in PEM: RSA with 2048 bits. Overrides `environment`. The dates of a certificate are
       * ignored.
       */
      readonly key: string;
      readonly environment?: MpesaEnvironment | undefined;
    }
);

/**
 * Encrypts the initiator's password into the `SecurityCredential` that payouts, reversals, balances and status queries
 * require: RSA with PKCS#1 v1.5 padding, as 344 characters of base64.
 *
 * Each call returns a different credential. Every credential stays valid until the password changes, and M-Pesa
 * requires a new password every 90 days. Make a credential once, and store the credential as safely as the password. If
 * the client has `initiator.password`, the client encrypts the password by itself.
 *
 * Requires `node:crypto`: Node, Bun, Deno, or Workers with Node compatibility.
 *
 * @throws MpesaConfigError if the password is empty, too long, already encrypted, or begins or ends with whitespace; if
 * the key is private, not in PEM, or not RSA with 2048 bits; and if the runtime has no `node:crypto`. The error
 * contains neither password nor key.
 * @example
 * const credential = await securityCredential({ password, environment: "production" });
 * const mpesa = new Mpesa({ …, initiator: { name: "testapi", securityCredential: credential } });
 * @example
 * await securityCredential({ password, key: await readFile("certificate.cer", "utf8") });
 */
export async function securityCredential(options: SecurityCredentialOptions): Promise<string> {
  // A caller in JavaScript may pass no options; the error then lists everything that is missing.
  const { password, environment, key } = options ?? ({} as SecurityCredentialOptions);
  const issues = [...passwordIssues(password), ...keyIssues(environment, key)];
  if (issues.length > 0) throw new MpesaConfigError(issues);
  const crypto = await nodeCrypto();
  if (!crypto) throw cryptoError("which this runtime does not have");
  const publicKey = readPublicKey(crypto, key ?? publicKeys[environment]);
  if (!publicKey) throw keyError(key, "must be a readable certificate or public key in PEM");
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = publicKey;
  if (type !== "rsa" || details?.modulusLength !== MODULUS_BITS) {
    const found = type === "rsa" ? `RSA with ${details?.modulusLength} bits` : `of type ${type}`;
    throw keyError(key, `must be RSA with ${MODULUS_BITS} bits, but is ${found}`);
  }
  try {
    // The key is passed as a string, because older versions of Deno do not accept a key object here.
    const pem = publicKey.export({ type: "spki", format: "pem" });
    const input = { key: pem, padding: crypto.constants.RSA_PKCS1_PADDING };
    return toBase64(crypto.publicEncrypt(input, new TextEncoder().encode(password)));
  } catch {
    throw cryptoError("which cannot encrypt with PKCS#1 v1.5 in this runtime");
  }
}

function passwordIssues(password: unknown): Issue[] {
  const issue = (rule: string, fix: string): Issue[] => [{ field: "password", received: shapeOf(password), rule, fix }];
  if (typeof password !== "string" || password === "") return issue("is required", "Pass the initiator's password.");
  if (password.length === securityCredentialLength && /^[A-Za-z0-9+/]+={0,2}$/.test(password)) {
    return issue(
      "must be the plain password, but is already encrypted",
      "Pass it as `initiator.securityCredential`: M-Pesa rejects a password that is encrypted twice, and repeated rejections lock the initiator.",
    );
  }
  if (password !== password.trim()) {
    return issue(
      "must not begin or end with whitespace",
      "Remove the whitespace, which was probably copied with the password.",
    );
  }
  if (new TextEncoder().encode(password).length > MAX_PASSWORD_BYTES) {
    return issue(
      `must be at most ${MAX_PASSWORD_BYTES} bytes long in UTF-8`,
      "Pass the initiator's password, not a key or a token.",
    );
  }
  return [];
}

function keyIssues(environment: unknown, key: unknown): Issue[] {
  if (key === undefined) {
    if (typeof environment === "string" && Object.hasOwn(publicKeys, environment)) return [];
    const received = shapeOf(environment);
    return [
      {
        field: "environment",
        received,
        rule: 'must be "sandbox" or "production"',
        fix: "Correct the environment, or pass a `key`.",
      },
    ];
  }
  const issue = (rule: string, fix: string): Issue[] => [{ field: "key", received: shapeOf(key), rule, fix }];
  if (typeof key === "string" && key.includes("PRIVATE KEY")) {
    return issue(
      "must be a public key, but is a private key",
      "Pass Safaricom's certificate. Never pass a private key to anyone.",
    );
  }
  if (typeof key !== "string" || !/-----BEGIN [A-Z0-9 ]+-----/.test(key)) {
    return issue(
      "must be a certificate or public key in PEM, as a string",
      "Pass the text that begins with -----BEGIN. A binary .cer file is in DER: convert it to PEM first.",
    );
  }
  return [];
}

function readPublicKey({ createPublicKey }: NodeCrypto, pem: string): KeyObject | undefined {
  try {
    // createPublicKey also accepts a certificate, and ignores its dates.
    return createPublicKey(pem);
  } catch {
    return undefined;
  }
}

function keyError(key: unknown, rule: string): MpesaConfigError {
  return new MpesaConfigError([
    {
      field: "key",
      received: shapeOf(key),
      rule,
      fix: "Use the certificate that Safaricom publishes for this environment.",
    },
  ]);
}

function cryptoError(problem: string): MpesaConfigError {
  return new MpesaConfigError([
    {
      field: "password",
      received: "a runtime without it",
      rule: `must be encrypted with node:crypto, ${problem}`,
      fix: ENCRYPT_ELSEWHERE,
    },
  ]);
}

function toBase64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}
