import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import type { Ending } from "./broken-connections.ts";

/** A gateway on loopback that reads a payment to its end and then breaks the connection. */
export interface BreakingGateway {
  readonly url: string;
  /** How many copies of the payment have arrived whole. */
  readonly copies: number;
  close(): Promise<void>;
}

const TOKEN = JSON.stringify({ access_token: "token-made-up-for-this-test", expires_in: "3599" });
const ACCEPTED = JSON.stringify({
  MerchantRequestID: "29115-34620561-1",
  CheckoutRequestID: "ws_CO_191220191020363925",
  ResponseCode: "0",
  ResponseDescription: "Success. Request accepted for processing",
  CustomerMessage: "Success. Request accepted for processing",
});

/**
 * Starts one. It speaks HTTP/1.1 over plain sockets, since an HTTP server decides about its connections by itself.
 * Whatever is no POST is answered and the connection kept, so that the payment comes on a used one.
 */
export async function startBreakingGateway(
  ending: Ending,
  pages: Readonly<Record<string, string>> = {},
): Promise<BreakingGateway> {
  const sockets = new Set<Socket>();
  let copies = 0;
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    // A client that closes first is not this server's problem.
    socket.on("error", () => undefined);
    readRequests(socket, (method, path) => {
      if (method !== "POST") {
        const page = pages[path];
        return respond(socket, page ?? TOKEN, path.endsWith("js") ? "text/javascript" : page ? "text/html" : undefined);
      }
      copies++;
      switch (ending) {
        case "closed at once":
          return socket.destroy();
        case "reset":
          return socket.resetAndDestroy();
        case "closed after 300 ms":
          return setTimeout(() => socket.destroy(), 300);
        case "gateway gone":
          server.close();
          return socket.destroy();
        case "second copy answered":
          return copies === 1 ? socket.destroy() : respond(socket, ACCEPTED);
      }
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get copies() {
      return copies;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      if (server.listening) await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Hands on each request that has arrived whole; bodies have a Content-Length or come in chunks. */
function readRequests(socket: Socket, take: (method: string, path: string) => unknown): void {
  let received = "";
  socket.setEncoding("latin1");
  socket.on("data", (data: string) => {
    received += data;
    for (;;) {
      const headEnd = received.indexOf("\r\n\r\n") + 4;
      if (headEnd < 4) return;
      const head = received.slice(0, headEnd);
      const isChunked = /^transfer-encoding: *chunked/im.test(head);
      const lastChunk = received.indexOf("0\r\n\r\n", headEnd);
      const length = Number(/^content-length: *(\d+)/im.exec(head)?.[1] ?? 0);
      const end = !isChunked ? headEnd + length : lastChunk < 0 ? Number.POSITIVE_INFINITY : lastChunk + 5;
      if (received.length < end) return;
      received = received.slice(end);
      const [method = "", path = ""] = head.split(" ", 2);
      take(method, path);
    }
  });
}

function respond(socket: Socket, body: string, type = "application/json"): void {
  const length = new TextEncoder().encode(body).length;
  socket.write(`HTTP/1.1 200 OK\r\ncontent-type: ${type}\r\ncontent-length: ${length}\r\n\r\n${body}`);
}
