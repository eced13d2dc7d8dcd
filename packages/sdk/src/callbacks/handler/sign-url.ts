import { RESULT_KINDS } from "../fields.ts";
import type { CallbackKind, ResultKind } from "../types.ts";
import { insist } from "./check-options.ts";
import type { CallbackUrlOptions } from "./options.ts";
import type { PathSigner } from "./signed-path.ts";

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
  const hasProduct = RESULT_KINDS.includes(product as ResultKind);
  insist([
    hasProduct === (kind === "timeout") || "product must be there for a timeout, and only there",
    (reference.isWellFormed() && new TextEncoder().encode(reference).length <= MAX_REFERENCE_BYTES) ||
      `reference must have at most ${MAX_REFERENCE_BYTES} bytes of UTF-8`,
    // Time that has run out must not come to mean "never".
    expiresInMs === undefined ||
      (expiresInMs > 0 && Number.isFinite(expiresInMs)) ||
      "expiresInMs must be a number of milliseconds above 0",
  ]);
  return signer.sign({ kind, reference, ...(product && { product }) }, expiresInMs ? nowMs + expiresInMs : 0);
}
