/** A gateway that accepts everything, in a process of its own so that it does not share the caller's event loop. */
import { fork } from "node:child_process";
import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";

/** The accepted responses by path. */
const RESPONSES: Readonly<Record<string, object>> = {
  "/oauth/v1/generate": { access_token: "c9SQxWWhmdVRlyh0zh8gZDTkubVF", expires_in: "3599" },
  "/mpesa/stkpush/v1/processrequest": {
    MerchantRequestID: "29115-34620561-1",
    CheckoutRequestID: "ws_CO_191220191020363925",
    ResponseCode: "0",
    ResponseDescription: "Success. Request accepted for processing",
    CustomerMessage: "Success. Request accepted for processing",
  },
  "/mpesa/stkpushquery/v1/query": {
    ResponseCode: "0",
    ResponseDescription: "The service request has been accepted successsfully",
    MerchantRequestID: "29115-34620561-1",
    CheckoutRequestID: "ws_CO_191220191020363925",
    ResultCode: "0",
    ResultDesc: "The service request is processed successfully.",
  },
};
/** `GET` here returns the path and the body of the last payment or query. */
const LAST = "/last";

/** The last payment or query that a gateway received. */
export interface Received {
  readonly path: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** A gateway on loopback. */
export interface Gateway {
  readonly url: string;
  last(): Promise<Received>;
  stop(): void;
}

/** Starts a gateway. */
export async function startGateway(): Promise<Gateway> {
  const child = fork(fileURLToPath(import.meta.url), ["serve"]);
  const [port] = (await once(child, "message")) as [number];
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    last: async () => (await (await fetch(url + LAST)).json()) as Received,
    stop: () => child.disconnect(),
  };
}

function serve(): void {
  let last: { readonly path: string; readonly body: Promise<string> } | undefined;
  const responses = new Map(Object.entries(RESPONSES).map(([path, body]) => [path, JSON.stringify(body)]));
  const respond = async (request: IncomingMessage): Promise<string> => {
    const [path = ""] = request.url?.split("?") ?? [];
    if (path === LAST) return JSON.stringify({ path: last?.path, body: JSON.parse((await last?.body) ?? "null") });
    if (request.method === "POST") last = { path, body: text(request) };
    await last?.body;
    return responses.get(path) ?? "{}";
  };
  const server = createServer(async (request, response) => {
    response.writeHead(200, { "content-type": "application/json" }).end(await respond(request));
  });
  server.listen(0, "127.0.0.1", () => process.send?.((server.address() as AddressInfo).port));
  process.on("disconnect", () => process.exit());
}

if (process.argv[2] === "serve") serve();
