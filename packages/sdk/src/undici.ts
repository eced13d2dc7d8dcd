import { isIP } from "node:net";
import { Agent, type Dispatcher, Pool, ProxyAgent } from "undici";
import { MpesaConfigError } from "./errors.ts";
import { MAX_RESPONSE, ResponseTooLarge } from "./http/attempt.ts";
import { NOT_SENT } from "./http/not-sent.ts";
import { type Issue, shapeOf } from "./issues.ts";
import { integer } from "./validate/limits.ts";
import { under, unknownNames } from "./validate/schema.ts";

/** Options of {@link undiciFetch}. All may be omitted. */
export interface UndiciFetchOptions {
  /**
   * The HTTP proxy that all requests pass through, as an http or https URL: `http://user:password@proxy.example:3128`.
   * Requests to Safaricom travel through its tunnel encrypted. @default no proxy
   */
  proxy?: string | URL;
  /** The IP address of this machine that connections leave from, for gateways that allow listed addresses only. @default the system's choice */
  localAddress?: string;
  /**
   * Milliseconds to make a connection, including DNS, the proxy's tunnel and TLS. A connection that takes longer proves that
   * nothing was sent, so keep this limit below the client's `timeoutMs`. From 1 to 600,000. @default 10000
   */
  connectTimeoutMs?: number;
  /** The maximum number of connections to the gateway; further requests wait for a free one. From 1 to 10,000. @default no limit */
  connections?: number;
  /**
   * Milliseconds to keep an idle connection for the next request; less when the gateway names a shorter time.
   * From 1 to 600,000. @default 4000
   */
  keepAliveMs?: number;
}

/** A `fetch` for the client's option of that name, with connections of its own. */
export type UndiciFetch = typeof globalThis.fetch & {
  /** Waits for the requests in flight, then closes all connections. Later requests fail as not sent. */
  close(): Promise<void>;
};

const RANGES = {
  connectTimeoutMs: [600_000, "milliseconds"],
  connections: [10_000, "connections"],
  keepAliveMs: [600_000, "milliseconds"],
} as const;
const NAMES = ["proxy", "localAddress", ...Object.keys(RANGES)];

/**
 * Creates a `fetch` for the client on connections of its own: faster than the platform's, and with a proxy, a local address and a
 * pool size where the network demands them. Requires Node, and the package `undici`, version 7 or 8, installed beside this one.
 *
 * A request is written at most once. A request that was not written, because no connection was made, fails as provably
 * not sent. Redirects are not followed. Responses have `status`, `ok`, `headers`, `text()` and `json()`, which is what
 * the client reads, and no body stream.
 *
 * @throws MpesaConfigError with all invalid options at once; on Bun and Deno, whose `undici` is another implementation.
 * @example
 * const fetch = undiciFetch({ proxy: "http://proxy.example:3128", connectTimeoutMs: 5_000 });
 * const mpesa = new Mpesa({ environment: "production", consumerKey, consumerSecret, fetch });
 * // …
 * await fetch.close();
 */
export function undiciFetch(options: UndiciFetchOptions = {}): UndiciFetch {
  const issues = issuesOf(options);
  if (issues.length > 0) throw new MpesaConfigError(issues);
  const dispatcher = createDispatcher(options);
  let closing: Promise<void> | undefined;
  const send = (input: string | URL, { method = "GET", headers, body, signal }: RequestInit = {}): Promise<Exchange> =>
    new Promise((resolve, reject) => {
      const exchange = new Exchange(resolve, reject, signal ?? undefined);
      if (closing) return reject(notSent("the fetch was closed by its close()"));
      try {
        const { origin, pathname, search } = new URL(input);
        const own = { ...DEFAULT_HEADERS, ...fieldsOf(headers) };
        // The client's timeoutMs limits the response; a second limit here could only end sooner than documented.
        const limits = { headersTimeout: 0, bodyTimeout: 0 };
        dispatcher.dispatch(
          {
            origin,
            path: pathname + search,
            method: method as Dispatcher.HttpMethod,
            headers: own,
            body: body as string,
            ...limits,
          },
          exchange,
        );
      } catch (error) {
        exchange.fail(error);
      }
    });
  const close = (): Promise<void> => {
    closing ??= dispatcher.close();
    return closing;
  };
  return Object.assign(send as unknown as typeof globalThis.fetch, { close });
}

/** Without `accept-encoding` a server may compress as it likes (RFC 9110, 12.5.3); firewalls distrust a request without an agent. */
const DEFAULT_HEADERS = { accept: "*/*", "accept-encoding": "identity", "user-agent": "node" };

/** One request and its response. undici calls the handlers `on…`; what the client reads of a `Response` stands below. */
class Exchange implements Dispatcher.DispatchHandler {
  status = 0;
  readonly #resolve: (response: Exchange) => void;
  readonly #reject: (error: unknown) => void;
  readonly #signal: AbortSignal | undefined;
  readonly #chunks: Uint8Array[] = [];
  #headers: Record<string, string | string[] | undefined> = {};
  #size = 0;
  #controller: Dispatcher.DispatchController | undefined;
  #failure: { readonly error: unknown } | undefined;
  #isComplete = false;
  #onSettled: (() => void) | undefined;

  constructor(resolve: (response: Exchange) => void, reject: (error: unknown) => void, signal?: AbortSignal) {
    this.#resolve = resolve;
    this.#reject = reject;
    this.#signal = signal;
    signal?.addEventListener("abort", this.#abort);
  }

  /** Called right before the request is written to a connection. */
  onRequestStart(controller: Dispatcher.DispatchController): void {
    // A second connection for the same request would be a second copy.
    if (this.#controller) controller.abort(new Error("a request was about to be sent twice"));
    else if (this.#signal?.aborted) controller.abort(this.#signal.reason);
    this.#controller = controller;
  }

  onResponseStart(_: unknown, status: number, headers: Record<string, string | string[] | undefined>): void {
    if (status < 200) return;
    this.status = status;
    this.#headers = headers;
    this.#resolve(this);
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Uint8Array): void {
    this.#size += chunk.byteLength;
    if (this.#size > MAX_RESPONSE) controller.abort(new ResponseTooLarge());
    else this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    this.#isComplete = true;
    this.#settle();
  }

  onResponseError(_: unknown, error: unknown): void {
    this.fail(error);
  }

  /** Ends with an error, which says so when nothing was written. */
  fail(error: unknown): void {
    const cause = this.#controller ? error : notSent("no connection was made", error);
    this.#failure ??= { error: cause };
    this.#reject(cause);
    this.#settle();
  }

  get ok(): boolean {
    return this.status >= 200 && this.status < 300;
  }

  get headers(): Headers {
    const headers = new Headers();
    for (const [name, value] of Object.entries(this.#headers))
      for (const one of Array.isArray(value) ? value : [value ?? ""]) headers.append(name, one);
    return headers;
  }

  async text(): Promise<string> {
    if (!this.#isComplete && !this.#failure) await new Promise<void>((resolve) => (this.#onSettled = resolve));
    if (this.#failure) throw this.#failure.error;
    const decoder = new TextDecoder();
    let text = "";
    for (const chunk of this.#chunks) text += decoder.decode(chunk, { stream: true });
    return text + decoder.decode();
  }

  async json(): Promise<unknown> {
    return JSON.parse(await this.text()) as unknown;
  }

  readonly #abort = (): void => {
    const reason: unknown = this.#signal?.reason;
    if (this.#controller) this.#controller.abort(reason as Error);
    else this.fail(reason);
  };

  #settle(): void {
    this.#signal?.removeEventListener("abort", this.#abort);
    this.#onSettled?.();
  }
}

function fieldsOf(headers: RequestInit["headers"] = {}): Record<string, string> {
  return Object.fromEntries(headers instanceof Headers ? headers : new Headers(headers));
}

function notSent(why: string, cause?: unknown): Error {
  return Object.assign(new Error(why, { cause }), { code: NOT_SENT });
}

function createDispatcher({
  proxy,
  localAddress,
  connectTimeoutMs = 10_000,
  connections,
  keepAliveMs = 4_000,
}: UndiciFetchOptions): Dispatcher {
  const shared = {
    // Over HTTP/2 a refused stream may be sent again.
    allowH2: false,
    ...(connections !== undefined && { connections }),
    keepAliveTimeout: keepAliveMs,
    keepAliveMaxTimeout: keepAliveMs,
  };
  const local = localAddress === undefined ? {} : { localAddress };
  const connect = { timeout: connectTimeoutMs };
  if (proxy === undefined) return new Agent({ ...shared, ...local, connect });
  return new ProxyAgent({
    ...shared,
    uri: String(proxy),
    proxyTunnel: true,
    proxyTls: connect,
    requestTls: connect,
    // A proxy that takes a connection and opens no tunnel is as good as none.
    clientFactory: (origin, opts) => new Pool(origin, { ...opts, ...local, headersTimeout: connectTimeoutMs }),
  });
}

function issuesOf(options: UndiciFetchOptions): Issue[] {
  const issues: Issue[] = [];
  const report = (field: string, value: unknown, rule: string, fix: string): void => {
    issues.push({ field, received: shapeOf(value), rule, fix });
  };
  if ("Bun" in globalThis || "Deno" in globalThis)
    report("undiciFetch", undefined, "requires Node", "Omit `fetch`, so that the platform's own is used.");
  if (typeof options !== "object" || options === null) {
    report("options", options, "must be an object", "Pass { proxy, localAddress, connectTimeoutMs }, or nothing.");
    return issues;
  }
  issues.push(...unknownNames(options, NAMES, "option"));
  const { proxy, localAddress } = options;
  if (proxy !== undefined && !isProxyUrl(proxy))
    report("proxy", proxy, "must be an absolute http or https URL without path", 'Write "http://proxy.example:3128".');
  if (localAddress !== undefined && !(typeof localAddress === "string" && isIP(localAddress) > 0))
    report("localAddress", localAddress, "must be an IP address", "Pass an address of a network card of this machine.");
  for (const field of Object.keys(RANGES) as (keyof typeof RANGES)[]) {
    const value = options[field];
    const [max, unit] = RANGES[field];
    const parsed = value === undefined ? undefined : integer(1, max, "Omit it for the default.")(value);
    if (parsed?.ok === false)
      issues.push(...under(field, parsed.issues).map((issue) => ({ ...issue, rule: `${issue.rule} ${unit}` })));
  }
  return issues;
}

function isProxyUrl(value: unknown): boolean {
  if (!(typeof value === "string" || value instanceof URL) || !URL.canParse(value)) return false;
  const { protocol, pathname, search, hash } = new URL(value);
  return (protocol === "http:" || protocol === "https:") && pathname === "/" && search === "" && hash === "";
}
