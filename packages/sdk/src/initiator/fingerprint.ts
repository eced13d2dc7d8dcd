import { toHex } from "../sha256.ts";
import type { Initiator } from "./initiator.ts";

/** The most that Cloudflare Workers allow. */
const ITERATIONS = 100_000;

/**
 * A hash of gateway, name and secret: equal in every process that signs with the same credential. People choose passwords,
 * so one whose hash leaves this process is hashed slowly, because whoever reads the store could otherwise guess it.
 */
export async function fingerprintOf(
  { name, password, securityCredential }: Pick<Initiator, "name" | "password" | "securityCredential">,
  { baseUrl, leaves }: { readonly baseUrl: string; readonly leaves: boolean },
): Promise<string> {
  const bytes = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);
  const secret = await crypto.subtle.importKey("raw", bytes(securityCredential ?? password ?? ""), "PBKDF2", false, [
    "deriveBits",
  ]);
  const iterations = leaves && securityCredential === undefined ? ITERATIONS : 1;
  const salt = bytes(`${baseUrl} ${name}`);
  return toHex(await crypto.subtle.deriveBits({ name: "PBKDF2", hash: "SHA-256", salt, iterations }, secret, 256));
}
