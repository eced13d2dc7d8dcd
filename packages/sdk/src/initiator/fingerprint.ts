import { toHex } from "../sha256.ts";
import type { Initiator } from "./initiator.ts";

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
