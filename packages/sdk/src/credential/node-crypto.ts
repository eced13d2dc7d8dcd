/**
 * The functions of node:crypto that this package calls. Declared here, so that public declarations contain no type of
 * Node.
 */
export interface NodeCrypto {
  readonly constants: { readonly RSA_PKCS1_PADDING: number };
  createPublicKey(pem: string): KeyObject;
  publicEncrypt(key: { readonly key: string; readonly padding: number }, input: Uint8Array): Uint8Array;
}

/** A public key as node:crypto represents it. */
export interface KeyObject {
  readonly asymmetricKeyType?: string;
  readonly asymmetricKeyDetails?: { readonly modulusLength?: number };
  export(format: { readonly type: "spki"; readonly format: "pem" }): string;
}

interface WithBuiltins {
  readonly process?: { readonly getBuiltinModule?: (id: string) => unknown };
}

/** Resolves with node:crypto, or with `undefined` if the runtime does not have it. */
export async function nodeCrypto(): Promise<NodeCrypto | undefined> {
  // The name is in a variable, because a bundler for browsers would report a literal import as a missing module.
  const name = "node:crypto";
  const builtin = (globalThis as WithBuiltins).process?.getBuiltinModule?.(name);
  if (isNodeCrypto(builtin)) return builtin;
  try {
    const module: unknown = await import(/* @vite-ignore */ /* webpackIgnore: true */ name);
    return isNodeCrypto(module) ? module : undefined;
  } catch {
    return undefined;
  }
}

/** Returns whether a module is node:crypto. Bundlers replace node:crypto with an empty module. */
function isNodeCrypto(module: unknown): module is NodeCrypto {
  return typeof (module as Partial<NodeCrypto> | null | undefined)?.publicEncrypt === "function";
}
