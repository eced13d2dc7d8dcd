import { ResultCode } from "@mpesa/raw/codes";
import { securityCredentialLength } from "@mpesa/raw/platform";
import { triesUntilLock } from "../defaults.ts";
import type { OrganisationRecord } from "../state/records.ts";
import type { Engine } from "./engine.ts";
import { privateKey } from "./key.ts";

const opened = new Map<string, string | null>();
const OPENED_LIMIT = 1_000;

/** Whether this initiator may act: nothing, or the result code that says why not. Wrong tries lock the user. */
export function refuseInitiator(
  engine: Engine,
  organisation: OrganisationRecord | undefined,
  name: string,
  credential: string,
): string | undefined {
  const initiator = organisation?.initiators.find((one) => one.name === name);
  if (!organisation || !initiator) return ResultCode.InitiatorInvalid;
  if (initiator.locked) return ResultCode.CredentialLocked;
  const password = open(credential);
  // A credential for Safaricom's own key cannot be opened here; it counts as right unless one was agreed on.
  const foreign = password === null && initiator.securityCredential === null && wellFormed(credential);
  const right = password === initiator.password || credential === initiator.securityCredential || foreign;
  initiator.tries = right ? 0 : initiator.tries + 1;
  initiator.locked = initiator.tries >= triesUntilLock;
  engine.store.organisations.put(organisation.shortCode, organisation);
  return right ? undefined : ResultCode.InitiatorInvalid;
}

function wellFormed(credential: string): boolean {
  return credential.length === securityCredentialLength && /^[A-Za-z0-9+/]+={0,2}$/.test(credential);
}

/** The password inside a credential that was made with the simulator's public key; null for any other. */
function open(credential: string): string | null {
  const known = opened.get(credential);
  if (known !== undefined) return known;
  const password = wellFormed(credential) ? decrypt(credential) : null;
  if (opened.size >= OPENED_LIMIT) opened.clear();
  opened.set(credential, password);
  return password;
}

/** RSA PKCS#1 v1.5 by hand: WebCrypto does not have it. The key is public, so timing gives nothing away. */
function decrypt(credential: string): string | null {
  const [p, q, dp, dq, qi] = (["p", "q", "dp", "dq", "qi"] as const).map((name) => BigInt(`0x${privateKey[name]}`)) as [
    bigint,
    bigint,
    bigint,
    bigint,
    bigint,
  ];
  const bytes = Uint8Array.from(atob(credential), (character) => character.charCodeAt(0));
  const sealed = bytes.reduce((number, byte) => (number << 8n) | BigInt(byte), 0n);
  if (sealed >= p * q) return null;
  const modP = power(sealed % p, dp, p);
  const modQ = power(sealed % q, dq, q);
  const message = modQ + ((((qi * (modP - modQ)) % p) + p) % p) * q;
  const hex = message.toString(16).padStart(bytes.length * 2, "0");
  const end = /^0002(?:(?!00)..){8,}?00/.exec(hex)?.[0].length;
  if (end === undefined) return null;
  const text = hex.slice(end).replace(/../g, (pair) => String.fromCharCode(Number.parseInt(pair, 16)));
  return /^[\x20-\x7e]+$/.test(text) ? text : null;
}

function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n;
  for (const bit of exponent.toString(2)) {
    result = (result * result) % modulus;
    if (bit === "1") result = (result * base) % modulus;
  }
  return result;
}
