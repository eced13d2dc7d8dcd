import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type CallbackEvent, type CallbackHandler, createCallbackHandler } from "@mpesa/sdk/callbacks";
import { memoryInbox } from "@mpesa/sdk/callbacks/inbox/memory";
import { toNodeListener } from "@mpesa/sdk/callbacks/node";

/** A merchant's server on 127.0.0.1, with the SDK's signed handler behind `/hooks`. */
export interface Shop {
  /** Its address, without a slash at the end. */
  readonly url: string;
  /** Makes the callback URLs. */
  readonly handler: CallbackHandler;
  /** The first callback that carries a reference, come or to come. @throws Error when none comes in time. */
  waitFor(reference: string, timeoutMs?: number): Promise<CallbackEvent>;
  close(): Promise<void>;
}

/** How to run a shop. */
export interface ShopOptions {
  /** @default a free port */
  readonly port?: number;
  readonly onEvent?: (event: CallbackEvent) => void;
  /** Answers what is no callback. @default 404 */
  readonly serve?: (request: IncomingMessage, response: ServerResponse) => void;
}

/** Opens a shop. @throws Error with one sentence when the port is taken. */
export async function openShop({ port = 0, onEvent, serve = notFound }: ShopOptions = {}): Promise<Shop> {
  const arrived = new Map<string, CallbackEvent>();
  const waiting = new Map<string, (event: CallbackEvent) => void>();
  const server = createServer((request, response) => {
    if (request.url?.startsWith("/hooks/")) void listener(request, response);
    else serve(request, response);
  });
  server.listen(port, "127.0.0.1");
  try {
    await once(server, "listening");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error;
    throw new Error(`Port ${port} is in use by another program.`, { cause: error });
  }
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const handler = createCallbackHandler({
    baseUrl: `${url}/hooks`,
    secrets: [`${crypto.randomUUID()}${crypto.randomUUID()}`],
    // Stops duplicates; a real shop keeps it in a file or a database.
    inbox: memoryInbox(),
    onEvent: (event) => {
      if (!arrived.has(event.reference)) arrived.set(event.reference, event);
      onEvent?.(event);
      waiting.get(event.reference)?.(event);
    },
  });
  const listener = toNodeListener(handler);
  return {
    url,
    handler,
    waitFor: (reference, timeoutMs = 30_000) =>
      new Promise((resolve, reject) => {
        const early = arrived.get(reference);
        if (early) return resolve(early);
        const late = (): void => reject(new Error(`No callback came for ${reference} in ${timeoutMs / 1000} seconds.`));
        const timer = setTimeout(late, timeoutMs);
        waiting.set(reference, (event) => {
          clearTimeout(timer);
          resolve(event);
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

function notFound(_request: IncomingMessage, response: ServerResponse): void {
  response.writeHead(404).end();
}
