/**
 * Returns the `body` and `keepalive` options with which the `fetch` of a server platform sends a request only once.
 *
 * Bun (1.3.5 or later) resends a request if its reused connection breaks; with `keepalive: false` the request gets a
 * new connection. Deno (2.7 or later) resends a string body even on a new connection, but cannot resend a Blob. A Blob
 * keeps its `Content-Length`.
 */
export function sendOnceOptions(body: string | undefined): Pick<RequestInit, "body" | "keepalive"> {
  if (body === undefined) return { keepalive: false };
  return { keepalive: false, body: "Deno" in globalThis ? new Blob([body]) : body };
}
