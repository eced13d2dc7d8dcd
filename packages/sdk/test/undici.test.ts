import { once } from "node:events";
import { createServer as createHttpServer, type IncomingMessage } from "node:http";
import { type AddressInfo, connect as connectSocket, createServer, type Socket } from "node:net";
import { afterEach, describe, expect, it, vi } from "vitest";
import { Mpesa, type MpesaOptions } from "../src/index.ts";
import { type UndiciFetch, type UndiciFetchOptions, undiciFetch } from "../src/undici.ts";
import { failure, fieldsOf, options } from "./products/harness.ts";
import { type Behaviour, json, silence, startFaultServer } from "./support/fault-server.ts";
import { acceptanceOf, examplesOf } from "./support/spec.ts";

const accepted = json(200, acceptanceOf("stkPush", examplesOf("stkPush").request as never));
const open: { close(): unknown }[] = [];

afterEach(async () => {
  vi.unstubAllGlobals();
  for (const one of open.splice(0).reverse()) await one.close();
});

async function gateway(behave: (nth: number) => Behaviour = () => accepted) {
  const server = await startFaultServer((_, nth) => behave(nth));
  open.push(server);
  return server;
}

/** A TCP server for what HTTP servers do not do; gives its port. */
async function listen(onSocket: (socket: Socket) => void): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on("error", () => undefined));
    onSocket(socket);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  open.push({
    close: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  });
  return (server.address() as AddressInfo).port;
}

function payer(baseUrl: string, given: UndiciFetchOptions = {}, more: Partial<MpesaOptions> = {}) {
  const fetch = undiciFetch(given);
  open.push(fetch);
  const { consumerKey: _, consumerSecret: __, environment: ___, ...rest } = options;
  const mpesa = new Mpesa({ ...rest, accessToken: () => "t0ken", baseUrl, fetch, ...more });
  const pay = (signal?: AbortSignal): Promise<unknown> =>
    mpesa.stk.push({ payTo: { account: "A" }, phoneNumber: "0708374149", amount: 1 }, signal && { signal });
  return { fetch, pay };
}

/** A proxy that opens tunnels when the credentials are right, and the requests for tunnels that it got. */
async function startProxy(authorization: string) {
  const asked: { readonly target: string | undefined; readonly from: string | undefined }[] = [];
  const server = createHttpServer().listen(0, "127.0.0.1");
  server.on("connect", (request: IncomingMessage, socket: Socket) => {
    asked.push({ target: request.url, from: socket.remoteAddress });
    socket.on("error", () => undefined);
    if (request.headers["proxy-authorization"] !== authorization)
      return void socket.end("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n");
    const upstream = connectSocket(Number(request.url?.split(":").at(-1)), "127.0.0.1", () => {
      socket.write("HTTP/1.1 200 OK\r\n\r\n");
      socket.pipe(upstream).pipe(socket);
    });
    upstream.on("error", () => socket.destroy());
  });
  await once(server, "listening");
  open.push({
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  });
  return { asked, host: `127.0.0.1:${(server.address() as AddressInfo).port}` };
}

const BASIC = `Basic ${btoa("shop:p@ss")}`;

describe("options", () => {
  it.each([
    ["proxy", { proxy: "proxy.example:3128" }],
    ["proxy", { proxy: "socks5://proxy.example" }],
    ["proxy", { proxy: "http://proxy.example/path" }],
    ["localAddress", { localAddress: "eth0" }],
    ["connectTimeoutMs", { connectTimeoutMs: 0 }],
    ["connectTimeoutMs", { connectTimeoutMs: 600_001 }],
    ["connections", { connections: 1.5 }],
    ["keepAliveMs", { keepAliveMs: "4000" }],
    ["timeout", { timeout: 1 }],
    ["options", null],
  ])("%s is checked: %j", async (field, given) => {
    const error = await failure(async () => undiciFetch(given as never));
    expect(error["type"]).toBe("MpesaConfigError");
    expect(fieldsOf(error)).toEqual([field]);
  });

  it("are checked all at once, and a proxy's password is in no message", async () => {
    const given = { proxy: "ftp://shop:hunter22@proxy.example", connections: 0, keepAliveMs: 0 };
    const error = await failure(async () => undiciFetch(given));
    expect(fieldsOf(error)).toEqual(["proxy", "connections", "keepAliveMs"]);
    expect(error.message).toContain("`connections` must be an integer from 1 to 10,000 connections; got zero.");
    expect(error.message).not.toContain("hunter22");
  });

  it.each(["Bun", "Deno"])("on %s, whose undici is another one, there is no such fetch", async (name) => {
    vi.stubGlobal(name, {});
    const error = await failure(async () => undiciFetch());
    expect(fieldsOf(error)).toEqual(["undiciFetch"]);
    expect(error.message).toContain("requires Node");
  });
});

describe("a payment", () => {
  it("passes through the proxy, with its credentials", async () => {
    const { url, received } = await gateway();
    const { host, asked } = await startProxy(BASIC);
    await payer(url, { proxy: `http://shop:p%40ss@${host}` }).pay();
    expect(asked.map(({ target }) => `http://${target}`)).toEqual([url]);
    expect(received).toHaveLength(1);
    expect(received[0]?.headers["proxy-authorization"]).toBeUndefined();
  });

  // Other systems have no second address on loopback.
  it.skipIf(process.platform !== "linux")("leaves from the local address, also to the proxy", async () => {
    const from: (string | undefined)[] = [];
    const { url } = await gateway(() => (response, request) => {
      from.push(response.socket?.remoteAddress);
      accepted(response, request);
    });
    await payer(url, { localAddress: "127.0.0.2" }).pay();
    const { host, asked } = await startProxy(BASIC);
    await payer(url, { localAddress: "127.0.0.3", proxy: `http://shop:p%40ss@${host}` }).pay();
    expect([...from, asked[0]?.from]).toEqual(["127.0.0.2", "127.0.0.1", "127.0.0.3"]);
  });

  it("shares so many connections, and waits for a free one", async () => {
    const sockets = new Set<unknown>();
    const { url, received } = await gateway(() => (response, request) => {
      sockets.add(response.socket);
      setImmediate(() => accepted(response, request));
    });
    const { pay } = payer(url, { connections: 2 });
    await Promise.all(Array.from({ length: 9 }, () => pay()));
    expect([received.length, sockets.size]).toEqual([9, 2]);
  });

  it("closes an idle connection although the gateway would keep it longer", async () => {
    let endedBy = "the gateway";
    let closed: Promise<unknown> | undefined;
    const { url } = await gateway(() => (response, request) => {
      closed = response.socket?.once("end", () => (endedBy = "the client")) && once(response.socket, "close");
      response.setHeader("keep-alive", "timeout=600");
      accepted(response, request);
    });
    await payer(url, { keepAliveMs: 1 }).pay();
    await closed;
    expect(endedBy).toBe("the client");
  });

  it("is sent with fields that keep the response plain", async () => {
    const { url, received } = await gateway();
    await payer(url).pay();
    expect(received[0]?.headers).toMatchObject({ "accept-encoding": "identity", authorization: "Bearer t0ken" });
    expect(received[0]?.headers["content-type"]).toContain("application/json");
  });

  it("has an unknown outcome when the response does not end", async () => {
    const { url, received } = await gateway(() => (response) => {
      response.writeHead(200, { "content-type": "application/json" });
      const more = (): void => void (response.destroyed || response.write(" ".repeat(1024 * 1024), more));
      more();
    });
    const error = await failure(payer(url, {}, { maxRetries: 2 }).pay);
    expect(error).toMatchObject({ type: "MpesaOutcomeUnknownError", status: 200 });
    expect(error.message).toContain("larger than 8 MiB");
    expect(received).toHaveLength(1);
  });

  it("is not sent again where a redirect points", async () => {
    const { url, received } = await gateway(() => json(307, {}, { location: "/elsewhere" }));
    expect(await failure(payer(url).pay)).toMatchObject({ type: "MpesaOutcomeUnknownError", status: 307 });
    expect(received).toHaveLength(1);
  });
});

describe("a payment is provably not sent", () => {
  const dead = "https://127.0.0.1";

  it.each<[string, () => Promise<Parameters<typeof payer>>]>([
    [
      "when the server hangs up during the TLS handshake",
      async () => [`${dead}:${await listen((socket) => socket.once("data", () => socket.destroy()))}`],
    ],
    [
      "when the TLS handshake takes too long",
      async () => [`${dead}:${await listen(() => undefined)}`, { connectTimeoutMs: 50 }],
    ],
    ["when the server speaks no TLS", async () => [(await gateway()).url.replace("http:", "https:")]],
    [
      "when the proxy rejects the credentials",
      async () => [(await gateway()).url, { proxy: `http://shop:wrong@${(await startProxy(BASIC)).host}` }],
    ],
    [
      "when the proxy never opens the tunnel",
      async () => [
        (await gateway()).url,
        { proxy: `http://127.0.0.1:${await listen(() => undefined)}`, connectTimeoutMs: 50 },
      ],
    ],
    ["when there is no proxy", async () => [(await gateway()).url, { proxy: "http://127.0.0.1:2" }]],
    ["when the machine lacks the local address", async () => [(await gateway()).url, { localAddress: "192.0.2.1" }]],
  ])("%s", async (_, setup) => {
    const error = await failure(payer(...(await setup())).pay);
    expect(error["type"]).toBe("MpesaConnectionError");
    expect(error.message).toContain("nothing was sent");
  });

  it("after close(), which waits for the payment in flight", async () => {
    let answer = (): void => undefined;
    const { url } = await gateway(() => (response, request) => {
      answer = () => accepted(response, request);
      arrived();
    });
    let arrived = (): void => undefined;
    const inFlight = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    const { fetch, pay } = payer(url);
    const paid = pay();
    await inFlight;
    const closed = fetch.close();
    expect((await failure(pay)).message).toContain("the fetch was closed by its close()");
    answer();
    await expect(paid).resolves.toMatchObject({ checkoutRequestId: expect.any(String) });
    await closed;
  });
});

describe("used by hand", () => {
  const post = (fetch: UndiciFetch, url: string, signal?: AbortSignal) =>
    fetch(url, { method: "POST", body: "{}", ...(signal && { signal }) });

  it("gives status, headers and body of the response", async () => {
    const { url } = await gateway(() => json(201, { name: "é" }, { "set-cookie": "a=1", "x-id": "7" }));
    const fetch = undiciFetch();
    open.push(fetch);
    const response = await post(fetch, url);
    expect([response.status, response.ok, response.headers.get("x-id")]).toEqual([201, true, "7"]);
    expect(await response.json()).toEqual({ name: "é" });
  });

  it("waiting for a connection, is dropped by its signal and never written", async () => {
    const { url, received } = await gateway(() => silence);
    const fetch = undiciFetch({ connections: 1 });
    const [first, second] = [new AbortController(), new AbortController()];
    const one = failure(() => post(fetch, url, first.signal));
    const two = failure(() => post(fetch, url, second.signal));
    second.abort(new Error("the caller left"));
    expect(await two).toMatchObject({ code: "MPESA_NOT_SENT" });
    await vi.waitFor(() => expect(received).toHaveLength(1));
    first.abort(new Error("the caller left, too"));
    expect((await one).message).toBe("the caller left, too");
    await fetch.close();
    expect(received).toHaveLength(1);
  });
});
