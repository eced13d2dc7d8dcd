import createFetchClient from "openapi-fetch";
import type { RawGetRoutes, RawPostRoutes } from "./generated/names.ts";
import { type Environment, environments } from "./generated/platform.ts";
import type { paths } from "./generated/schema.ts";

/** The `fetch` that sends a request; any function of this shape will do. */
export type RawFetch = (request: Request) => Promise<Response>;

/** What a middleware sees of a call. */
export interface RawMiddlewareContext {
  readonly request: Request;
  /** The path as the spec writes it, without the base URL. */
  readonly schemaPath: string;
}

type Maybe<T> = T | undefined | Promise<T | undefined>;

/** Looks at, changes or answers a call. Return nothing to leave it as it is. */
export interface RawMiddleware {
  /** Before sending: return another `Request`, or a `Response` to answer without sending. */
  onRequest?(context: RawMiddlewareContext): Maybe<Request | Response>;
  /** After the answer: return another `Response` to replace it. */
  onResponse?(context: RawMiddlewareContext & { readonly response: Response }): Maybe<Response>;
  /** When `fetch` threw: return an `Error` to throw instead, or a `Response` to recover. */
  onError?(context: RawMiddlewareContext & { readonly error: unknown }): Maybe<Response | Error>;
}

/** How to reach Daraja. Give `environment` or `baseUrl`; `baseUrl` wins (mock, simulator, proxy). */
export interface RawClientOptions {
  /** Which of Safaricom's two gateways to call. Keys of one do not work on the other. */
  environment?: Environment;
  baseUrl?: string;
  /** @default globalThis.fetch */
  fetch?: RawFetch;
  /** Sent with every request, for example `{ Authorization: "Bearer …" }`. */
  headers?: Record<string, string>;
  /** Run in order before a request, in reverse order after it. */
  middleware?: readonly RawMiddleware[];
}

/** Per-call options; `body` and `query` are the spec's types for the path. */
export type RawInit<Body, Query> = {
  headers?: Record<string, string>;
  signal?: AbortSignal;
  fetch?: RawFetch;
} & ([Body] extends [never] ? { body?: never } : { body: Body }) &
  ([Query] extends [never] ? unknown : { params: { query: Query } });

/** `data` for HTTP 2xx with JSON, which may be an error too: test `"errorCode" in data`. Else `error`: the JSON, the text, or `undefined`. */
export type RawResult<Data, Failure> =
  | { data: Data; error?: never; response: Response }
  | { data?: never; error: Failure | string | undefined; response: Response };
type Answer<R extends { response: unknown; error: unknown }> = Promise<RawResult<R["response"], R["error"]>>;

/** Every path of the spec, typed. Nothing is retried, hidden or converted. Rejects only when there is no whole answer. */
export interface RawClient {
  GET<P extends keyof RawGetRoutes>(path: P, init: RawInit<never, RawGetRoutes[P]["query"]>): Answer<RawGetRoutes[P]>;
  POST<P extends keyof RawPostRoutes>(
    path: P,
    init: RawInit<RawPostRoutes[P]["body"], never>,
  ): Answer<RawPostRoutes[P]>;
}

/**
 * Makes a client that speaks Daraja exactly as it is on the wire.
 *
 * @throws TypeError when neither `environment` nor `baseUrl` is given.
 * @example
 * const raw = createRawClient({ environment: "sandbox", headers: { Authorization: `Bearer ${token}` } });
 * const { data, error, response } = await raw.POST("/mpesa/stkpush/v1/processrequest", { body });
 * if (data && !("errorCode" in data)) console.log(data.CheckoutRequestID);
 */
export function createRawClient(options: RawClientOptions): RawClient {
  const { environment = "", baseUrl, middleware = [], ...rest } = options ?? {};
  const base = baseUrl ?? new Map<string, string>(Object.entries(environments)).get(environment);
  if (!base) throw new TypeError('createRawClient needs baseUrl, or environment "sandbox" or "production"');
  // A redirected POST would be a second request, with the bearer token, to an address nobody chose.
  const client = createFetchClient<paths>({ ...rest, baseUrl: base, redirect: "manual" });
  for (const one of middleware) client.use(one as Parameters<typeof client.use>[0]);
  const call = (method: "GET" | "POST") => async (path: string, init: object) => {
    const send = client[method] as (path: string, init: object) => Promise<RawResult<string, unknown>>;
    // As text: a 2xx that is no JSON would otherwise throw and take the answer with it.
    const { data, error, response } = await send(path, { ...init, parseAs: "text" });
    try {
      return data ? { data: JSON.parse(data), response } : { error: error === "" ? undefined : error, response };
    } catch {
      return { error: data, response };
    }
  };
  return { GET: call("GET"), POST: call("POST") } as unknown as RawClient;
}
