import createFetchClient from "openapi-fetch";
import type { RawGetRoutes, RawPostRoutes } from "./generated/names.ts";
import { type Environment, environments } from "./generated/platform.ts";
import type { paths } from "./generated/schema.ts";

/** A function that sends a request, such as `fetch`. */
export type RawFetch = (request: Request) => Promise<Response>;
/** The call that a middleware receives. */
export interface RawMiddlewareContext {
  readonly request: Request;
  /** The path of the operation in the spec, without the base URL. */
  readonly schemaPath: string;
}
type Maybe<T> = T | undefined | Promise<T | undefined>;
/** Functions that can read, change or replace the request and the response of a call. Return nothing to change nothing. */
export interface RawMiddleware {
  /** Runs before sending. Return another `Request` to send that request, or a `Response` to send nothing. */
  onRequest?(context: RawMiddlewareContext): Maybe<Request | Response>;
  /** Runs after the response. Return another `Response` to replace the response. */
  onResponse?(context: RawMiddlewareContext & { readonly response: Response }): Maybe<Response>;
  /** Runs if `fetch` throws. Return an `Error` to throw that error instead, or a `Response` to continue. */
  onError?(context: RawMiddlewareContext & { readonly error: unknown }): Maybe<Response | Error>;
}

/** Options of {@link createRawClient}. Set `environment`, or set `baseUrl` for a mock, a simulator or a proxy. */
export interface RawClientOptions {
  /** The environment to call. The consumer key and secret of one environment do not work in the other. */
  environment?: Environment;
  /** The base URL to call instead of the URL of `environment`. */
  baseUrl?: string;
  /** The function that sends every request. @default globalThis.fetch */
  fetch?: RawFetch;
  /** Headers of every request, for example `{ Authorization: "Bearer …" }`. */
  headers?: Record<string, string>;
  /** Middleware, run in this order before a request and in reverse order after the response. */
  middleware?: readonly RawMiddleware[];
}

/** Options of one call. The spec defines the types of `body` and `query` for each path. */
export type RawInit<Body, Query> = {
  headers?: Record<string, string>;
  signal?: AbortSignal;
  fetch?: RawFetch;
} & ([Body] extends [never] ? { body?: never } : { body: Body }) &
  ([Query] extends [never] ? unknown : { params: { query: Query } });

/**
 * The result of a call. `data` is set for HTTP 2xx with JSON, which may be a Daraja error: check `"errorCode" in data`.
 * Otherwise, `error` contains the JSON or the text of the response, or `undefined` for an empty response.
 */
export type RawResult<Data, Failure> =
  | { data: Data; error?: never; response: Response }
  | { data?: never; error: Failure | string | undefined; response: Response };
type Answer<R extends { response: unknown; error: unknown }> = Promise<RawResult<R["response"], R["error"]>>;

/** A client for every path of the spec. A call is never retried, and rejects only if no complete response arrives. */
export interface RawClient {
  GET<P extends keyof RawGetRoutes>(path: P, init: RawInit<never, RawGetRoutes[P]["query"]>): Answer<RawGetRoutes[P]>;
  POST<P extends keyof RawPostRoutes>(
    path: P,
    init: RawInit<RawPostRoutes[P]["body"], never>,
  ): Answer<RawPostRoutes[P]>;
}

/**
 * Creates a client that sends and returns exactly the data on the wire.
 * @throws TypeError if neither `environment` nor `baseUrl` is set.
 * @example
 * const raw = createRawClient({ environment: "sandbox", headers: { Authorization: `Bearer ${token}` } });
 * const { data, error, response } = await raw.POST("/mpesa/stkpush/v1/processrequest", { body });
 * if (data && !("errorCode" in data)) console.log(data.CheckoutRequestID);
 */
export function createRawClient(options: RawClientOptions): RawClient {
  const { environment = "", baseUrl, middleware = [], ...rest } = options ?? {};
  const base = baseUrl ?? new Map<string, string>(Object.entries(environments)).get(environment);
  if (!base) throw new TypeError('createRawClient requires baseUrl, or environment "sandbox" or "production"');
  // To follow a redirect of a POST would send a second request, with the bearer token, to an unknown address.
  const client = createFetchClient<paths>({ ...rest, baseUrl: base, redirect: "manual" });
  for (const one of middleware) client.use(one as Parameters<typeof client.use>[0]);
  const call = (method: "GET" | "POST") => async (path: string, init: object) => {
    const send = client[method] as (path: string, init: object) => Promise<RawResult<string, unknown>>;
    // Read as text, because openapi-fetch throws if a 2xx response is not JSON, and the response would be lost.
    const { data, error, response } = await send(path, { ...init, parseAs: "text" });
    try {
      return data ? { data: JSON.parse(data), response } : { error: error === "" ? undefined : error, response };
    } catch {
      return { error: data, response };
    }
  };
  return { GET: call("GET"), POST: call("POST") } as unknown as RawClient;
}
