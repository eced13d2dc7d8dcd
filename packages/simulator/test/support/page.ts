import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect } from "vitest";
import { type SimulatorServer, startServer } from "../../src/server/index.ts";
import { goodRequest } from "./daraja.ts";

/** Where screenshots are kept. */
export const shots: URL = new URL("../../../../test-results/simulator/", import.meta.url);
export const PHONE = "254712345678";

/** A browser, or the reason why there is none on this machine. */
export async function launch(): Promise<Browser | string> {
  try {
    const [{ chromium }, { default: binary }] = await Promise.all([
      import("playwright-core"),
      import("@sparticuz/chromium"),
    ]);
    // The arguments that package proposes are for one process, which dies with its first page.
    return await chromium.launch({
      executablePath: await binary.executablePath(),
      args: ["--no-sandbox", "--disable-gpu", "--headless=shell"],
    });
  } catch (error) {
    const reason = (error as Error).message.split("\n")[0] ?? "unknown";
    console.log(`skipped: the page in Chromium, because it does not start here (${reason})`);
    return reason;
  }
}

export interface PageBench {
  server: SimulatorServer;
  page: Page;
  callbackUrl: string;
  /** What the merchant's endpoint got. */
  readonly received: unknown[];
  /** What the browser complained about; a test that expects something empties it. */
  readonly complaints: string[];
  /** Sends an STK push of Ksh 1,250 to the customer, or to another one. */
  push(changes?: object): Promise<Response>;
  pushTo(phone: string, changes?: object): Promise<Response>;
  send(path: string, body: object): Promise<Response>;
  /** What axe finds. */
  violations(): Promise<string[]>;
  /** How far the page scrolls sideways. */
  overflow(): Promise<number>;
  /** What has the keyboard: its name, or its tag. */
  focused(): Promise<string>;
}

/** A served simulator, a merchant's endpoint and an open page for every test of the suite; complaints of the browser fail it. */
export function pageBench(browser: Browser | string): PageBench {
  let endpoint: Server;
  let context: BrowserContext;
  let token: string;
  const bench = {
    received: [] as unknown[],
    complaints: [] as string[],
    send: (path: string, body: object) =>
      fetch(`${bench.server.url}${path}`, {
        method: "POST",
        headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
        body: JSON.stringify(body),
      }),
    push: (changes: object = {}) =>
      bench.send("/mpesa/stkpush/v1/processrequest", {
        ...goodRequest("stkPush"),
        CallBackURL: bench.callbackUrl,
        Amount: 1250,
        ...changes,
      }),
    pushTo: (phone: string, changes: object = {}) => bench.push({ PhoneNumber: phone, PartyA: phone, ...changes }),
    async violations() {
      // The page's own policy refuses foreign scripts, so the checker is put in from outside.
      await bench.page.evaluate(readFileSync(createRequire(import.meta.url).resolve("axe-core"), "utf8"));
      return bench.page.evaluate(async () => {
        const { axe } = globalThis as unknown as {
          axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
        };
        return (await axe.run()).violations.map(
          ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(" | ")}`,
        );
      });
    },
    overflow: () => bench.page.evaluate(() => document.documentElement.scrollWidth - innerWidth),
    focused: () =>
      bench.page.evaluate(() => {
        const { id = "", ariaLabel, textContent, tagName } = document.activeElement ?? document.body;
        return tagName === "BODY" ? tagName : ariaLabel || id || textContent || tagName;
      }),
  } as PageBench;

  beforeAll(async () => {
    endpoint = createServer((request, response) => {
      let text = "";
      request.on("data", (part) => (text += String(part)));
      request.on("end", () => {
        bench.received.push(JSON.parse(text));
        response.setHeader("content-type", "application/json").end('{"ResultCode":0,"ResultDesc":"Accepted"}');
      });
    }).listen(0, "127.0.0.1");
    await new Promise((resolve) => endpoint.once("listening", resolve));
    bench.callbackUrl = `http://127.0.0.1:${(endpoint.address() as AddressInfo).port}/stk/4b1f7c`;
  });
  afterAll(async () => {
    endpoint?.close();
    await (browser as Browser).close();
  });
  beforeEach(async () => {
    bench.received.length = 0;
    bench.complaints.length = 0;
    bench.server = await startServer({
      port: 0,
      seed: 5,
      rateLimits: false,
      delays: { promptMs: 50, processingMs: 50, resultMs: 50 },
    });
    const { consumerKey, consumerSecret } = bench.server.simulator.credentials;
    const headers = { authorization: `Basic ${btoa(`${consumerKey}:${consumerSecret}`)}` };
    const answer = await fetch(`${bench.server.url}/oauth/v1/generate?grant_type=client_credentials`, { headers });
    token = ((await answer.json()) as { access_token: string }).access_token;
    context = await (browser as Browser).newContext({ viewport: { width: 1440, height: 900 } });
    bench.page = await context.newPage();
    bench.page.on("pageerror", ({ message }) => bench.complaints.push(message));
    bench.page.on("console", (line) => line.type() === "error" && bench.complaints.push(line.text()));
    await bench.page.goto(bench.server.url);
    await bench.page.waitForSelector(".link.live");
  });
  afterEach(async () => {
    await context.close();
    await bench.server.close();
    expect(bench.complaints).toEqual([]);
  });
  return bench;
}
