/**
 * Body and options with which the fetch of a server platform sends a request once.
 *
 * Bun before 1.4 repeats a request whose used connection breaks; `keepalive: false` gives the request a connection of its own.
 * Deno from 2.7 repeats a text, also on a new connection; a Blob it cannot send twice, and the length stays in the headers.
 */
export function sentOnce(body: string | undefined): Pick<RequestInit, "body" | "keepalive"> {
  if (body === undefined) return { keepalive: false };
  return { keepalive: false, body: "Deno" in globalThis ? new Blob([body]) : body };
}
