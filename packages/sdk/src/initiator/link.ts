import type { Core } from "../core.ts";
import { Credentials } from "./initiator.ts";

/** Parts of a client that all calls signed by an initiator share. */
export interface InitiatorLink {
  readonly core: Core;
  readonly credentials: Credentials;
}

export function createInitiatorLink(core: Core): InitiatorLink {
  return { core, credentials: new Credentials(core.config) };
}
