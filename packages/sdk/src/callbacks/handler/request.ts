import { callbackAddresses } from "@mpesa/raw/platform";

/** The body as text, or undefined if it has more bytes than allowed, whatever its content-length claims. */
export async function readBody({ body }: Request, maxBytes: number): Promise<string | undefined> {
  const reader = body?.getReader();
  const decoder = new TextDecoder();
  let text = "";
  let size = 0;
  for (;;) {
    const { value } = (await reader?.read()) ?? {};
    if (!value) return text + decoder.decode();
    size += value.length;
    if (size > maxBytes) {
      // Not awaited: a sender that never ends would hold the answer back.
      reader?.cancel().catch(() => undefined);
      return undefined;
    }
    text += decoder.decode(value, { stream: true });
  }
}

/** Far more than the callbacks of any product have. */
const MAX_LEVELS = 100;

/**
 * Whether arrays and objects are nested in few levels. A body of many can be read from JSON, but it overflows the stack of
 * whatever walks through it by recursion, such as JSON.stringify or the code of a user.
 */
export function isShallow(payload: unknown): boolean {
  let level = [payload];
  for (let depth = 0; depth <= MAX_LEVELS; depth += 1) {
    level = level.filter((value) => typeof value === "object" && value !== null);
    if (level.length === 0) return true;
    level = level.flatMap((value) => Object.values(value as object));
  }
  return false;
}

/**
 * The addresses that callbacks come from: `published` is Safaricom's list as of the date in `asOf`, `alsoSeen` are addresses
 * that others met although the list lacks them. It can change without notice, so keep it a second check behind the signed
 * path, and watch for notices with the reason `address`.
 *
 * @example allowedAddresses: [...safaricomAddresses.published, ...safaricomAddresses.alsoSeen]
 */
export const safaricomAddresses: {
  readonly asOf: string;
  readonly published: readonly string[];
  readonly alsoSeen: readonly string[];
} = callbackAddresses;

/** How to read a forwarding header. */
export interface ForwardedAddressOptions {
  /** How many proxies of yours stand in front, each adding one address to the header. At least 1. */
  readonly trustedHops: number;
  /** @default "x-forwarded-for" */
  readonly header?: string;
}

/**
 * The client's address as your outermost proxy saw it. Counts from the right, since only the last `trustedHops` entries were
 * written by your proxies; what a client puts there itself stands further left and gains nothing.
 *
 * @returns Undefined when the header has fewer entries than that: the request did not come through your proxies.
 * @throws RangeError when `trustedHops` is not a whole number of at least 1.
 * @example clientAddress: (request) => forwardedAddress(request, { trustedHops: 1 })
 */
export function forwardedAddress(request: Request, options: ForwardedAddressOptions): string | undefined {
  const { trustedHops, header = "x-forwarded-for" } = options;
  if (!(Number.isInteger(trustedHops) && trustedHops > 0))
    throw new RangeError("trustedHops must be a whole number from 1");
  return request.headers.get(header)?.split(",").at(-trustedHops)?.trim() || undefined;
}

/** An IPv4 address without the port or the IPv6 form that proxies and sockets give it. */
export function plainAddress(address: string): string {
  return /^(?:::ffff:)?(\d+(?:\.\d+){3})(?::\d+)?$/i.exec(address)?.[1] ?? address;
}
