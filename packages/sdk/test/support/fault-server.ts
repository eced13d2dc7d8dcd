import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What the server does with a request, once it has all of it. */
export type Behaviour = (response: ServerResponse, request: ReceivedRequest) => void;

export interface ReceivedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

/** A real HTTP server on loopback that records every whole request and answers as told. */
export interface FaultServer {
  readonly url: string;
  readonly received: ReceivedRequest[];
  close(): Promise<void>;
}

export async function startFaultServer(
  behave: (request: ReceivedRequest, nth: number) => Behaviour,
): Promise<FaultServer> {
  const received: ReceivedRequest[] = [];
  const server: Server = createServer((incoming, response) => {
    let body = "";
    incoming.setEncoding("utf8");
    incoming.on("data", (chunk: string) => {
      body += chunk;
    });
    incoming.on("end", () => {
      const url = new URL(incoming.url ?? "/", "http://loopback");
      const request = { method: incoming.method ?? "", path: url.pathname, headers: incoming.headers, body };
      received.push(request);
      const nth = received.filter((one) => one.path === request.path).length;
      behave(request, nth)(response, request);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    received,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

export function json(status: number, body: unknown, headers: Record<string, string> = {}): Behaviour {
  return (response) => {
    response.writeHead(status, { "content-type": "application/json", ...headers });
    response.end(JSON.stringify(body));
  };
}

export function page(status: number, body: string, contentType = "text/html"): Behaviour {
  return (response) => {
    response.writeHead(status, { "content-type": contentType });
    response.end(body);
  };
}

/** Closes the connection without an answer. */
export const reset: Behaviour = (response) => {
  response.socket?.resetAndDestroy();
};

/** Starts a body and breaks the connection inside it. */
export const resetInBody: Behaviour = (response) => {
  response.writeHead(200, { "content-type": "application/json", "content-length": "500" });
  response.write('{"ResponseCode":"0","Respon', () => setTimeout(() => response.socket?.resetAndDestroy(), 20));
};

/** Never answers. */
export const silence: Behaviour = () => undefined;

/** Sends the headers and half a body, then nothing. */
export const stall: Behaviour = (response) => {
  response.writeHead(200, { "content-type": "application/json", "content-length": "500" });
  response.write('{"ResponseCode":"0"');
};

export const token: Behaviour = json(200, { access_token: "c9SQxWWhmdVRlyh0zh8gZDTkubVF", expires_in: "3599" });
