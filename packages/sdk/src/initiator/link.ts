import type { Core } from "../core.ts";
import { Credentials } from "./credential.ts";

/** What the products that an initiator signs share. */
export interface InitiatorLink {
  readonly core: Core;
  readonly credentials: Credentials;
}

export function createInitiatorLink(core: Core): InitiatorLink {
  return { core, credentials: new Credentials(core.config) };
}
