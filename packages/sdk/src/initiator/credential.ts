import type { Config } from "../config.ts";
import type { Initiator, InitiatorWithPassword } from "./initiator.ts";

/** Turns passwords into credentials, once for each initiator: the same credential is good until the password changes. */
export class Credentials {
  readonly #environment: Config["environment"];
  readonly #made = new WeakMap<
    InitiatorWithPassword,
    { readonly password: string; readonly credential: Promise<string> }
  >();

  constructor({ environment }: Config) {
    this.#environment = environment;
  }

  /** @throws MpesaConfigError when the password cannot be encrypted here. */
  async of(initiator: Initiator): Promise<string> {
    if (initiator.securityCredential !== undefined) return initiator.securityCredential;
    const known = this.#made.get(initiator);
    if (known?.password === initiator.password) return known.credential;
    const { password } = initiator;
    const credential = this.#make(initiator);
    this.#made.set(initiator, { password, credential });
    try {
      return await credential;
    } catch (error) {
      this.#made.delete(initiator);
      throw error;
    }
  }

  async #make({ password, key }: InitiatorWithPassword): Promise<string> {
    // Loaded late: whoever brings a credential should not need node:crypto.
    const { securityCredential } = await import("../credential/index.ts");
    if (key !== undefined) return securityCredential({ password, key });
    // A client without environment is refused a password without a key when it is made.
    return securityCredential({ password, environment: this.#environment ?? "sandbox" });
  }
}
