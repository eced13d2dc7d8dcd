import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { mock } from "node:test";
import { afterEach, describe, expect, it, vi } from "vitest";
import { startServer } from "../src/server/index.ts";
import { bench, goodRequest } from "./support/daraja.ts";
import { post, tokenOf } from "./support/process.ts";

const PHONE = "254712345678";
const push = (CallBackURL = "https://example.com/hooks/secret-path") => ({ ...goodRequest("stkPush"), CallBackURL });
const never = () => new Promise<Response>(() => undefined);
const rejection = (promise: Promise<unknown>): Promise<Error> =>
  promise.then(
    () => expect.unreachable("the promise was fulfilled"),
    (error: Error) => error,
  );

describe("whoever waits is told that a callback got no response", () => {
  it("because the endpoint threw: its error is the cause", async () => {
    const bug = new TypeError("orders is undefined");
    const one = bench({
      answer: () => {
        throw bug;
      },
    });
    one.daraja.customer(PHONE).enterPin();
    await one.send("stkPush", push());
    const error = await rejection(one.daraja.settled());
    expect(error.message).toBe(
      "1 callback got no response from your endpoint. stkPush callback to example.com: orders is undefined",
    );
    expect(error.cause).toBe(bug);
    // Everything has happened all the same.
    expect(one.daraja.customer(PHONE).balance).toBe(49_999);
    expect(one.daraja.callbacks).toMatchObject([{ state: "failed", attempts: [{ problem: "orders is undefined" }] }]);
    await one.daraja.settled();
  });

  it("because its host is not allowed, and how to allow it; the path of the URL stays secret", async () => {
    const one = bench();
    await one.send("stkPush", push("https://shop.test/hooks/secret-path"));
    const { message } = await rejection(one.daraja.settled());
    expect(message).toBe(
      "1 callback got no response from your endpoint. stkPush callback to shop.test: callbacks go to this machine only; to let them go to shop.test, name it in allowedCallbackHosts (--allow-host)",
    );
    expect(one.received).toEqual([]);
  });

  it("because it does not answer, or waits for the simulator itself", async () => {
    const hangs = bench({ deliveryTimeoutMs: 30, answer: never });
    const waits = bench({
      deliveryTimeoutMs: 30,
      answer: async () => {
        await waits.daraja.settled();
        return Response.json({});
      },
    });
    for (const one of [hangs, waits]) {
      await one.send("stkPush", push());
      await expect(one.daraja.settled()).rejects.toThrow(
        "no answer within 30 ms; an endpoint must not itself wait for advance or settled",
      );
    }
  });

  it("because nobody listens there, and because its fetch returns no response", async () => {
    const one = bench({ fetch: (request) => fetch(request) });
    await one.send("stkPush", push("http://127.0.0.1:9/hooks"));
    await expect(one.daraja.settled()).rejects.toThrow(/^1 callback got no .*127\.0\.0\.1:9: fetch failed/);
    const other = bench({ fetch: (async () => undefined) as unknown as typeof fetch });
    await other.send("stkPush", push());
    await expect(other.daraja.settled()).rejects.toThrow("the fetch option returned no Response");
  });

  it("of every kind of callback, and of all of them at once", async () => {
    const one = bench({ answer: () => Promise.reject(new Error("down")) });
    await one.send("c2bRegisterV2", { ...goodRequest("c2bRegisterV2"), ShortCode: "600000" });
    one.daraja.customer(PHONE).pay({ shortCode: "600000", amount: 5 });
    await expect(one.daraja.advance(1_000)).rejects.toThrow("customerPayment validation to example.com: down");
    one.daraja.next("b2c", { timeout: true });
    for (let at = 0; at < 7; at++)
      await one.send("b2cPaymentV3", { ...goodRequest("b2cPaymentV3"), OriginatorConversationID: `o-${at}` });
    const { message } = await rejection(one.daraja.settled());
    expect(message).toMatch(/^\d+ callbacks got no response from your endpoint\. /);
    expect(message).toContain("b2cPaymentV3 timeout to example.com: down");
    expect(message).toMatch(/; and \d more$/);
  });

  it("by advance and by replay too, each callback once", async () => {
    let up = false;
    const one = bench({ answer: () => (up ? Response.json({}) : Promise.reject(new Error("down"))) });
    await one.send("stkPush", push());
    await expect(one.daraja.advance(60_000)).rejects.toThrow("example.com: down");
    await one.daraja.advance(60_000);
    await one.daraja.settled();
    const id = one.daraja.callbacks[0]?.id ?? "";
    await expect(one.daraja.replay(id)).rejects.toThrow(
      "1 callback got no response from your endpoint. stkPush callback",
    );
    await one.daraja.settled();
    up = true;
    await one.daraja.replay(id);
    expect(one.daraja.callbacks[0]?.attempts).toHaveLength(3);
  });

  it("on a real clock and through a server", async () => {
    const server = await startServer({
      port: 0,
      delays: { validationMs: 1 },
      fetch: () => Promise.reject(new Error("down")),
    });
    const { simulator } = server;
    server.simulator.customer(PHONE).pay({ shortCode: "600000", amount: 5 });
    await simulator.settled();
    const headers = { authorization: `Basic ${btoa("simulator-key:simulator-secret")}` };
    const token = await fetch(`${server.url}/oauth/v1/generate?grant_type=client_credentials`, { headers });
    const { access_token } = (await token.json()) as { access_token: string };
    simulator.next("stk", { resultCode: "1032", callback: "early" });
    await fetch(`${server.url}/mpesa/stkpush/v1/processrequest`, {
      method: "POST",
      headers: { authorization: `Bearer ${access_token}`, "content-type": "application/json" },
      body: JSON.stringify(push("http://127.0.0.1:9/hooks")),
    });
    await expect(simulator.settled()).rejects.toThrow("127.0.0.1:9: down");
    const again = await fetch(`${server.url}/_simulator/callbacks/${simulator.callbacks[0]?.id}/replay`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: "{}",
    });
    expect([again.status, await again.json()]).toEqual([
      502,
      { problem: "1 callback got no response from your endpoint. stkPush callback to 127.0.0.1:9: down" },
    ]);
    await server.close();
    await expect(simulator.settled()).rejects.toThrow("the simulator is closed");
  });

  it("by replay only of its own attempt, and that one by nobody else", async () => {
    let up = false;
    const one = bench({
      clock: "real",
      delays: { promptMs: 1, processingMs: 1 },
      answer: () => (up ? Response.json({}) : Promise.reject(new Error("down"))),
    });
    one.daraja.customer(PHONE).always("cancel");
    const failed = new Promise<void>((resolve) => {
      one.daraja.subscribe(() => {
        if (one.daraja.callbacks[0]?.attempts.length === 2) resolve();
      });
    });
    one.daraja.next("stk", { callback: "duplicate" });
    await one.send("stkPush", push());
    await failed;
    const id = one.daraja.callbacks[0]?.id ?? "";
    const { message } = await rejection(one.daraja.replay(id));
    expect(message).toMatch(/^1 callback got no response from your endpoint\. /);
    up = true;
    await one.daraja.replay(id);
    expect(one.daraja.callbacks).toMatchObject([{ state: "delivered" }]);
    await expect(one.daraja.settled()).rejects.toThrow(/^2 callbacks got no response/);
    await one.daraja.settled();
    one.daraja.close();
  });

  it("and a server's replay succeeds as soon as the shop is up", async () => {
    const shop = createServer((_, response) => response.end("{}"));
    const listen = (port: number) => new Promise<void>((resolve) => shop.listen(port, "127.0.0.1", resolve));
    await listen(0);
    const { port } = shop.address() as AddressInfo;
    await new Promise((resolve) => shop.close(resolve));
    const server = await startServer({ port: 0, delays: { promptMs: 1, processingMs: 1 } });
    const { simulator } = server;
    simulator.customer(PHONE).always("pay");
    const failed = new Promise<void>((resolve) => {
      simulator.subscribe(() => {
        if (simulator.callbacks[0]?.state === "failed") resolve();
      });
    });
    const path = "/mpesa/stkpush/v1/processrequest";
    await post(server.url, await tokenOf(server.url), path, push(`http://127.0.0.1:${port}/hooks`));
    await failed;
    expect(simulator.callbacks[0]?.attempts).toMatchObject([
      { status: null, problem: expect.stringContaining("ECONNREFUSED") },
    ]);
    await listen(port);
    const again = await fetch(`${server.url}/_simulator/callbacks/${simulator.callbacks[0]?.id}/replay`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: "{}",
    });
    expect([again.status, await again.json()]).toEqual([200, {}]);
    expect(simulator.callbacks).toMatchObject([{ state: "delivered", attempts: [{ status: null }, { status: 200 }] }]);
    await server.close();
    shop.closeAllConnections();
    shop.close();
  });

  it("but not of a response with any status, nor of a callback that is to get lost", async () => {
    const one = bench({ answer: () => new Response("no", { status: 500 }) });
    await one.send("stkPush", push());
    await one.daraja.settled();
    one.daraja.next("stk", { callback: "lost" });
    await one.send("stkPush", push("https://shop.test/"));
    await one.daraja.settled();
    expect(one.daraja.callbacks.map(({ state }) => state)).toEqual(["failed", "lost"]);
  });
});

describe("faked timers do not hold the simulator up", () => {
  afterEach(() => {
    vi.useRealTimers();
    vi.resetModules();
    mock.timers.reset();
  });
  type Made = Pick<ReturnType<typeof bench>, "daraja" | "send">;

  const fakes: readonly (readonly [string, () => void])[] = [
    ["Vitest's", () => void vi.useFakeTimers()],
    ["Vitest's, with a time of their own", () => void vi.useFakeTimers({ now: 0 })],
    ["node:test's", () => mock.timers.enable({ apis: ["setTimeout", "setInterval", "setImmediate", "Date"], now: 0 })],
  ];
  const paid = async ({ daraja, send }: Made) => {
    daraja.customer(PHONE).enterPin();
    await send("stkPush", push());
    await daraja.settled();
    expect(daraja.callbacks).toMatchObject([{ state: "delivered" }]);
    daraja.close();
  };

  describe.each(fakes)("%s", (_, fake) => {
    it.each(["virtual", "real"] as const)("on a %s clock", async (clock) => {
      fake();
      await paid(bench({ clock, delays: { promptMs: 1, processingMs: 1 } }));
    });

    it.each(["virtual", "real"] as const)("on a %s clock that was there before them", async (clock) => {
      const one = bench({ clock, delays: { promptMs: 1, processingMs: 1 } });
      fake();
      await paid(one);
    });

    it("when the endpoint never answers", async () => {
      const one = bench({ deliveryTimeoutMs: 20, answer: never });
      fake();
      await one.send("stkPush", push());
      await expect(one.daraja.settled()).rejects.toThrow("no answer within 20 ms");
    });
  });

  it("those that are there before the simulator is loaded, as with Jest's enableGlobally", async () => {
    vi.useFakeTimers({ now: 0 });
    vi.resetModules();
    const fresh = (await import("./support/daraja.ts")).bench;
    for (const clock of ["virtual", "real"] as const)
      await paid(fresh({ clock, delays: { promptMs: 1, processingMs: 1 } }));
    const hangs = fresh({ deliveryTimeoutMs: 20, answer: never });
    await hangs.send("stkPush", push());
    await expect(hangs.daraja.settled()).rejects.toThrow("no answer within 20 ms");
  });

  it("except those of node:test that are there before the simulator is loaded: they keep no original", async () => {
    mock.timers.enable({ apis: ["setTimeout"] });
    vi.resetModules();
    const fresh = (await import("./support/daraja.ts")).bench;
    let posted = (): void => undefined;
    const arrived = new Promise<void>((resolve) => {
      posted = resolve;
    });
    const hangs = fresh({
      deliveryTimeoutMs: 20,
      answer: () => {
        posted();
        return never();
      },
    });
    await hangs.send("stkPush", push());
    const told = rejection(hangs.daraja.settled());
    await arrived;
    // The deadline passes only because the faked time is moved.
    mock.timers.tick(20);
    expect((await told).message).toContain("no answer within 20 ms");
  });
});
