import { operationTable } from "@mpesa/raw";
import { sandbox } from "@mpesa/raw/platform";
import { loadDocument } from "@mpesa/scripts/document";
import { Mpesa } from "@mpesa/sdk";
import { parseCallback } from "@mpesa/sdk/callbacks";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { calls } from "../../packages/sdk/test/products/calls.ts";
import { type Gateway, MERCHANT_PHONE, startGateway, VIOLATIONS } from "./gateway.ts";

// 48 hours before now is as far as a pull reaches, and `calls` asks for hours of this day.
const NOW = Date.parse("2026-10-06T08:00:00Z");
const PHONE = "254712345678";
const seen: { readonly path: string; readonly violations: string | null }[] = [];
let gateway: Gateway;
let mpesa: Mpesa;
let keys: { readonly consumerKey: string; readonly consumerSecret: string };

beforeAll(async () => {
  gateway = await startGateway(loadDocument(), () => ({ ResultCode: "0", ResultDesc: "Accepted" }));
  const { simulator, prism, receiver } = gateway;
  for (const phone of [sandbox.phoneNumber, PHONE, MERCHANT_PHONE]) simulator.customer(phone).always("pay");
  const { consumerKey, consumerSecret, passkey } = simulator.credentials;
  keys = { consumerKey, consumerSecret };
  mpesa = new Mpesa({
    baseUrl: prism.url,
    ...keys,
    shortCode: "600992",
    passkey,
    initiator: { name: sandbox.initiatorName, securityCredential: `${"Q".repeat(342)}==` },
    callbackUrl: `${receiver.url}/outcome`,
    resultUrl: `${receiver.url}/result`,
    timeoutUrl: `${receiver.url}/late`,
    clock: { now: () => NOW, setTimeout, clearTimeout },
    fetch: watched,
  });
});

afterEach(async () => {
  await gateway.simulator.settled();
  seen.length = 0;
});

afterAll(() => gateway?.close());

test.each(calls)("$name keeps to the spec, and so do the answer and what follows", async ({ operation, run }) => {
  const before = gateway.simulator.callbacks.length;
  // The calls are written against the SDK's source, whose classes are not those of the build.
  await run(mpesa as never);
  expectClean();
  expect(seen.at(-1)?.path).toBe(operationTable[operation].path);
  await gateway.simulator.settled();
  for (const { body, name } of gateway.simulator.callbacks.slice(before))
    expect({ name, body, kind: parseCallback(body).kind }).not.toMatchObject({ kind: "unrecognised" });
});

test("stk.wait, from push to paid", async () => {
  const push = await mpesa.stk.push({ payTo: { account: "INV-1" }, phoneNumber: PHONE, amount: 100 });
  expect(await mpesa.stk.wait(push, { firstPollMs: 300 })).toMatchObject({ outcome: "succeeded", source: "query" });
  expectClean();
});

test("pull.transactions, over several pages", async () => {
  const from = new Date(Date.now() - 60_000);
  for (let at = 0; at < 101; at++)
    gateway.simulator.customer(PHONE).pay({ shortCode: "600000", amount: 1, reference: `A${at}` });
  await gateway.simulator.settled();
  const own = new Mpesa({ baseUrl: gateway.prism.url, ...keys, shortCode: "600000", fetch: watched });
  const references = new Set<string | undefined>();
  for await (const { billReference } of own.pull.transactions({ from, to: new Date(Date.now() + 60_000) }))
    references.add(billReference);
  expect(references.size).toBe(101);
  expectClean();
});

test("no method of a product is left out", () => {
  const called = new Set([...calls.map(({ name }) => name.split(/[ ,]/)[0]), "stk.wait", "pull.transactions"]);
  const products = ["stk", "c2b", "b2c", "b2b", "account", "transactions", "qr", "pull"] as const;
  const methods = products.flatMap((product) => Object.keys(mpesa[product]).map((method) => `${product}.${method}`));
  expect(methods.length).toBeGreaterThan(15);
  expect(methods.filter((method) => !called.has(method))).toEqual([]);
});

async function watched(input: Parameters<typeof fetch>[0], init?: RequestInit): Promise<Response> {
  const request = new Request(input, init);
  const text = await request.text();
  // The calls share one id, and Daraja takes one id once: it travels as another, both ways.
  const [, id] = /"OriginatorConversationID":"([^"]+)/.exec(text) ?? [];
  const other: string = crypto.randomUUID();
  const body = id ? text.replace(id, other) : text;
  const { method, headers, signal, url } = request;
  const response = await fetch(url, { method, headers, signal, ...(body && { body }) });
  seen.push({ path: new URL(url).pathname, violations: response.headers.get(VIOLATIONS) });
  return id ? new Response((await response.text()).replace(other, id), response) : response;
}

function expectClean(): void {
  expect(seen.length).toBeGreaterThan(0);
  expect(seen.filter(({ violations }) => violations !== null)).toEqual([]);
}
