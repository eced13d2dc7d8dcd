import { nameOf } from "../../errors.ts";
import type { CallbackKind } from "../types.ts";
import { withoutCredential } from "../without-credential.ts";
import { checked } from "./check-options.ts";
import { deliveryFor } from "./delivery.ts";
import type { RefusalReason } from "./notices.ts";
import type { CallbackHandler, CallbackHandlerOptions, ReceivedCallback } from "./options.ts";
import { acknowledgement } from "./replies.ts";
import { isShallow, plainAddress, readBody } from "./request.ts";
import { pathSigner, type Route, signedPath } from "./signed-url.ts";
import { decide } from "./validation.ts";

export type { Claim, ClaimState, Inbox, InboxOptions, PendingDelivery } from "../inbox/inbox.ts";
export type * from "./notices.ts";
export type {
  CallbackContext,
  CallbackEvent,
  CallbackFunctions,
  CallbackHandler,
  CallbackHandlerOptions,
  CallbackRoute,
  CallbackUrlOptions,
  ReceivedCallback,
  RedeliveryReport,
} from "./options.ts";
export { accept, type C2bDecision, type C2bRejectCode, reject } from "./replies.ts";
export { type ForwardedAddressOptions, forwardedAddress, safaricomAddresses } from "./request.ts";

/** What platforms and adapters may give with a request. */
interface Platform {
  waitUntil?(promise: Promise<unknown>): void;
  readonly remoteAddress?: string;
}

/**
 * Makes a handler that receives Safaricom's callbacks at signed URLs, acknowledges them as each product expects, and hands
 * them to your functions as typed events. It is a plain `(request: Request, context?) => Promise<Response>`.
 *
 * Callbacks carry no signature. The proof is the path: `handler.url()` puts kind, reference and an HMAC into it, and whatever
 * else arrives is 404 before anything of it is read. Treat such a URL as a secret; `allowedAddresses` is a second check.
 *
 * A callback may come never, once or several times, and before the answer to your request: match it by its `reference`, give
 * an `inbox` to have each delivered once, and reconcile after an outage.
 *
 * With `waitUntil` in the context your function starts after the answer has left; without it the answer waits for it.
 *
 * @throws TypeError with everything that is wrong with the options.
 * @example
 * const handler = createCallbackHandler({
 *   baseUrl: "https://pay.example.com/hooks",
 *   secrets: [callbackSecret],
 *   inbox: await sqliteInbox("callbacks.db"),
 *   on: {
 *     stk: async (event) => {
 *       if (event.outcome !== "succeeded") return;
 *       // A few successes come without their receipt. They are paid all the same; `mpesa.pull` lists the receipt later.
 *       await markPaid(event.reference, event.receipt ?? "not known yet");
 *     },
 *     c2bValidation: async ({ billReference }) => {
 *       return billReference !== undefined && (await accountExists(billReference)) ? accept() : reject("C2B00012");
 *     },
 *   },
 *   onFailed: (received, error) => saveForLater(received, error),
 * });
 * await mpesa.stk.push({ ...payment, callbackUrl: await handler.url("stk", { reference: order.id }) });
 *
 * @example Hono
 * app.all("/hooks/*", (c) => handler(c.req.raw, c.executionCtx)); // on Node without c.executionCtx
 *
 * @example Next.js, app/hooks/[...path]/route.ts
 * export const POST = (request: Request) => handler(request, { waitUntil: after }); // after: from "next/server"
 *
 * @example Cloudflare Workers
 * export default { fetch: (request, env, ctx) => handlerFor(env)(request, ctx) };
 *
 * @example Deno, Bun
 * Deno.serve((request) => handler(request));
 * Bun.serve({ fetch: (request) => handler(request) });
 *
 * @example Express (node:http and Fastify: see `@mpesa/sdk/callbacks/node`)
 * app.use("/hooks", toNodeListener(handler));
 */
export function createCallbackHandler<Context = unknown>(
  options: CallbackHandlerOptions<Context>,
): CallbackHandler<Context> {
  const settings = checked(options);
  const { baseUrl, basePath = baseUrl, now = Date.now, allowedAddresses, clientAddress, failureStatus } = settings;
  const prefix = new URL(basePath, baseUrl).pathname.replace(/\/*$/, "/");
  const signer = pathSigner(settings.secrets);
  const delivery = deliveryFor(settings);

  const refuse = (
    status: number,
    reason: RefusalReason,
    more?: { kind?: CallbackKind; address?: string; length?: number },
  ): Response => {
    delivery.notify({ type: "refused", status, reason, ...more });
    return new Response(null, { status, headers: status === 405 ? { allow: "POST" } : {} });
  };

  const answer = async (request: Request, context: (Context & Platform) | undefined): Promise<Response> => {
    const { pathname } = new URL(request.url);
    const route = pathname.startsWith(prefix) ? await signer.verify(pathname.slice(prefix.length), now()) : undefined;
    if (!route || route === "expired") return refuse(404, route ?? "path");
    const { kind } = route;
    if (request.method !== "POST") return refuse(405, "method", { kind });
    if (allowedAddresses) {
      const address = plainAddress((clientAddress ? clientAddress(request, context) : context?.remoteAddress) ?? "");
      if (!allowedAddresses.map(plainAddress).includes(address)) return refuse(403, "address", { kind, address });
    }
    if (kind === "c2bValidation") return decide(settings, delivery, context, () => read(request, route));
    const received = await read(request, route);
    if (received instanceof Response) return received;
    const end = await delivery.start(received, context, context?.waitUntil?.bind(context));
    // What is neither stored nor run is not acknowledged, whatever the failure status.
    const failed = end === "unclaimed" && failureStatus < 300 ? 500 : failureStatus;
    const status = end === "done" ? 200 : failed;
    return Response.json(status < 300 ? acknowledgement(kind) : null, { status });
  };

  /** What arrived, or its refusal. */
  const read = async (request: Request, route: Route): Promise<ReceivedCallback | Response> => {
    const { kind } = route;
    if (request.bodyUsed) return refuse(500, "bodyUsed", { kind });
    const text = await readBody(request, settings.maxBodyBytes);
    if (text === undefined) return refuse(413, "size", { kind });
    const received = {
      ...route,
      receivedAt: new Date(now()).toISOString(),
      payload: withoutCredential(text),
    };
    const parseJson = (): void => {
      const payload: unknown = JSON.parse(text);
      if (!isShallow(payload)) throw new RangeError("nested too deep");
      received.payload = payload;
    };
    if (!(await delivery.attempt("json", received, parseJson)))
      return refuse(400, "json", { kind, length: text.length });
    return received;
  };

  const handler = async (request: Request, context?: Context): Promise<Response> => {
    try {
      return await answer(request, context as (Context & Platform) | undefined);
    } catch (error) {
      delivery.notify({ type: "failed", stage: "request", error: nameOf(error) });
      return new Response(null, { status: 500 });
    }
  };
  return Object.assign(handler, {
    url: async (kind: CallbackKind, given?: Parameters<CallbackHandler["url"]>[1]) =>
      `${baseUrl}/${await signedPath(signer, now(), kind, given)}`,
    redeliver: ({ limit = 100 } = {}) => delivery.redeliver(limit),
  });
}
