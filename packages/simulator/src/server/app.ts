import { readFile } from "node:fs/promises";
import type { HttpBindings } from "@hono/node-server";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import { Hono } from "hono";
import { recordRequest } from "../gateway/record.ts";
import { responseOf, type SimulatorParts } from "../simulator.ts";
import { control } from "./control.ts";
import type { Gatekeeper } from "./gatekeeper.ts";

/** The page's files lie beside `src` and `dist` alike. */
const page = new URL("../../page/", import.meta.url);
const types: Readonly<Record<string, string>> = {
  html: "text/html",
  css: "text/css",
  js: "text/javascript",
  svg: "image/svg+xml",
};

/** Paths of the page and its interface; all others are Daraja's. */
const own = /^\/(?:$|_page\/|_simulator\/)/;

/** Daraja on every path, except the page and what the page needs. */
export function createApp(parts: SimulatorParts, gatekeeper: Gatekeeper): Hono<{ Bindings: HttpBindings }> {
  const app = new Hono<{ Bindings: HttpBindings }>();

  app.use("*", async (context, next) => {
    const { host, origin } = context.env.incoming.headers;
    const problem = gatekeeper({ host, origin });
    if (problem === undefined) return next();
    const body = { problem };
    if (!own.test(context.req.path)) noteRejected(parts, context.req, body);
    return context.json(body, 403);
  });
  app.use("/_simulator/*", async (context, next) => {
    // A form of another page can post text, but no JSON.
    if (context.req.method === "POST" && !context.req.header("content-type")?.startsWith("application/json"))
      return context.json({ problem: "This interface takes JSON. Send Content-Type: application/json." }, 403);
    return next();
  });
  app.route("/_simulator", control(parts));

  const file = async (name: string): Promise<Response> => {
    const body = await readFile(new URL(name, page));
    const type = types[name.split(".").at(-1) ?? ""] ?? "application/octet-stream";
    const policy =
      "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
    return new Response(body, {
      headers: {
        "Content-Type": `${type}; charset=utf-8`,
        "Cache-Control": "no-cache",
        "Content-Security-Policy": policy,
      },
    });
  };
  app.get("/", () => file("index.html"));
  app.get("/_page/:name{[a-z-]+\\.(?:js|css|svg)}", async (context) => {
    try {
      return await file(context.req.param("name"));
    } catch {
      return context.notFound();
    }
  });

  app.onError((error, context) => context.text(error.message, 500));
  app.all("*", async (context) => {
    const { outgoing, incoming } = context.env;
    const exchanged = await parts.exchange(context.req.raw);
    if (!("cut" in exchanged)) return responseOf(exchanged);
    if (exchanged.cut === "stall") await new Promise<void>((resolve) => outgoing.on("close", () => resolve()));
    // A connection that was accepted can no longer be refused; a reset is the nearest.
    else if ("socket" in incoming) incoming.socket.resetAndDestroy();
    return RESPONSE_ALREADY_SENT;
  });
  return app;
}

/** Whoever set up a client with another host name finds the reason in the log and in the timeline. */
function noteRejected(
  { engine }: SimulatorParts,
  { method, url }: { readonly method: string; readonly url: string },
  body: { readonly problem: string },
): void {
  recordRequest(engine, {
    info: undefined,
    incoming: { method, url: new URL(url), authorization: null, contentType: null, text: "" },
    body: undefined,
    reply: { status: 403, body, note: body.problem },
    cut: undefined,
    scenario: null,
    magic: undefined,
  });
  engine.commit();
}
