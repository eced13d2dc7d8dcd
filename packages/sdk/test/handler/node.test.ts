import { once } from "node:events";
import {
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from "node:http";
import { connect as connectHttp2, createServer as createHttp2Server } from "node:http2";
import { type AddressInfo, connect } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import type { CallbackHandlerOptions } from "../../src/callbacks/index.ts";
import { toNodeListener } from "../../src/callbacks/node/index.ts";
import { body } from "../callbacks/fixtures.ts";
import { recording } from "./setup.ts";

const paid = body("stk-paid");
const open: { close(): unknown }[] = [];

afterEach(async () => {
  for (const server of open.splice(0)) await server.close();
});

/** Something that listens, and a handler behind it. */
interface Mounted {
  readonly port: number;
  readonly calls: ReturnType<typeof recording>["calls"];
  readonly notices: ReturnType<typeof recording>["notices"];
  /** The path of a signed URL. */
  readonly path: string;
}

type Mount = (listener: ReturnType<typeof toNodeListener>) => Promise<number>;

async function mount(
  start: Mount,
  options: Partial<CallbackHandlerOptions> = {},
  listenerOptions = {},
): Promise<Mounted> {
  const { handler, calls, notices } = recording(options);
  const port = await start(toNodeListener(handler, listenerOptions));
  return { port, calls, notices, path: new URL(await handler.url("stk", { reference: "INV-1" })).pathname };
}

function listen(server: Server): Promise<number> {
  open.push({ close: () => server.closeAllConnections() ?? server.close() });
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port)));
}

const plain: Mount = (listener) => listen(createServer(listener));

async function express(...before: ("json" | "text" | "raw" | "urlencoded")[]): Promise<Mount> {
  const { default: framework } = await import("express");
  return (listener) => {
    const app = framework();
    for (const parser of before)
      app.use(framework[parser]({ type: parser === "urlencoded" ? "application/x-www-form-urlencoded" : "*/*" }));
    app.use("/hooks", listener);
    return listen(createServer(app as RequestListener));
  };
}

async function fastify(anyType: boolean): Promise<Mount> {
  const { default: framework } = await import("fastify");
  return async (listener) => {
    const app = framework();
    if (anyType) app.addContentTypeParser("*", { parseAs: "string" }, (_request, text, done) => done(null, text));
    app.all("/hooks/*", listener);
    open.push(app);
    await app.listen({ port: 0, host: "127.0.0.1" });
    return (app.server.address() as AddressInfo).port;
  };
}

/** As Express 4 parsers do with a type that is not theirs. */
const behindAnEmptyBody: Mount = (listener) =>
  listen(createServer((request, response) => listener(Object.assign(request, { body: {} }), response)));

const mounts: [name: string, mount: () => Mount | Promise<Mount>, types: readonly string[]][] = [
  ["node:http", () => plain, ["application/json", "text/plain", "nonsense"]],
  ["Express", () => express(), ["application/json", "text/plain", "nonsense"]],
  ["Express behind json()", () => express("json"), ["application/json", "text/plain"]],
  ["Express behind text()", () => express("text"), ["application/json", "text/plain"]],
  ["Express behind raw()", () => express("raw"), ["application/json", "text/plain"]],
  ["Express behind a parser that passes it on", () => express("urlencoded"), ["application/json", "text/plain"]],
  ["a parser that leaves an empty body", () => behindAnEmptyBody, ["application/json", "text/plain"]],
  ["Fastify", () => fastify(false), ["application/json", "application/json; charset=utf-8", "text/plain"]],
  ["Fastify with a parser for everything", () => fastify(true), ["application/json", "text/plain", "x-what/ever"]],
];

describe.each(mounts)("%s", (_name, make, types) => {
  test.each(types)("delivers a %s body and acknowledges it", async (type) => {
    const { port, calls, path } = await mount(await make());
    const answer = await post(port, path, JSON.stringify(paid), { "content-type": type });
    expect(answer).toMatchObject({ status: 200, text: '{"ResultCode":0,"ResultDesc":"Accepted"}' });
    expect(answer.headers["content-type"]).toMatch(/^application\/json/);
    expect(calls).toMatchObject([{ kind: "stk", reference: "INV-1", event: { raw: paid } }]);
  });

  test("refuses what the handler refuses", async () => {
    const { port, calls, path } = await mount(await make(), { allowedAddresses: ["127.0.0.1"] });
    const text = JSON.stringify(paid);
    expect((await post(port, `${path.slice(0, -1)}x`, text)).status).toBe(404);
    expect((await post(port, "/hooks/../hooks/stk/a", text)).status).toBe(404);
    expect((await send(port, path, { method: "GET" })).status).toBe(405);
    expect(calls).toEqual([]);
    const elsewhere = await mount(await make(), { allowedAddresses: ["203.0.113.9"] });
    expect((await post(elsewhere.port, elsewhere.path, text)).status).toBe(403);
    expect(elsewhere.calls).toEqual([]);
  });

  test("answers an error without its stack", async () => {
    const { port, path } = await mount(await make(), {
      onEvent: () => {
        throw new Error("hunter2");
      },
    });
    const answer = await post(port, path, JSON.stringify(paid));
    expect(answer.status).toBe(500);
    expect(answer.text).not.toMatch(/hunter2|Error|at /);
  });

  test("serves many requests on one connection", async () => {
    const { port, calls, path } = await mount(await make());
    for (let time = 0; time < 20; time += 1) {
      const target = time % 2 ? path : "/hooks/stk/unsigned";
      expect((await post(port, target, JSON.stringify(paid))).status).toBe(time % 2 ? 200 : 404);
    }
    expect(calls).toHaveLength(10);
  });
});

describe("the stream", () => {
  test("may come in pieces, cut inside a character", async () => {
    const { port, calls, path } = await mount(plain);
    const bytes = new TextEncoder().encode(JSON.stringify({ ...paid, note: "é🎉".repeat(50) }));
    const answer = await sendPieces(
      port,
      path,
      Array.from(bytes, (byte) => Uint8Array.of(byte)),
    );
    expect(answer).toMatch(/^HTTP\/1.1 200/);
    expect(calls).toMatchObject([{ event: { raw: { note: "é🎉".repeat(50) } } }]);
  });

  test("that is too long gets its 413, with and without a content-length", async () => {
    const { port, calls, path } = await mount(plain);
    const text = `"${"x".repeat(300_000)}"`;
    expect((await post(port, path, text)).status).toBe(413);
    const pieces = Array.from({ length: 30 }, () => new Uint8Array(10_000).fill(32));
    expect(await sendPieces(port, path, pieces)).toMatch(/^HTTP\/1.1 413/);
    expect(calls).toEqual([]);
  });

  test("of a sender that goes away reaches no function, and the server lives on", async () => {
    const arrived = Promise.withResolvers<void>();
    const { port, calls, notices, path } = await mount((listener) =>
      listen(
        createServer((request, response) => {
          arrived.resolve();
          return listener(request, response);
        }),
      ),
    );
    const socket = connect(port, "127.0.0.1");
    socket.write(`POST ${path} HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\n{"Body":`);
    await arrived.promise;
    socket.destroy();
    await expect.poll(() => notices).toMatchObject([{ type: "failed", stage: "request" }]);
    expect((await post(port, path, JSON.stringify(paid))).status).toBe(200);
    expect(calls).toHaveLength(1);
  });

  test("may be empty", async () => {
    const { port, path } = await mount(plain);
    expect((await post(port, path, "")).status).toBe(400);
  });
});

test("targets and methods that no Request can have are 404 or 405", async () => {
  const { port, path } = await mount(plain);
  for (const target of ["*", "http://[", "//", "//x/y", `http://pay.example.com${path}x`, "/%", "/\\"]) {
    expect(await raw(port, `POST ${target} HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\n\r\n`), target).toMatch(
      /^HTTP\/1.1 404/,
    );
  }
  expect(await raw(port, `TRACE ${path} HTTP/1.1\r\nhost: x\r\n\r\n`)).toMatch(/^HTTP\/1.1 40[45]/);
});

test("HTTP/2 requests are understood, also when they end half way", async () => {
  const { handler, calls, notices } = recording();
  const path = new URL(await handler.url("stk", { reference: "INV-1" })).pathname;
  const server = createHttp2Server(toNodeListener(handler));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const session = connectHttp2(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  open.push(server, { close: () => session.destroy() });
  const broken = session.request({ ":method": "POST", ":path": path });
  broken.write('{"Body":');
  await once(server, "request");
  broken.close(8);
  await expect.poll(() => notices[0]?.type).toBe("failed");
  expect(calls).toEqual([]);
  const stream = session.request({ ":method": "POST", ":path": path });
  stream.end(JSON.stringify(paid));
  const status = await new Promise((resolve) => stream.once("response", (headers) => resolve(headers[":status"])));
  expect(status).toBe(200);
  expect(calls).toMatchObject([{ kind: "stk", reference: "INV-1" }]);
});

test("an answer that someone else has begun stays theirs, and nothing is thrown", async () => {
  const ends: unknown[] = [];
  const { port, calls, path } = await mount((listener) =>
    listen(
      createServer((request, response) => {
        response.writeHead(202);
        response.write("theirs");
        listener(request, response)
          .catch((error: unknown) => ends.push(error))
          .then(() => response.end());
      }),
    ),
  );
  expect(await post(port, path, JSON.stringify(paid))).toMatchObject({ status: 202, text: "theirs" });
  expect(calls).toHaveLength(1);
  expect(ends).toEqual([]);
});

test("with waitUntil the answer leaves before the function is done", async () => {
  const work: Promise<unknown>[] = [];
  let done = false;
  const answered = Promise.withResolvers<void>();
  const { port, path } = await mount(
    plain,
    {
      onEvent: async () => {
        await answered.promise;
        done = true;
      },
    },
    { waitUntil: (promise: Promise<unknown>) => work.push(promise) },
  );
  expect((await post(port, path, JSON.stringify(paid))).status).toBe(200);
  expect(done).toBe(false);
  answered.resolve();
  await Promise.all(work);
  expect(done).toBe(true);
});

test("a forged forwarding header changes nothing about the socket's address", async () => {
  const { port, path } = await mount(plain, { allowedAddresses: ["196.201.214.200"] });
  expect((await post(port, path, JSON.stringify(paid), { "x-forwarded-for": "196.201.214.200" })).status).toBe(403);
});

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly headers: IncomingMessage["headers"];
}

function post(
  port: number,
  path: string,
  text: string,
  headers: Record<string, string> = { "content-type": "application/json" },
): Promise<Answer> {
  return send(
    port,
    path,
    { method: "POST", headers: { ...headers, "content-length": String(new TextEncoder().encode(text).length) } },
    text,
  );
}

function send(
  port: number,
  path: string,
  options: { method: string; headers?: Record<string, string> },
  text = "",
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = httpRequest({ host: "127.0.0.1", port, path, ...options }, async (response) => {
      let received = "";
      for await (const chunk of response) received += chunk;
      resolve({ status: response.statusCode ?? 0, text: received, headers: response.headers });
    });
    request.on("error", reject);
    request.end(text);
  });
}

/** Sends a chunked body, one piece at a time. */
function sendPieces(port: number, path: string, pieces: readonly Uint8Array[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1");
    socket.on("error", reject);
    socket.once("data", (data) => {
      resolve(String(data));
      socket.destroy();
    });
    socket.write(`POST ${path} HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n`);
    for (const piece of pieces) {
      socket.write(`${piece.length.toString(16)}\r\n`);
      socket.write(piece);
      socket.write("\r\n");
    }
    socket.write("0\r\n\r\n");
  });
}

function raw(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1");
    socket.on("error", reject);
    socket.once("data", (data) => {
      resolve(String(data));
      socket.destroy();
    });
    socket.write(text);
  });
}

test("with waitUntil the answer is on its way before the function begins", async () => {
  const later: Promise<unknown>[] = [];
  const answered: boolean[] = [];
  let response: ServerResponse | undefined;
  const { port, path } = await mount(
    (listener) =>
      listen(
        createServer((request, outgoing) => {
          response = outgoing;
          return listener(request, outgoing);
        }),
      ),
    { onEvent: () => answered.push(response?.writableEnded === true) },
    { waitUntil: (promise: Promise<unknown>) => later.push(promise) },
  );
  await fetch(`http://127.0.0.1:${port}${path}`, { method: "POST", body: JSON.stringify(paid) });
  await Promise.all(later);
  expect(answered).toEqual([true]);
});
