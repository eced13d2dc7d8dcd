import { RESULT_KINDS } from "../kinds.ts";
import type { CallbackKind, ResultKind } from "../types.ts";
import { callbackKinds, insist, isAmount } from "./check-options.ts";
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
