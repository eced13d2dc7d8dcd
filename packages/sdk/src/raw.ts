import {
  createRawClient,
  type OperationInfo,
  operationTable,
  type RawGetRoutes,
  type RawInit,
  type RawPostRoutes,
  type RawResult,
} from "@mpesa/raw";
import { type Core, parseJson } from "./core.ts";
import type { MpesaIds } from "./errors/base.ts";
import { statusRecovery } from "./initiator/submit.ts";
import { isJson, text } from "./transport/error-body.ts";

/** Per-call options of {@link MpesaRaw}: the body or query as the spec has it, headers of your own, and a signal. */
export type MpesaRawInit<Body, Query> = Omit<RawInit<Body, Query>, "fetch">;

/**
 * Every path of the spec, exactly as it is on the wire, with this client's token, retries and timeouts. A money call is
 * sent as often as the same call through its product would be, that is once.
 *
 * Whatever HTTP answer comes is given back as it is: `data` for 2xx, else `error`. Daraja also sends errors with status 200:
 * test `"errorCode" in data` before you read anything else of it. Only what is no answer throws.
 */
export interface MpesaRaw {
  /** @throws MpesaConnectionError, MpesaAuthError: not sent. MpesaOutcomeUnknownError: no whole answer, or 2xx without JSON. */
  GET<P extends keyof RawGetRoutes>(
    path: P,
    init: MpesaRawInit<never, RawGetRoutes[P]["query"]>,
  ): Promise<RawResult<RawGetRoutes[P]["response"], RawGetRoutes[P]["error"]>>;
  /**
   * @throws MpesaConnectionError, MpesaAuthError: not sent. MpesaOutcomeUnknownError: no whole answer, or 2xx without JSON.
   * @example
   * const { data, error, response } = await mpesa.raw.POST("/mpesa/stkpush/v1/processrequest", { body });
   * if (data && !("errorCode" in data)) console.log(data.CheckoutRequestID);
   * else console.error(response.status, data ?? error);
   */
  POST<P extends keyof RawPostRoutes>(
    path: P,
    init: MpesaRawInit<RawPostRoutes[P]["body"], never>,
  ): Promise<RawResult<RawPostRoutes[P]["response"], RawPostRoutes[P]["error"]>>;
}

export function createRaw(core: Core): MpesaRaw {
  const { baseUrl } = core.config;
  const base = new URL(baseUrl).pathname.replace(/\/+$/, "");
  const operations = new Map(
    Object.values<OperationInfo>(operationTable).map((one) => [`${one.method} ${base}${one.path}`, one]),
  );
  const client = createRawClient({
    baseUrl,
    fetch: (request) => {
      const { pathname } = new URL(request.url);
      const operation = operations.get(`${request.method} ${pathname}`);
      if (!operation) throw new TypeError(`the spec has no ${request.method} ${pathname}`);
      return send(core, operation, request);
    },
  });
  const get = client.GET as (path: string, init: object) => Promise<never>;
  const post = client.POST as (path: string, init: object) => Promise<never>;
  return {
    GET: async (path, init) => get(path, chosen(init)),
    POST: async (path, init) => post(path, chosen(init)),
  };
}

/** Anything else, such as another fetch or base URL, would take the call, and the token, out of this client's hands. */
function chosen(init: { body?: unknown; params?: unknown; headers?: unknown; signal?: unknown }): object {
  if (typeof init !== "object" || init === null)
    throw new TypeError("the second parameter must be an object: { body } for POST, { params } for GET");
  const { body, params, headers, signal } = init;
  return { body, params, headers, signal };
}

async function send(core: Core, operation: OperationInfo, request: Request): Promise<Response> {
  const sent = request.body === null ? undefined : await request.text();
  const ids = idsIn(parseJson(sent));
  const { search: query } = new URL(request.url);
  const out = { query, headers: Object.fromEntries(request.headers), content: sent, signal: request.signal };
  const exchange = await core.forward(operation, out, { ids, recovery: recoveryOf(ids) });
  const { outcome } = exchange;
  if (outcome.kind !== "decided") throw exchange.toError();
  const { status, headers, text: content } = outcome.reply;
  const isResponse = status >= 200 && status <= 599 && (status >= 300 || parseJson(content) !== undefined);
  if (!isResponse) throw exchange.toError();
  // Its length and coding were the wire's; the text has been decoded.
  const clean = new Headers(headers);
  for (const name of ["content-length", "content-encoding", "transfer-encoding"]) clean.delete(name);
  return new Response(status === 304 ? null : content, { status, headers: clean });
}

/** The sentence that says how to find out whether a lost request was processed. */
function recoveryOf({ originatorConversationId: id }: MpesaIds): string {
  return id === undefined ? "Without an own id nothing looks it up: wait for its callback." : statusRecovery(id);
}

/** The IDs that the caller made. */
function idsIn(body: unknown): MpesaIds {
  if (!isJson(body)) return {};
  const originatorConversationId = text(body["OriginatorConversationID"]);
  const checkoutRequestId = text(body["CheckoutRequestID"]);
  const requestRefId = text(body["RequestRefID"]);
  return {
    ...(originatorConversationId !== undefined && { originatorConversationId }),
    ...(checkoutRequestId !== undefined && { checkoutRequestId }),
    ...(requestRefId !== undefined && { requestRefId }),
  };
}
