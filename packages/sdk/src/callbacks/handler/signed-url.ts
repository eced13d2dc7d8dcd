import { toHex } from "../../sha256.ts";
import { RESULT_KINDS } from "../kinds.ts";
import type { CallbackKind, ResultKind } from "../types.ts";
import { callbackKinds, insist, isAmount } from "./demands.ts";
import type { CallbackUrlOptions } from "./options.ts";

/** What a signed path says. */
export interface Route {
  readonly kind: CallbackKind;
  /** Whose queue timeout it is. */
  readonly product?: ResultKind;
  readonly reference: string;
}

/** Signs routes and reads them back. */
export interface PathSigner {
  sign(route: Route, expiresAtMs: number): Promise<string>;
  /** The route if this very path was signed with one of the keys; "expired" if it was, once. */
  verify(path: string, nowMs: number): Promise<Route | "expired" | undefined>;
}

// Hexadecimal throughout: it holds no letter that Safaricom's forbidden words could be spelled with, whatever the reference.
const PATH = /^(([^/-]+)(-timeout)?\/([\da-f]*)-([\da-f]+))-([\da-f]{64})$/;
const ALGORITHM = { name: "HMAC", hash: "SHA-256" };
const encode = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);

/** A path is `kind/reference-expiry-hmac`; the expiry is in milliseconds since 1970, 0 for never. */
export function pathSigner(secrets: readonly string[]): PathSigner {
  let imported: Promise<CryptoKey[]> | undefined;
  // Not at once: some runtimes forbid cryptography outside of requests.
  const keys = (): Promise<CryptoKey[]> => {
    imported ??= Promise.all(
      secrets.map((secret) => crypto.subtle.importKey("raw", encode(secret), ALGORITHM, false, ["sign", "verify"])),
    );
    return imported;
  };

  return {
    async sign({ kind, product, reference }: Route, expiresAtMs: number): Promise<string> {
      const segment = product ? `${product}-timeout` : kind;
      const path = `${segment}/${toHex(encode(reference))}-${Math.ceil(expiresAtMs).toString(16)}`;
      const [key] = await keys();
      return `${path}-${toHex(await crypto.subtle.sign("HMAC", key as CryptoKey, labelled(path)))}`;
    },

    async verify(path: string, nowMs: number): Promise<Route | "expired" | undefined> {
      const [, signed = "", segment, isTimeout, reference = "", expiry = "", mac] = PATH.exec(path) ?? [];
      if (!mac) return undefined;
      // subtle.verify compares in constant time.
      const checks = (await keys()).map((key) => crypto.subtle.verify("HMAC", key, fromHex(mac), labelled(signed)));
      if (!(await Promise.all(checks)).includes(true)) return undefined;
      const expiresAtMs = Number.parseInt(expiry, 16);
      if (expiresAtMs && expiresAtMs <= nowMs) return "expired";
      const route = isTimeout ? { kind: "timeout", product: segment } : { kind: segment };
      return { ...route, reference: new TextDecoder("utf-8", { ignoreBOM: true }).decode(fromHex(reference)) } as Route;
    },
  };
}

/** The label keeps these signatures apart from whatever else the secret signs. */
function labelled(path: string): Uint8Array<ArrayBuffer> {
  return encode(`mpesa callback ${path}`);
}

function fromHex(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

/** Keeps the whole URL short: every byte takes two characters. */
const MAX_REFERENCE_BYTES = 64;

/** What is signed for one URL. @throws TypeError with everything that is wrong. */
export async function signedPath(
  signer: PathSigner,
  nowMs: number,
  kind: CallbackKind,
  options: CallbackUrlOptions & { readonly product?: ResultKind } = {},
): Promise<string> {
  const { reference = "", expiresInMs, product } = options;
  const kinds = callbackKinds();
  const hasProduct = RESULT_KINDS.includes(product as ResultKind);
  insist({
    kind: kinds.includes(kind) || `one of ${kinds}`,
    product: hasProduct === (kind === "timeout") || "that of a timeout, and only there",
    reference:
      (typeof reference === "string" &&
        reference.isWellFormed() &&
        new TextEncoder().encode(reference).length <= MAX_REFERENCE_BYTES) ||
      `a text of at most ${MAX_REFERENCE_BYTES} bytes of UTF-8`,
    // Time that has run out must not come to mean "never".
    expiresInMs: expiresInMs === undefined || isAmount(expiresInMs, Number.MAX_SAFE_INTEGER),
  });
  return signer.sign({ kind, reference, ...(product && { product }) }, expiresInMs ? nowMs + expiresInMs : 0);
}
