import type { CallbackHandler } from "../handler/options.ts";

// biome-ignore lint/suspicious/noExplicitAny: what an event carries is not said in Node's own types either
type Listener = (...values: any[]) => void;

/** What this adapter uses of a `node:http` request; Express and HTTP/2 requests have it too. */
export interface NodeRequest {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  /** The path before Express cut off where the listener is mounted. */
  readonly originalUrl?: string | undefined;
  readonly rawHeaders: readonly string[];
  readonly socket?: { readonly remoteAddress?: string | undefined } | null;
  /** What a body parser has left. */
  readonly body?: unknown;
  readonly readableEnded?: boolean;
  readonly destroyed?: boolean;
  on(event: string, listener: Listener): unknown;
  off(event: string, listener: Listener): unknown;
  pause(): unknown;
  resume(): unknown;
}

/** What this adapter uses of a `node:http` response. */
export interface NodeResponse {
  statusCode: number;
  readonly headersSent?: boolean;
  readonly writableEnded?: boolean;
  setHeader(name: string, value: string): unknown;
  end(body: string): unknown;
}

/** Fastify's request, around Node's. */
export interface FastifyRequestLike {
  readonly raw: NodeRequest;
  readonly body?: unknown;
}

/** Fastify's reply, around Node's response. */
export interface FastifyReplyLike {
  readonly raw: NodeResponse;
  hijack(): unknown;
}

/** The handler's `context` on Node. */
export interface NodeContext {
  /** The address at the other end of the socket: your proxy's, if there is one. */
  readonly remoteAddress?: string;
  readonly waitUntil?: (promise: Promise<unknown>) => void;
}

/** How to set up the adapter. */
export interface NodeListenerOptions {
  /**
   * With it, the answer leaves before your function runs, and the promise of that work comes here; wait for it before the
   * process ends. Use it together with a durable inbox. @default none: the answer waits for your function
   */
  readonly waitUntil?: (promise: Promise<unknown>) => void;
}

/** A listener for `node:http` and Express, and a route handler for Fastify. */
export type NodeListener = (
  request: NodeRequest | FastifyRequestLike,
  response: NodeResponse | FastifyReplyLike,
) => Promise<void>;

/**
 * Adapts a callback handler to Node: `node:http`, Express and Fastify. Works behind body parsers that have read the body
 * already; the size limit of such a parser counts first.
 *
 * @param handler What `createCallbackHandler` gave. Its `remoteAddress` is the socket's.
 * @example node:http
 * createServer(toNodeListener(handler)).listen(3000);
 *
 * @example Express
 * app.use("/hooks", toNodeListener(handler)); // before or after express.json()
 *
 * @example Fastify; the parser is needed only for senders that name no JSON content type
 * app.addContentTypeParser("*", { parseAs: "string" }, (_request, body, done) => done(null, body));
 * app.all("/hooks/*", toNodeListener(handler));
 */
// biome-ignore lint/suspicious/noExplicitAny: the context is the handler's own business
export function toNodeListener(handler: CallbackHandler<any>, options: NodeListenerOptions = {}): NodeListener {
  return async (
    request: NodeRequest | FastifyRequestLike,
    response: NodeResponse | FastifyReplyLike,
  ): Promise<void> => {
    const isFastify = "raw" in request && "hijack" in response;
    const incoming = isFastify ? request.raw : (request as NodeRequest);
    const outgoing = isFastify ? (response as FastifyReplyLike).raw : (response as NodeResponse);
    // From here on the response is written past Fastify.
    if (isFastify) (response as FastifyReplyLike).hijack();
    const remoteAddress = incoming.socket?.remoteAddress;
    const context: NodeContext = {
      ...(remoteAddress !== undefined && { remoteAddress }),
      ...(options.waitUntil && { waitUntil: options.waitUntil }),
    };
    const webRequest = toRequest(incoming, request.body);
    await send(webRequest ? await handler(webRequest, context) : new Response(null, { status: 404 }), outgoing);
  };
}

/** Undefined for what a `Request` cannot be: no callback looks like that. */
function toRequest(incoming: NodeRequest, parsed: unknown): Request | undefined {
  const target = incoming.originalUrl ?? incoming.url ?? "/";
  const { method = "GET", rawHeaders } = incoming;
  try {
    const headers = new Headers();
    for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
      const name = rawHeaders[index] as string;
      if (!name.startsWith(":")) headers.append(name, rawHeaders[index + 1] as string);
    }
    const url = target.startsWith("/") ? `http://localhost${target}` : target;
    if (method !== "POST") return new Request(url, { method, headers });
    // A parser that passed a body on may have left an empty one.
    const wasRead = incoming.readableEnded || incoming.destroyed;
    const body = wasRead ? textOf(parsed) : streamOf(incoming);
    return new Request(url, { method, headers, body, duplex: "half" } as RequestInit);
  } catch {
    return undefined;
  }
}

/** A parsed body as text again. */
function textOf(parsed: unknown): string | Uint8Array<ArrayBuffer> {
  if (typeof parsed === "string" || parsed instanceof Uint8Array) return parsed as string | Uint8Array<ArrayBuffer>;
  return JSON.stringify(parsed) ?? "";
}

/** The body as it comes in. Leaves the socket alone when nobody wants the rest, so that an answer can still be sent. */
function streamOf(incoming: NodeRequest): ReadableStream<Uint8Array> {
  let listeners: readonly (readonly [event: string, listener: Listener])[] | undefined;
  const stop = (): void => {
    for (const [event, listener] of listeners ?? []) incoming.off(event, listener);
  };
  // Begins to listen when it is first read: a refused request's body must stay Node's to drop.
  const listen = (controller: ReadableStreamDefaultController<Uint8Array>): void => {
    const onData = (chunk: Uint8Array): void => {
      incoming.pause();
      controller.enqueue(chunk);
    };
    const onEnd = (): void => {
      stop();
      controller.close();
    };
    const onLoss = (): void => {
      stop();
      controller.error(new Error("the sender went away"));
    };
    listeners = [
      ["data", onData],
      ["end", onEnd],
      ["error", onLoss],
      ["close", onLoss],
    ];
    for (const [event, listener] of listeners) incoming.on(event, listener);
    // An HTTP/2 request that was reset before this has ended without a further event, and without being destroyed.
    if (incoming.destroyed || incoming.readableEnded) onLoss();
  };
  return new ReadableStream<Uint8Array>(
    {
      pull(controller): void {
        if (!listeners) listen(controller);
        incoming.resume();
      },
      cancel(): void {
        stop();
        incoming.resume();
      },
    },
    { highWaterMark: 0 },
  );
}

async function send(answer: Response, outgoing: NodeResponse): Promise<void> {
  const body = await answer.text();
  // Someone else has answered, such as a time limit; to throw here would end the process.
  if (outgoing.headersSent || outgoing.writableEnded) return;
  outgoing.statusCode = answer.status;
  for (const [name, value] of answer.headers) outgoing.setHeader(name, value);
  // The rest of a body that is too long is not worth waiting for.
  if (answer.status === 413) outgoing.setHeader("connection", "close");
  outgoing.end(body);
}
