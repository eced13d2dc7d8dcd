import { createServer, request } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type SimulatorServer, startServer } from "../src/server/index.ts";
import { goodRequest } from "./support/daraja.ts";
import { kill, launch } from "./support/process.ts";

const PUSH = "/mpesa/stkpush/v1/processrequest";
const TOKEN = "/oauth/v1/generate?grant_type=client_credentials";
const basic = `Basic ${btoa("simulator-key:simulator-secret")}`;

interface Answer {
  readonly status: number | undefined;
  readonly text: string;
}

/** A request with just these headers: fetch would not let a Host be chosen. */
function send(port: number, path: string, headers: Record<string, string>, body?: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const method = body === undefined ? "GET" : "POST";
    const sent = request({ port, host: "127.0.0.1", path, method, headers: { connection: "close", ...headers } });
    sent.on("error", reject).on("response", (answer) => {
      let text = "";
      answer.on("data", (part) => (text += String(part)));
      answer.on("end", () => resolve({ status: answer.statusCode, text }));
    });
    sent.end(body);
  });
}

describe("who is answered", () => {
  let server: SimulatorServer;
  beforeAll(async () => {
    server = await startServer({ port: 0, rateLimits: false, allowedHosts: ["Simulator", "pay.example:443"] });
  });
  afterAll(() => server.close());
  const own = () => `127.0.0.1:${server.port}`;
  const status = async (path: string, headers: Record<string, string>): Promise<number | undefined> =>
    (await send(server.port, path, { authorization: basic, ...headers })).status;

  describe.each([
    ["Daraja's paths", TOKEN],
    ["the page's interface", "/_simulator/state"],
    ["the page", "/"],
    ["the page's files", "/_page/app.js"],
  ])("%s", (_, path) => {
    it.each([
      ["an IPv4 address", "127.0.0.1"],
      ["any IPv4 address with a port", "192.0.2.7:80"],
      ["an IPv6 address", "[::1]"],
      ["an IPv6 address with a port", "[2001:db8::7]:4020"],
      ["localhost", "localhost"],
      ["localhost with a port", "localhost:4020"],
      ["upper case", "LocalHost:4020"],
      ["a trailing dot", "localhost.:4020"],
      ["a name below localhost", "daraja.localhost:4020"],
      ["an allowed name", "simulator"],
      ["an allowed name with a port", "simulator:4020"],
      ["an allowed name in upper case, with a trailing dot", "SIMULATOR.:4020"],
      ["an allowed name that was written with a port", "pay.example:4020"],
    ])("are had at %s", async (_name, host) => {
      expect(await status(path, { host })).toBe(200);
    });

    it.each([
      ["another name", "evil.test"],
      ["another name with a port", "evil.test:4020"],
      ["an address as the beginning of a name", "127.0.0.1.evil.test"],
      ["localhost as the beginning of a name", "localhost.evil.test"],
      ["a name that ends like localhost", "evillocalhost"],
      ["an allowed name as the beginning of another", "simulator.evil.test"],
      ["an allowed name as the end of another", "evil-simulator"],
      ["a name below an allowed one", "a.simulator"],
    ])("are not had at %s", async (_name, host) => {
      expect(await status(path, { host })).toBe(403);
      // What anybody can send does not count.
      for (const header of ["x-forwarded-host", "x-host", "forwarded"])
        expect(await status(path, { host, [header]: header === "forwarded" ? "host=localhost" : "localhost" })).toBe(
          403,
        );
    });

    it("are had whatever forwarded headers say", async () => {
      expect(await status(path, { host: own(), "x-forwarded-host": "evil.test", "x-forwarded-for": "192.0.2.1" })).toBe(
        200,
      );
    });

    it.each([
      ["the page's own", () => `http://${own()}`, 200],
      ["the page's own behind a proxy for TLS", () => `https://${own()}`, 200],
      ["another site's", () => "https://evil.test", 403],
      ["another port's", () => "http://127.0.0.1:9", 403],
      ["another name's of this machine", () => `http://localhost:${server.port}`, 403],
      ["a hidden one", () => "null", 403],
      ["one that begins like the own", () => `http://${own()}.evil.test`, 403],
      ["an empty one", () => "", 403],
    ])("judge the origin: %s", async (_name, origin, wanted) => {
      expect(await status(path, { host: own(), origin: origin() })).toBe(wanted);
    });
  });

  it("a request without a Host header is not answered", async () => {
    const text = await new Promise<string>((resolve, reject) => {
      let seen = "";
      const socket = connect(server.port, "127.0.0.1", () => socket.write(`GET ${TOKEN} HTTP/1.0\r\n\r\n`));
      socket.on("data", (part) => (seen += String(part)));
      socket.on("close", () => resolve(seen)).on("error", reject);
    });
    expect(text).toMatch(/^HTTP\/1\.1 403 /);
    expect(text).toContain("The request has no Host header. Send the host and port of the simulator in it.");
  });

  it("says in a sentence how a name is allowed, in the answer and in the timeline", async () => {
    const problem =
      'The simulator is not known by the host name "shop-daraja". Use localhost or an IP address, or allow the name: --allow-host shop-daraja, or allowedHosts: ["shop-daraja"] of startServer.';
    const answer = await send(
      server.port,
      PUSH,
      { host: "shop-daraja:4020", "content-type": "application/json" },
      "{}",
    );
    expect([answer.status, JSON.parse(answer.text)]).toEqual([403, { problem }]);
    expect(server.simulator.requests.at(-1)).toMatchObject({ method: "POST", path: PUSH, status: 403, note: problem });
    const known = server.simulator.requests.length;
    await send(server.port, "/_simulator/state", { host: "shop-daraja" });
    expect(server.simulator.requests).toHaveLength(known);
  });

  it("a page whose name points here can neither read a token nor make the simulator post to a port of this machine", async () => {
    let reached = 0;
    const victim = createServer((_, response) => {
      reached += 1;
      response.end();
    }).listen(0, "127.0.0.1");
    await new Promise((resolve) => victim.once("listening", resolve));
    const CallBackURL = `http://127.0.0.1:${(victim.address() as AddressInfo).port}/admin`;
    const token = JSON.parse((await send(server.port, TOKEN, { host: own(), authorization: basic })).text).access_token;
    const body = JSON.stringify({ ...goodRequest("stkPush"), CallBackURL });
    const json = { authorization: `Bearer ${token}`, "content-type": "application/json" };
    const name = `rebound.test:${server.port}`;
    server.simulator.next("stk", { resultCode: "1032", callback: "early" });
    for (const headers of [
      { host: name, origin: `http://${name}` },
      { host: own(), origin: `http://${name}` },
      { host: name },
    ])
      expect((await send(server.port, PUSH, { ...json, ...headers }, body)).status).toBe(403);
    expect(reached).toBe(0);
    // The same without the foreign name is delivered before the answer comes.
    expect((await send(server.port, PUSH, { ...json, host: own() }, body)).status).toBe(200);
    expect(reached).toBe(1);
    victim.close();
  });
});

it("the command line allows names, each with its own flag, and logs who was not answered", async () => {
  const launched = await launch("--allow-host", "simulator", "--allow-host", "daraja.internal");
  const port = Number(new URL(launched.url).port);
  const statuses = await Promise.all(
    ["simulator:4020", "daraja.internal", "other"].map(
      async (host) => (await send(port, TOKEN, { host, authorization: basic })).status,
    ),
  );
  expect(statuses).toEqual([200, 200, 403]);
  await expect
    .poll(() => launched.lines.slice(1).map((line) => JSON.parse(line) as object))
    .toContainEqual(
      expect.objectContaining({ event: "request", status: 403, note: expect.stringContaining("--allow-host other") }),
    );
  await kill(launched);
});
