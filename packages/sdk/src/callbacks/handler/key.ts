import { sha256Hex } from "../../sha256.ts";
import type { CallbackEvent, ReceivedCallback } from "./options.ts";

/** At the end of a success' key. The key without it is the failure's. */
const SUCCESS = /:success$/;

/** Payload of a key that an older version claimed only to complete it. */
export const SETTLED = '"settled"';

/**
 * The key of a delivery: the reference of its route, and after a slash the product's own ID of the transaction, or a hash of
 * everything if it has none. Who knows the signed URL of one payment can therefore not take the key of another payment.
 *
 * What may follow each other for one ID has keys apart: a failure, a success, and every code that says neither.
 */
export async function keyOf(event: CallbackEvent, received: ReceivedCallback): Promise<string> {
  // Encoded, the reference contains no slash: the first slash of a key is always the one that ends it.
  return `${encodeURIComponent(received.reference)}/${await eventKey(event, received)}`;
}

/** The key as older versions wrote it: without the reference. */
export function formerKeyOf(key: string): string | undefined {
  const slash = key.indexOf("/");
  return slash < 0 ? undefined : key.slice(slash + 1);
}

/** What a success settles as well: money that came is not taken back by a failure that comes later. */
export function settledBy(key: string): string[] {
  return SUCCESS.test(key) ? [key.replace(SUCCESS, "")] : [];
}

/** Hides numbers, since a CheckoutRequestID ends in the payer's number. */
export function masked(key: string): string {
  return key.replace(/\d{6}(?=\d\d([:/]|$))/g, "******");
}

async function eventKey(event: CallbackEvent, { receivedAt: _, ...content }: ReceivedCallback): Promise<string> {
  const ids = event as unknown as Readonly<Record<string, unknown>>;
  const id =
    event.kind === "c2bConfirmation"
      ? event.transactionId
      : (ids["checkoutRequestId"] ?? ids["requestId"] ?? ids["conversationId"] ?? ids["originatorConversationId"]);
  const prefix = [event.kind, content.product].filter(Boolean).join(":");
  const outcome = ids["queryOutcome"] ?? ids["outcome"];
  const isOpen = event.kind !== "timeout" && /pending|unknown/.test(`${outcome}`);
  const { resultCode } = ids;
  const name = `${id}${outcome === "succeeded" ? ":success" : isOpen ? `:code:${resultCode}` : ""}`;
  // An id of another shape could mean something to a store.
  if (id && (resultCode || !isOpen) && /^[!-~]{1,200}$/.test(name)) return `${prefix}:${name}`;
  return `${prefix}:${await sha256Hex(JSON.stringify(content))}`;
}
