import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";

/** A callback as it arrived. */
export interface Received {
  readonly path: string;
  /** Parsed JSON, or the text where it is none. */
  readonly body: unknown;
}

/** A server on 127.0.0.1 that takes callbacks. */
export interface Receiver {
  /** Its address, without a slash at the end. */
  readonly url: string;
  /** The first callback to a path, come or to come. @throws Error when none comes in time. */
  waitFor(path: string, timeoutMs?: number): Promise<Received>;
  close(): Promise<void>;
}

/** Starts a receiver on a free port; `reply` gives the JSON that a path is answered with. */
export async function startReceiver(reply: (path: string) => unknown): Promise<Receiver> {
  const arrived = new Map<string, Received>();
  const waiting = new Map<string, (received: Received) => void>();
  const server = createServer(async (request, response) => {
    const path = request.url ?? "/";
    const received: Received = { path, body: await bodyOf(request) };
    if (!arrived.has(path)) arrived.set(path, received);
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify(reply(path)));
    waiting.get(path)?.(received);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    waitFor: (path, timeoutMs = 60_000) =>
      new Promise((resolve, reject) => {
        const early = arrived.get(path);
        if (early) return resolve(early);
        const late = (): void => reject(new Error(`No callback came to ${path} within ${timeoutMs / 1000} seconds.`));
        const timer = setTimeout(late, timeoutMs);
        waiting.set(path, (received) => {
          clearTimeout(timer);
          resolve(received);
        });
      }),
    close: async () => {
      const closed = once(server, "close");
      server.close();
      // The sender keeps its connections open.
      server.closeAllConnections();
      await closed;
    },
  };
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  let text = "";
  request.setEncoding("utf8");
  for await (const chunk of request) text += chunk;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
