import { whyNotSent } from "./not-sent.ts";
import { sentOnce } from "./once.ts";
import { ResponseTooLarge, readBody } from "./read-body.ts";

/** A request as values, so that it can be sent again without a consumed body in the way. */
export interface Outgoing {
  readonly url: string;
  readonly method: string;
  /** With names in small letters. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

/** An answer that came whole. */
export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** How one attempt ended. `lost` means that the gateway may have it. */
export type AttemptResult =
  | { readonly kind: "reply"; readonly reply: Reply }
  | { readonly kind: "notSent"; readonly why: string; readonly cause: unknown }
  | { readonly kind: "lost"; readonly why: string; readonly cause: unknown; readonly status?: number };

/** What one attempt needs from its surroundings. */
export interface AttemptOptions {
  readonly fetch: typeof globalThis.fetch;
  /** Whether an error from connecting proves that nothing was sent. */
  readonly provesNotSent: boolean;
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
  /** Whether the platform must be kept from repeating the request by itself. */
  readonly mustSendOnce: boolean;
}

export const NOT_BEGUN = "it was aborted before sending";

/** Sends once and reads the body to its end, both under one timeout. Never throws. */
export async function attempt(
  out: Outgoing,
  { fetch, provesNotSent, timeoutMs, signal, mustSendOnce }: AttemptOptions,
): Promise<AttemptResult> {
  if (signal?.aborted) return { kind: "notSent", why: NOT_BEGUN, cause: signal.reason };
  const controller = new AbortController();
  let timedOut = false;
  const abort = (): void => controller.abort(signal?.reason);
  const timer = setTimeout(() => {
    timedOut = true;
    controller.abort(new DOMException(`no complete answer within ${timeoutMs} ms`, "TimeoutError"));
  }, timeoutMs);
  signal?.addEventListener("abort", abort, { once: true });
  let status: number | undefined;
  try {
    const { url, method, headers, body } = out;
    const init: RequestInit = { method, headers, redirect: "manual", signal: controller.signal };
    if (mustSendOnce) Object.assign(init, sentOnce(body));
    else if (body !== undefined) init.body = body;
    const exchange = async (): Promise<Reply> => {
      const response = await fetch(url, init);
      if (!Number.isInteger(response.status)) throw new TypeError("fetch returned something that is not a Response");
      status = response.status;
      const text = await readBody(response);
      const received: HeadersInit | undefined = response.headers;
      return { status, headers: received instanceof Headers ? received : new Headers(received), text };
    };
    return { kind: "reply", reply: await untilAborted(exchange(), controller.signal) };
  } catch (cause) {
    const answered = status === undefined ? {} : { status };
    if (timedOut) {
      const part = status === undefined ? "no answer" : `HTTP ${status} began, but its body did not end`;
      return { kind: "lost", why: `${part} within ${timeoutMs} ms`, cause, ...answered };
    }
    if (signal?.aborted) return { kind: "lost", why: "it was aborted after sending", cause, ...answered };
    if (cause instanceof ResponseTooLarge) return { kind: "lost", why: cause.message, cause, ...answered };
    const never = provesNotSent && status === undefined ? whyNotSent(cause) : undefined;
    if (never) return { kind: "notSent", why: never, cause };
    const part =
      status === undefined ? "the connection broke before an answer" : `HTTP ${status} began, but its body broke off`;
    return { kind: "lost", why: part, cause, ...answered };
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", abort);
  }
}

/** A `fetch` or a body that does not listen to its signal must not outlive the timeout. */
function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    work.then(resolve, reject);
    // The signal is new for each attempt, so nothing has to be removed from it.
    if (signal.aborted) reject(signal.reason);
    else signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}
