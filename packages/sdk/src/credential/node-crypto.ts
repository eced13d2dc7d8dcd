/** The part of node:crypto that is used, written down here so that no type of Node's reaches a public declaration. */
export interface NodeCrypto {
  readonly constants: { readonly RSA_PKCS1_PADDING: number };
  createPublicKey(pem: string): KeyObject;
  publicEncrypt(key: { readonly key: string; readonly padding: number }, input: Uint8Array): Uint8Array;
}

/** A key that node:crypto has read. */
export interface KeyObject {
  readonly asymmetricKeyType?: string;
  readonly asymmetricKeyDetails?: { readonly modulusLength?: number };
  export(format: { readonly type: "spki"; readonly format: "pem" }): string;
}

interface WithBuiltins {
  readonly process?: { readonly getBuiltinModule?: (id: string) => unknown };
}

/** Finds node:crypto where the runtime has it. */
export async function nodeCrypto(): Promise<NodeCrypto | undefined> {
  // An import written out would make every bundler for browsers ask for a module that is not there.
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

/** A bundler's empty stand-in is not it. */
function isNodeCrypto(module: unknown): module is NodeCrypto {
  return typeof (module as Partial<NodeCrypto> | null | undefined)?.publicEncrypt === "function";
}
