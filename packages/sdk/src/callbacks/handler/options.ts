import type { InitiatorGuard } from "../../initiator/guard-store.ts";
import type { Inbox } from "../inbox/inbox.ts";
import type { Callback, CallbackKind, ResultKind } from "../types.ts";
import type { CallbackNotice } from "./notices.ts";
import type { C2bDecision } from "./replies.ts";

/** What the signed path adds to a callback. */
export interface CallbackRoute {
  /** The reference that you gave to `handler.url`; empty if you gave none. */
  readonly reference: string;
  /** The kind that the URL was made for. Differs from `kind` for a queue timeout on a result's URL, and if unrecognised. */
  readonly route: CallbackKind;
}

/** A parsed callback with its reference. Without a parameter: any, told apart by `kind`. */
export type CallbackEvent<Kind extends Callback["kind"] = Callback["kind"]> = Extract<Callback, { kind: Kind }> &
  CallbackRoute;

/** What your function gets beside the event. */
export interface CallbackContext<Context = unknown> {
  /** What the platform gave with the request; absent in a redelivery. */
  readonly context: Context | undefined;
  /** When it arrived first. */
  readonly receivedAt: Date;
  /** Comes from the inbox, because an earlier attempt did not complete. */
  readonly redelivered: boolean;
  /** The inbox's key: the reference, a slash, and what the callback says about which ID. Printable, at most 450 characters. */
  readonly key?: string;
  /** Only for a validation: aborted when your answer would come too late. */
  readonly signal?: AbortSignal;
}

/** Your functions, by kind. */
export type CallbackFunctions<Context = unknown> = {
  /** What it returns is ignored; what it throws is a failed delivery. */
  readonly [Kind in Exclude<Callback["kind"], "c2bValidation">]?: (
    event: CallbackEvent<Kind>,
    context: CallbackContext<Context>,
  ) => unknown;
} & {
  /** Decides with `accept()` or `reject(code)`, in time. May be called several times for one payment: decide, do not book. */
  readonly c2bValidation?: (
    event: CallbackEvent<"c2bValidation">,
    context: CallbackContext<Context>,
  ) => C2bDecision | Promise<C2bDecision>;
};

/** A delivery as it arrived, in plain JSON values: enough to store it and to work on it later. Holds personal data. */
export interface ReceivedCallback {
  readonly kind: CallbackKind;
  /** Whose queue timeout it is. */
  readonly product?: ResultKind;
  readonly reference: string;
  /** ISO 8601. */
  readonly receivedAt: string;
  /** The body; the text if it was no JSON. A SecurityCredential in it is blanked. */
  readonly payload: unknown;
}

/** How to set up a callback handler. */
export interface CallbackHandlerOptions<Context = unknown> {
  /**
   * Where Safaricom reaches this handler, without the part that `url` adds: `https://pay.example.com/hooks`. Must be https,
   * but http will do for a host of your own machine or network. Keep Safaricom's forbidden words out of it, "mpesa" too.
   */
  readonly baseUrl: string;
  /** The path as it arrives here, where a proxy or a router changes it. @default the path of `baseUrl` */
  readonly basePath?: string;
  /** Keys of at least 32 random bytes. The first one signs, all verify: put a new one in front and drop the old one later. */
  readonly secrets: readonly string[];
  /** Your functions, by kind. */
  readonly on?: CallbackFunctions<Context>;
  /** Gets what no function in `on` takes, except validations. A kind that neither takes is a failed delivery. */
  readonly onEvent?: (event: CallbackEvent, context: CallbackContext<Context>) => unknown;
  /**
   * Stops duplicates and keeps what a crash or an error interrupts. One id has a key each for a failure, a success and every
   * code in doubt: a success is never taken for a repeated failure, but a failure after a delivered success is a duplicate.
   * Keys contain the reference of the URL, so that a callback is a duplicate only of one that came with the same reference.
   * If the inbox cannot be reached, or returns something that is not a claim, your function does not run.
   * @default none: every arrival is delivered
   */
  readonly inbox?: Inbox;
  /**
   * Counts the results in which M-Pesa rejects the credential of an initiator, so that the client stops before the initiator
   * is locked. Pass the same guard to the client, see `createInitiatorGuard` of `@mpesa/sdk`. @default none
   */
  readonly initiatorGuard?: Pick<InitiatorGuard, "observe">;
  /** Refuses other addresses with 403, see {@link safaricomAddresses}. Single addresses: CIDR ranges are refused. @default any */
  readonly allowedAddresses?: readonly string[];
  /**
   * Tells the caller's address for `allowedAddresses`; see {@link forwardedAddress} for proxies. Nothing means refused.
   * @default `remoteAddress` of the context, which the Node adapter sets
   */
  readonly clientAddress?: (request: Request, context: Context | undefined) => string | null | undefined;
  /** Larger bodies get 413. In bytes, above 0. @default 65536 */
  readonly maxBodyBytes?: number;
  /**
   * Milliseconds that a C2B validation has, from the arrival of the request: a slow body uses them up. M-Pesa decides by
   * itself after about 8 seconds. @default 6000
   */
  readonly validationTimeoutMs?: number;
  /**
   * The answer when your validation throws, is late, is missing or returns something else.
   * @default reject("C2B00016"): no money moves, and the customer can try again
   */
  readonly validationDefault?: C2bDecision;
  /**
   * The HTTP status when a delivery failed. It matters only to senders that try again, and most do not (STK pushes and
   * results were never seen to): rely on an `inbox` or on `onFailed`. From 200 to 599, but none that forbids a body (204,
   * 205, 304); below 300 the answer is the acknowledgement. What the inbox could not claim is never acknowledged: then a
   * status below 300 is replaced by 500. @default 500
   */
  readonly failureStatus?: number;
  /** Gets every delivery that failed, with what your function threw, so that it is not lost. */
  readonly onFailed?: (received: ReceivedCallback, error: unknown) => unknown;
  /** Hears what the handler refuses, repeats and defaults. Holds no credential, body or phone number. */
  readonly onNotice?: (notice: CallbackNotice) => void;
  /** The clock, in milliseconds since 1970. @default Date.now */
  readonly now?: () => number;
}

/** What a signed URL carries. */
export interface CallbackUrlOptions {
  /**
   * Your own id of the payment: comes back in the event, also when the answer to the request was lost. Up to 64 bytes of
   * UTF-8. It is signed, not encrypted, and part of the URL and of the inbox's keys: no personal data. Give each payment its
   * own: who learns a signed URL can forge and silence the callbacks of its reference, and of no other. @default ""
   */
  readonly reference?: string;
  /** Milliseconds from now, above 0, after which the URL is 404. A callback that comes later is lost; leave room. @default never */
  readonly expiresInMs?: number;
}

/** What became of the pending deliveries. */
export interface RedeliveryReport {
  readonly delivered: number;
  readonly failed: number;
  /** Someone else took them. */
  readonly skipped: number;
}

/** The handler: a function from `Request` to `Response`, with two more functions on it. */
export interface CallbackHandler<Context = unknown> {
  /**
   * Answers one request. Never rejects. If `context` has a `waitUntil`, the answer leaves first and your function runs after
   * it; otherwise the answer waits for your function.
   */
  (request: Request, context?: Context): Promise<Response>;
  /**
   * Makes the URL to give to Safaricom for one callback. The same input gives the same URL, unless it expires.
   *
   * @param kind What will arrive there. For `timeout` the options name the product.
   * @throws TypeError for an unknown kind, a reference that is no text, too long or malformed, a bad `expiresInMs`, or a
   *   timeout without product.
   * @example
   * await mpesa.stk.push({ ...payment, callbackUrl: await handler.url("stk", { reference: order.id }) });
   * const timeoutUrl = await handler.url("timeout", { product: "b2c", reference: payout.id });
   */
  url(kind: Exclude<CallbackKind, "timeout">, options?: CallbackUrlOptions): Promise<string>;
  url(kind: "timeout", options: CallbackUrlOptions & { readonly product: ResultKind }): Promise<string>;
  /**
   * Delivers what the inbox has pending: what failed, and what a process that died had claimed, once that claim's lease has
   * run out (`leaseMs` of the inbox). So call it on a timer; a call at the start alone finds nothing of a crash just before.
   *
   * @param options `limit`: how many to take at most. @default 100
   * @throws What the inbox throws.
   * @example setInterval(() => handler.redeliver().catch(report), 60_000);
   */
  redeliver(options?: { readonly limit?: number }): Promise<RedeliveryReport>;
}
