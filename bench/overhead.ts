import { fork } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { Mpesa, phoneNumber, stkPassword } from "@mpesa/sdk";

const ROUNDS = 7;
const SEQUENTIAL = 600;
const PARALLEL = 4_000;
const IN_FLIGHT = 32;
const TOKEN = "c9SQxWWhmdVRlyh0zh8gZDTkubVF";
const ACCEPTED = JSON.stringify({
  MerchantRequestID: "29115-34620561-1",
  CheckoutRequestID: "ws_CO_191220191020363925",
  ResponseCode: "0",
  ResponseDescription: "Success. Request accepted for processing",
  CustomerMessage: "Success. Request accepted for processing",
});
/** From a CPU profile with 32 in flight, where no slice was more than a fifth of what is added. */
const REST =
  "What is added goes, in thin slices, to checking parameters and URLs, openapi-fetch's building of the request, headers for the token, the timeout around fetch and body, the redactor, and the decision on the answer.";
const order = { shortCode: "174379", passkey: "bench-passkey", callbackUrl: "https://example.com/stk/bench" };

/** A gateway that accepts everything, in a process of its own so that it does not share the caller's event loop. */
function serve(): void {
  const server = createServer((request, response) => {
    request.resume().on("end", () => {
      response.writeHead(200, { "content-type": "application/json" }).end(ACCEPTED);
    });
  });
  server.listen(0, "127.0.0.1", () => process.send?.((server.address() as AddressInfo).port));
  process.on("disconnect", () => process.exit());
}

/** The same work by hand: check the number, make the password, send, read, parse. */
function bare(baseUrl: string): () => Promise<unknown> {
  return async () => {
    const payer = Number(phoneNumber("0712345678"));
    const { password, timestamp } = stkPassword({ shortCode: order.shortCode, passkey: order.passkey, at: new Date() });
    const response = await fetch(`${baseUrl}/mpesa/stkpush/v1/processrequest`, {
      method: "POST",
      headers: { authorization: `Bearer ${TOKEN}`, "content-type": "application/json" },
      body: JSON.stringify({
        BusinessShortCode: Number(order.shortCode),
        Password: password,
        Timestamp: timestamp,
        TransactionType: "CustomerPayBillOnline",
        Amount: 1,
        PartyA: payer,
        PartyB: Number(order.shortCode),
        PhoneNumber: payer,
        CallBackURL: order.callbackUrl,
        AccountReference: "INV-1",
        TransactionDesc: "INV-1",
      }),
      signal: AbortSignal.timeout(30_000),
    });
    const answer = JSON.parse(await response.text()) as { ResponseCode: string };
    if (!response.ok || answer.ResponseCode !== "0") throw new Error("refused");
    return answer;
  };
}

function sdk(baseUrl: string): () => Promise<unknown> {
  const mpesa = new Mpesa({ baseUrl, accessToken: () => TOKEN, shortCode: order.shortCode, passkey: order.passkey });
  const params = { payTo: { account: "INV-1" }, phoneNumber: "0712345678", amount: 1, callbackUrl: order.callbackUrl };
  return () => mpesa.stk.push(params);
}

/** Calls a second, with so many in flight. */
async function rate(call: () => Promise<unknown>, total: number, inFlight: number): Promise<number> {
  const started = performance.now();
  let left = total;
  const worker = async (): Promise<void> => {
    while (left-- > 0) await call();
  };
  await Promise.all(Array.from({ length: inFlight }, worker));
  return (total / (performance.now() - started)) * 1000;
}

/** Calls a second of both, measured one right after the other. */
interface Round {
  readonly bareRate: number;
  readonly sdkRate: number;
}

/** The round with the median ratio: all figures of a row are taken from it, so that they agree with each other. */
function medianRound(rounds: readonly Round[]): Round {
  const sorted = rounds.toSorted((a, b) => a.sdkRate / a.bareRate - b.sdkRate / b.bareRate);
  return sorted[Math.floor(sorted.length / 2)] as Round;
}

/** Measures stk.push against bare fetch, alternating, so that a noisy moment hits both. */
export async function overhead(): Promise<void> {
  const child = fork(fileURLToPath(import.meta.url), ["serve"]);
  const [port] = (await once(child, "message")) as [number];
  const baseUrl = `http://127.0.0.1:${port}`;
  const floor = bare(baseUrl);
  const ours = sdk(baseUrl);
  try {
    await rate(floor, 500, 8);
    await rate(ours, 500, 8);
    const rows = [];
    for (const [name, total, inFlight] of [
      ["one at a time", SEQUENTIAL, 1],
      [`${IN_FLIGHT} in flight`, PARALLEL, IN_FLIGHT],
    ] as const) {
      const rounds: Round[] = [];
      for (let round = 0; round < ROUNDS; round++) {
        rounds.push({ bareRate: await rate(floor, total, inFlight), sdkRate: await rate(ours, total, inFlight) });
      }
      const { bareRate, sdkRate } = medianRound(rounds);
      rows.push({
        calls: name,
        "bare fetch /s": Math.round(bareRate),
        "stk.push /s": Math.round(sdkRate),
        ratio: (sdkRate / bareRate).toFixed(2),
        "added µs": Math.round((1 / sdkRate - 1 / bareRate) * 1e6),
      });
    }
    console.log(
      "Overhead of stk.push against bare fetch doing the same work (of alternating rounds the one with the median ratio):",
    );
    console.table(rows);
    console.log(REST);
  } finally {
    child.disconnect();
  }
}

if (process.argv[2] === "serve") serve();
