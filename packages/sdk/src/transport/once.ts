/**
 * Returns body and options with which the fetch of a server platform sends a request once.
 *
 * Bun, 1.3.5 at least, repeats a request whose used connection breaks. With `keepalive: false` the request gets a new connection.
 * Deno 2.7 and later repeat a string body, also on a new connection. They cannot send a Blob twice, and send its Content-Length.
 */
export function sentOnce(body: string | undefined): Pick<RequestInit, "body" | "keepalive"> {
  if (body === undefined) return { keepalive: false };
  return { keepalive: false, body: "Deno" in globalThis ? new Blob([body]) : body };
}
