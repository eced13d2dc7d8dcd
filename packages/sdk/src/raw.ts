import {
  createRawClient,
  type OperationInfo,
  operationTable,
  type RawGetRoutes,
  type RawInit,
  type RawPostRoutes,
  type RawResult,
} from "@mpesa/raw";
import type { Core } from "./core.ts";
import type { MpesaIds } from "./errors.ts";
import { isJson, parseJson, text } from "./http/error-body.ts";
import { statusRecovery } from "./initiator/submit.ts";

/**
 * Options of a call of {@link MpesaRaw}: the body or the query as the spec types them, additional headers and a signal.
 */
export type MpesaRawInit<Body, Query> = Omit<RawInit<Body, Query>, "fetch">;

/**
 * Calls for every path of the spec, with requests and responses exactly as on the wire. The calls use this client's
 * access token, retries and timeouts. A payment is sent only once, like a payment through the client's other methods.
 *
 * A call returns every HTTP response unchanged: the body of a 2xx response as `data`, any other body as `error`. Daraja
 * also sends errors with status 200, so test `"errorCode" in data` before you read anything else from `data`. A call
 * throws only if the request was not sent, if there is no complete response, or if a 2xx response is not JSON.
 */
export interface MpesaRaw {
  /**
   * Sends a GET request.
   *
   * @throws MpesaConnectionError, MpesaAuthError and MpesaRateLimitError: the request was not sent.
   * @throws MpesaOutcomeUnknownError: there is no complete response, or a 2xx response is not JSON.
   */
  GET<P extends keyof RawGetRoutes>(
    path: P,
    init: MpesaRawInit<never, RawGetRoutes[P]["query"]>,
  ): Promise<RawResult<RawGetRoutes[P]["response"], RawGetRoutes[P]["error"]>>;
  /**
   * Sends a POST request.
   *
   * @throws MpesaConnectionError, MpesaAuthError and MpesaRateLimitError: the request was not sent.
   * @throws MpesaOutcomeUnknownError: there is no complete response, or a 2xx response is not JSON.
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
    Object.values<OperationInfo>(operationTable).map((operation) => [
      `${operation.method} ${base}${operation.path}`,
      operation,
    ]),
  );
  const client = createRawClient({
    baseUrl,
    fetch: (request) => {
      const { pathname } = new URL(request.url);
      const operation = operations.get(`${request.method} ${pathname}`);
      if (!operation) throw new TypeError(`The spec has no operation ${request.method} ${pathname}.`);
      return sendThroughCore(core, operation, request);
    },
  });
  const get = client.GET as (path: string, init: object) => Promise<never>;
  const post = client.POST as (path: string, init: object) => Promise<never>;
  return {
    GET: async (path, init) => get(path, pickOptions(init)),
    POST: async (path, init) => post(path, pickOptions(init)),
  };
}

/**
 * Returns only the documented options. Another option, such as `fetch` or `baseUrl`, could send the access token
 * elsewhere.
 */
function pickOptions(init: { body?: unknown; params?: unknown; headers?: unknown; signal?: unknown }): object {
  if (typeof init !== "object" || init === null)
    throw new TypeError("The second parameter must be an object: { body } for POST, { params } for GET.");
  const { body, params, headers, signal } = init;
  return { body, params, headers, signal };
}

async function sendThroughCore(core: Core, operation: OperationInfo, request: Request): Promise<Response> {
  const content = request.body === null ? undefined : await request.text();
  const sent = parseJson(content);
  const ids = callerIds(sent);
  const { search: query } = new URL(request.url);
  const rawRequest = { query, headers: Object.fromEntries(request.headers), content };
  const context = { ids, recovery: recoveryOf(ids), options: { signal: request.signal } };
  const exchange = await core.forward(operation, rawRequest, sent, context);
  const { outcome } = exchange;
  if (outcome.kind !== "decided") throw exchange.toError();
  const { status, headers, text: body } = outcome.response;
  const canBeReturned = status >= 200 && status <= 599 && (status >= 300 || outcome.decision.body !== undefined);
  if (!canBeReturned) throw exchange.toError();
  // These headers describe the body on the wire; here the body has been decoded.
  const clean = new Headers(headers);
  for (const name of ["content-length", "content-encoding", "transfer-encoding"]) clean.delete(name);
  return new Response(status === 304 ? null : body, { status, headers: clean });
}

/** Returns the sentence that says how to find out whether a lost request was processed. */
function recoveryOf({ originatorConversationId: id }: MpesaIds): string {
  return id === undefined
    ? "Wait for the callback: the request has no ID of yours by which it could be found."
    : statusRecovery(id);
}

/** Returns the IDs that the caller put into the body. */
function callerIds(body: unknown): MpesaIds {
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
