import createFetchClient from "openapi-fetch";
import type { RawGetRoutes, RawPostRoutes } from "./generated/names.ts";
import { environments } from "./generated/platform.ts";
import type { paths } from "./generated/schema.ts";

/** Which of Safaricom's two gateways to call. Keys of one do not work on the other. */
export type MpesaEnvironment = keyof typeof environments;

/** The `fetch` that sends a request; any function of this shape will do. */
export type RawFetch = (request: Request) => Promise<Response>;

/** What a middleware sees of a call. */
export interface RawMiddlewareContext {
  readonly request: Request;
  /** The path as the spec writes it, without the base URL. */
  readonly schemaPath: string;
}

/** Looks at, changes or answers a call. Return nothing to leave it as it is. */
export interface RawMiddleware {
  /** Before sending: return another `Request`, or a `Response` to answer without sending. */
  onRequest?(context: RawMiddlewareContext): Request | Response | undefined | Promise<Request | Response | undefined>;
  /** After the answer: return another `Response` to replace it. */
  onResponse?(
    context: RawMiddlewareContext & { readonly response: Response },
  ): Response | undefined | Promise<Response | undefined>;
  /** When `fetch` threw: return an `Error` to throw instead, or a `Response` to recover. */
  onError?(
    context: RawMiddlewareContext & { readonly error: unknown },
  ): Response | Error | undefined | Promise<Response | Error | undefined>;
}

/** How to reach Daraja. Give `environment` or `baseUrl`; `baseUrl` wins (mock, simulator, proxy). */
export interface RawClientOptions {
  environment?: MpesaEnvironment;
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

/** The answer as it came: `data` for HTTP 2xx, else `error` (an object, or the text when it is not JSON; `undefined` when empty). */
export type RawResult<Data, Failure> =
  | { data: Data; error?: never; response: Response }
  | { data?: never; error: Failure | string | undefined; response: Response };

/** Every path of the spec, typed. Nothing is retried, hidden or converted. */
export interface RawClient {
  GET<P extends keyof RawGetRoutes>(
    path: P,
    init: RawInit<never, RawGetRoutes[P]["query"]>,
  ): Promise<RawResult<RawGetRoutes[P]["response"], RawGetRoutes[P]["error"]>>;
  POST<P extends keyof RawPostRoutes>(
    path: P,
    init: RawInit<RawPostRoutes[P]["body"], never>,
  ): Promise<RawResult<RawPostRoutes[P]["response"], RawPostRoutes[P]["error"]>>;
}

/**
 * Makes a client that speaks Daraja exactly as it is on the wire.
 *
 * @throws TypeError when neither `environment` nor `baseUrl` is given.
 * @example
 * const raw = createRawClient({ environment: "sandbox", headers: { Authorization: `Bearer ${token}` } });
 * const { data, error, response } = await raw.POST("/mpesa/stkpush/v1/processrequest", { body });
 */
export function createRawClient(options: RawClientOptions): RawClient {
  const { environment, baseUrl = environment && environments[environment], fetch, headers, middleware = [] } = options;
  if (!baseUrl) throw new TypeError('createRawClient needs baseUrl, or environment "sandbox" or "production"');
  // A redirected POST would be a second request, with the bearer token, to an address nobody chose.
  const client = createFetchClient<paths>({
    baseUrl,
    redirect: "manual",
    ...(fetch && { fetch }),
    ...(headers && { headers }),
  });
  for (const one of middleware) client.use(one as Parameters<typeof client.use>[0]);
  return client as unknown as RawClient;
}
