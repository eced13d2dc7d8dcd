import { hostOf } from "../callbacks/hosts.ts";

/** The two headers that tell how a request came here. */
export interface Addressed {
  readonly host: string | undefined;
  readonly origin: string | undefined;
}

/** Returns the sentence with which a request is rejected; undefined for one that may go on. */
export type Gatekeeper = (addressed: Addressed) => string | undefined;

/**
 * Keeps other web pages out. A page elsewhere could post here across origins, or could let a name of its own resolve to
 * this machine (DNS rebinding) and then read and post as if it were the simulator's own page. So a request must be
 * addressed to an IP address, to `localhost` or to a known name, and must not come from another origin. Forwarded
 * headers do not count: anybody can send them.
 *
 * @param names host names besides `localhost` under which the server is reached
 */
export function gatekeeper(names: readonly string[]): Gatekeeper {
  const known = new Set(["localhost", ...names].map(nameOf));
  return ({ host, origin }) => {
    if (!host) return "The request has no Host header. Send the host and port of the simulator in it.";
    const name = nameOf(host);
    if (name === undefined || !(known.has(name) || name.endsWith(".localhost") || isAddress(name))) {
      const shown = name ?? host.slice(0, 100);
      return `The simulator is not known by the host name "${shown}". Use localhost or an IP address, or allow the name: --allow-host ${shown}, or allowedHosts: ["${shown}"] of startServer.`;
    }
    // Behind a proxy for TLS the page's own origin begins with https.
    const own = ["http", "https"].map((scheme) => `${scheme}://${host.toLowerCase()}`);
    if (origin !== undefined && !own.includes(origin.toLowerCase()))
      return `The simulator does not serve the web page at ${origin.slice(0, 100)}. Send requests from a server, without an Origin header, or use the simulator's own page.`;
    return undefined;
  };
}

/** `simulator` from `Simulator.:4020`; undefined for what is no host with or without a port. */
function nameOf(host: string): string | undefined {
  return /[\s@/\\?#]/.test(host) ? undefined : hostOf(host)?.replace(/\.$/, "");
}

/** Only a name can be made to point here; an address is what it is. */
function isAddress(name: string): boolean {
  return /^(?:\d{1,3}(?:\.\d{1,3}){3}|\[[\da-f:.]+\])$/.test(name);
}
