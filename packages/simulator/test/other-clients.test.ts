import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type SimulatorServer, startServer } from "../src/server/index.ts";

type Call = (...parameters: unknown[]) => Promise<{ data: Record<string, unknown> }>;
/** The parts of Safaricom's own Node library that are used here; it has no types. */
interface SafaricomClient {
  baseURL: string;
  lipaNaMpesaOnline: Call;
  lipaNaMpesaQuery: Call;
  c2bRegister: Call;
  c2bSimulate: Call;
  b2c: Call;
  b2b: Call;
  accountBalance: Call;
  transactionStatus: Call;
  reversal: Call;
}

const require = createRequire(import.meta.url);
const SafaricomLibrary = require("mpesa-node") as new (options: object) => SafaricomClient;
const folder = mkdtempSync(join(tmpdir(), "simulator-client-"));
const received: { path: string; body: Record<string, unknown> }[] = [];
const shop = createServer((request, response) => {
  let body = "";
  request.on("data", (chunk) => {
    body += chunk;
  });
  request.on("end", () => {
    received.push({ path: request.url ?? "", body: JSON.parse(body) as Record<string, unknown> });
    response.end('{"ResultCode":0,"ResultDesc":"Accepted"}');
  });
});
let daraja: SimulatorServer;
let client: SafaricomClient;
let url: string;

beforeAll(async () => {
  shop.listen(0, "127.0.0.1");
  await once(shop, "listening");
  url = `http://127.0.0.1:${(shop.address() as AddressInfo).port}`;
  daraja = await startServer({ port: 0, clock: "virtual" });
  const { consumerKey, consumerSecret, shortCode, passkey } = daraja.simulator.credentials;
  const certPath = join(folder, "key.pem");
  writeFileSync(certPath, daraja.simulator.publicKey);
  client = new SafaricomLibrary({
    consumerKey,
    consumerSecret,
    shortCode,
    certPath,
    lipaNaMpesaShortCode: shortCode,
    lipaNaMpesaShortPass: passkey,
    initiatorName: "testapi",
    securityCredential: "Safaricom999!*!",
  });
  client.baseURL = daraja.url;
});
afterAll(async () => {
  await daraja.close();
  shop.close();
  rmSync(folder, { recursive: true, force: true });
});

const callbackTo = async (path: string): Promise<Record<string, unknown> | undefined> => {
  await daraja.simulator.settled();
  return received.find((one) => one.path === path)?.body;
};

test("Safaricom's own Node library takes a payment", async () => {
  const { data } = await client.lipaNaMpesaOnline(254712345678, 25, `${url}/stk`, "INV-1", "Order 1");
  expect(data).toMatchObject({ ResponseCode: "0" });
  await daraja.simulator.advance(5_000);
  daraja.simulator.customer("0712 345 678").enterPin();
  expect(await callbackTo("/stk")).toMatchObject({ Body: { stkCallback: { ResultCode: 0 } } });
  const query = await client.lipaNaMpesaQuery(data["CheckoutRequestID"]);
  expect(query.data).toMatchObject({ ResponseCode: "0", ResultCode: "0" });
});

test("it registers C2B URLs and hears of a payment", async () => {
  expect((await client.c2bRegister(`${url}/confirmation`, `${url}/validation`)).data).toMatchObject({
    ResponseDescription: expect.any(String),
  });
  await client.c2bSimulate(254712345678, 30, "INV-2");
  expect(await callbackTo("/confirmation")).toMatchObject({ TransAmount: expect.stringMatching(/^30(\.00)?$/) });
});

test.each<[string, (client: SafaricomClient, shortCode: string) => Promise<{ data: Record<string, unknown> }>]>([
  ["b2c", (one, own) => one.b2c(own, 254712345678, 100, `${url}/b2c-late`, `${url}/b2c`)],
  [
    "b2b",
    (one, own) => one.b2b(own, "600000", 100, `${url}/b2b-late`, `${url}/b2b`, 4, 4, null, "BusinessPayBill", "INV-3"),
  ],
  ["balance", (one, own) => one.accountBalance(own, 4, `${url}/balance-late`, `${url}/balance`)],
])("its %s call is queued and answered", async (kind, call) => {
  const { data } = await call(client, daraja.simulator.credentials.shortCode);
  expect(data).toMatchObject({ ResponseCode: "0", ConversationID: expect.stringMatching(/^AG_/) });
  await daraja.simulator.advance(60_000);
  expect(await callbackTo(`/${kind}`)).toMatchObject({ Result: { ConversationID: data["ConversationID"] } });
});
