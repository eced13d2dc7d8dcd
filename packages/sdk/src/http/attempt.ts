import { whyNotSent } from "./not-sent.ts";

/** A request as plain values. A `Request` could not be sent again, because sending consumes its body. */
export interface OutgoingRequest {
  readonly url: string;
  readonly method: string;
  /** Request headers; the names are in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

/** A response whose body was read to its end. */
export interface CompleteResponse {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** Result of one attempt. With `lost`, the gateway may have received the request. */
export type AttemptResult =
  | { readonly kind: "response"; readonly response: CompleteResponse }
  | { readonly kind: "notSent"; readonly why: string; readonly cause: unknown }
  | { readonly kind: "lost"; readonly why: string; readonly cause: unknown; readonly status?: number };

/** Options of {@link attempt}. */
export interface AttemptOptions {
  readonly fetch: typeof globalThis.fetch;
  /** True if a connection error proves that the gateway did not receive the request. */
  readonly provesNotSent: boolean;
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
  /** True if the platform must be kept from sending the request a second time by itself. */
  readonly mustSendOnce: boolean;
}

export const ABORTED_BEFORE_SENDING = "the call was aborted before sending";

/** Sends a request once and reads the whole response; one timeout covers both. Never throws. */
export async function attempt(
  request: OutgoingRequest,
  { fetch, provesNotSent, timeoutMs, signal, mustSendOnce }: AttemptOptions,
): Promise<AttemptResult> {
  if (signal?.aborted) return { kind: "notSent", why: ABORTED_BEFORE_SENDING, cause: signal.reason };
  const controller = new AbortController();
  let hasTimedOut = false;
  const abort = (): void => controller.abort(signal?.reason);
  const timer = setTimeout(() => {
    hasTimedOut = true;
    controller.abort(new DOMException(`no complete response within ${timeoutMs} ms`, "TimeoutError"));
  }, timeoutMs);
  signal?.addEventListener("abort", abort, { once: true });
  let status: number | undefined;
  try {
    const { url, method, headers, body } = request;
    const init: RequestInit = { method, headers, redirect: "manual", signal: controller.signal };
    if (mustSendOnce) Object.assign(init, sendOnceOptions(body));
    else if (body !== undefined) init.body = body;
    const exchange = async (): Promise<CompleteResponse> => {
      const response = await fetch(url, init);
      if (!Number.isInteger(response.status)) throw new TypeError("fetch returned something that is not a Response");
      status = response.status;
      const text = await readBody(response);
      const received: HeadersInit | undefined = response.headers;
      return { status, headers: received instanceof Headers ? received : new Headers(received), text };
    };
    return { kind: "response", response: await rejectOnAbort(exchange(), controller.signal) };
  } catch (cause) {
    const received = status === undefined ? {} : { status };
    if (hasTimedOut) {
      const part = status === undefined ? "no response" : `no complete body of the HTTP ${status} response`;
      return { kind: "lost", why: `${part} within ${timeoutMs} ms`, cause, ...received };
    }
    if (signal?.aborted) return { kind: "lost", why: "the call was aborted after sending", cause, ...received };
    if (cause instanceof ResponseTooLarge) return { kind: "lost", why: cause.message, cause, ...received };
    const proof = provesNotSent && status === undefined ? whyNotSent(cause) : undefined;
    if (proof) return { kind: "notSent", why: proof, cause };
    const part =
      status === undefined ? "before the response" : `before the body of the HTTP ${status} response was complete`;
    return { kind: "lost", why: `the connection broke ${part}`, cause, ...received };
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", abort);
  }
}

/** Rejects when the signal aborts: a `fetch` or a body that ignores its signal must not outlast the timeout. */
function rejectOnAbort<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    work.then(resolve, reject);
    // Each attempt has a new signal, so the listener needs no removal.
    if (signal.aborted) reject(signal.reason);
    else signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}

/**
 * Returns the `body` and `keepalive` options with which the `fetch` of a server platform sends a request only once.
 *
 * Bun (1.3.5 or later) resends a request if its reused connection breaks; with `keepalive: false` the request gets a
 * new connection. Deno (2.7 or later) resends a string body even on a new connection, but cannot resend a Blob. A Blob
 * keeps its `Content-Length`.
 */
function sendOnceOptions(body: string | undefined): Pick<RequestInit, "body" | "keepalive"> {
  if (body === undefined) return { keepalive: false };
  return { keepalive: false, body: "Deno" in globalThis ? new Blob([body]) : body };
}

/**
 * Maximum length of a response, in characters or bytes. The longest known response, a QR code's image, is several
 * hundred times shorter.
 */
export const MAX_RESPONSE: number = 8 * 1024 * 1024;

/** A response whose body is longer than the limit. */
export class ResponseTooLarge extends Error {
  override readonly name = "ResponseTooLarge";

  constructor() {
    super(`the response is larger than ${MAX_RESPONSE / 1024 / 1024} MiB`);
  }
}

/**
 * Reads a body to its end.
 *
 * @throws ResponseTooLarge as soon as the body is longer than the limit; the rest is not read.
 */
async function readBody(response: Response): Promise<string> {
  const reader = isKnownToBeSmall(response) ? undefined : response.body?.getReader?.();
  if (!reader) {
    // A caller's `fetch` may return an incomplete Response. The gateway has received the request all the same.
    const text: unknown = await response.text();
    if (typeof text !== "string") throw new TypeError("the body of the response is not a string");
    if (text.length > MAX_RESPONSE) throw new ResponseTooLarge();
    return text;
  }
  const decoder = new TextDecoder();
  let text = "";
  for (let size = 0; ; ) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    size += value.byteLength;
    if (size > MAX_RESPONSE) {
      reader.cancel().catch(() => undefined);
      throw new ResponseTooLarge();
    }
    text += decoder.decode(value, { stream: true });
  }
}

/**
 * Returns whether `Content-Length` proves that the body is within the limit. The header proves nothing for a compressed
 * body. Reading a small body at once is faster than reading it in pieces.
 */
function isKnownToBeSmall({ headers }: Response): boolean {
  const length = headers?.get?.("content-length");
  return Boolean(length) && Number(length) <= MAX_RESPONSE && !headers.get("content-encoding");
}
