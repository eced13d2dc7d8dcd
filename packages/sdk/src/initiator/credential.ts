import type { Config } from "../options.ts";
import type { Initiator, InitiatorWithPassword } from "./initiator.ts";

/** Encrypts the passwords of initiators, once for each initiator: a credential is valid until the password changes. */
export class Credentials {
  readonly #environment: Config["environment"];
  readonly #byInitiator = new WeakMap<
    InitiatorWithPassword,
    { readonly password: string; readonly credential: Promise<string> }
  >();

  constructor({ environment }: Config) {
    this.#environment = environment;
  }

  /** Returns the credential of an initiator. @throws MpesaConfigError if this runtime cannot encrypt the password. */
  async of(initiator: Initiator): Promise<string> {
    if (initiator.securityCredential !== undefined) return initiator.securityCredential;
    const known = this.#byInitiator.get(initiator);
    if (known?.password === initiator.password) return known.credential;
    const { password } = initiator;
    const credential = this.#encrypt(initiator);
    this.#byInitiator.set(initiator, { password, credential });
    try {
      return await credential;
    } catch (error) {
      this.#byInitiator.delete(initiator);
      throw error;
    }
  }

  async #encrypt({ password, key }: InitiatorWithPassword): Promise<string> {
    // Imported only here, so that a client that has a finished credential does not need node:crypto.
    const { securityCredential } = await import("../credential/index.ts");
    if (key !== undefined) return securityCredential({ password, key });
    // The client's constructor rejects a password without a key if the client has no environment.
    return securityCredential({ password, environment: this.#environment ?? "sandbox" });
  }
}
