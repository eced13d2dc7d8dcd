import { readFile } from "node:fs/promises";
import type { HttpBindings } from "@hono/node-server";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import { Hono } from "hono";
import { responseOf, type SimulatorParts } from "../simulator.ts";
import { control } from "./control.ts";

/** The page's files lie beside `src` and `dist` alike. */
const page = new URL("../../page/", import.meta.url);
const types: Readonly<Record<string, string>> = {
  html: "text/html",
  css: "text/css",
  js: "text/javascript",
  svg: "image/svg+xml",
};

/**
 * Daraja on every path, except the page and what the page needs.
 * @param host the name it was told to listen on
 */
export function createApp(parts: SimulatorParts, host: string): Hono<{ Bindings: HttpBindings }> {
  const app = new Hono<{ Bindings: HttpBindings }>();

  // A web page from elsewhere must not press buttons here, nor read what is shown by giving this address its own name.
  app.use("/_simulator/*", async (context, next) => {
    const { host: named = "" } = context.env.incoming.headers;
    const origin = context.req.header("origin");
    const sameOrigin = origin === undefined || origin === `http://${named}`;
    const json = context.req.method !== "POST" || context.req.header("content-type")?.startsWith("application/json");
    // Only a name can be made to point here; an address is what it is.
    const own = isAddress(named) || ["localhost", host].includes(named.replace(/:\d+$/, ""));
    if (!sameOrigin || !json || !own)
      return context.json({ problem: "this interface is for the simulator's own page" }, 403);
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

/** Whether a Host header holds an IP address, with or without a port. */
function isAddress(host: string): boolean {
  return /^(?:\d{1,3}(?:\.\d{1,3}){3}|\[[\da-f:.]+\])(?::\d+)?$/i.test(host);
}
