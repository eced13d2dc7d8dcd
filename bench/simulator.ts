/**
 * Full STK lifecycles through the simulator in one process: push, prompt, PIN, callback, query, with 1,000 prompts open
 * at a time. Aims: 1,000 a second, memory that stays flat over 100,000, and a lifecycle that costs the same with 20,000
 * prompts open, more than the history remembers. `node bench/simulator.ts [lifecycles]`
 */
import { createSimulator } from "@mpesa/simulator";

const OPEN = 1_000;
const AIM = 1_000;
const MANY_OPEN = 20_000;
const GROWTH_AIM = 2;
/** Requests hang on weak references, which take a turn of the event loop to go. */
async function megabytes(): Promise<number> {
  for (let turn = 0; turn < 3; turn++) {
    globalThis.gc?.();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return process.memoryUsage().heapUsed / 1024 / 1024;
}

/** A simulator and a shop with that many customers, who all pay in every round. */
function shopWith(open: number) {
  const seen = { paid: 0, callbacks: 0 };
  const phones = Array.from({ length: open }, (_, at) => `2547${String(20_000_000 + at)}`);
  const daraja = createSimulator({
    customers: phones.map((phone) => ({ phone, balance: 500_000 })),
    allowedCallbackHosts: ["shop.example"],
    fetch: async (request) => {
      await request.text();
      seen.callbacks += 1;
      return Response.json({ ResultCode: 0, ResultDesc: "Accepted" });
    },
  });
  const { consumerKey, consumerSecret, shortCode, passkey } = daraja.credentials;
  const people = phones.map((phone) => daraja.customer(phone));
  const timestamp = "20261006090000";
  const signed = {
    BusinessShortCode: shortCode,
    Password: btoa(`${shortCode}${passkey}${timestamp}`),
    Timestamp: timestamp,
  };

  let token = "";
  async function renew(): Promise<void> {
    const headers = { authorization: `Basic ${btoa(`${consumerKey}:${consumerSecret}`)}` };
    const answer = await daraja.fetch("http://daraja.test/oauth/v1/generate?grant_type=client_credentials", {
      headers,
    });
    token = ((await answer.json()) as { access_token: string }).access_token;
  }
  async function send(path: string, body: object): Promise<Record<string, string>> {
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
    const answer = await daraja.fetch(`http://daraja.test${path}`, {
      method: "POST",
      headers,
      body: JSON.stringify(body),
    });
    return (await answer.json()) as Record<string, string>;
  }

  async function round(): Promise<void> {
    await renew();
    const ids: string[] = [];
    for (const phone of phones) {
      const push = {
        ...signed,
        TransactionType: "CustomerPayBillOnline",
        Amount: 1,
        PartyA: phone,
        PartyB: shortCode,
        PhoneNumber: phone,
        CallBackURL: "https://shop.example/stk/4b1f7c",
        AccountReference: "INV-1",
        TransactionDesc: "Order 1",
      };
      ids.push(String((await send("/mpesa/stkpush/v1/processrequest", push))["CheckoutRequestID"]));
    }
    await daraja.advance(1_000);
    for (const person of people) person.enterPin();
    await daraja.advance(1_500);
    // Of what ended before the last few thousand nothing is remembered.
    for (const id of ids.slice(-OPEN))
      if ((await send("/mpesa/stkpushquery/v1/query", { ...signed, CheckoutRequestID: id }))["ResultCode"] === "0")
        seen.paid += 1;
  }
  return { daraja, seen, round };
}

/** Milliseconds for a lifecycle with that many prompts open. */
async function costOf(open: number, total: number): Promise<number> {
  const { round } = shopWith(open);
  const start = performance.now();
  for (let done = 0; done < total; done += open) await round();
  return (performance.now() - start) / total;
}

/** Prints the figures; a wrong sum of money or callbacks makes the process fail. */
export async function simulator(total = 100_000): Promise<void> {
  const { daraja, seen, round } = shopWith(OPEN);
  await round();
  [seen.paid, seen.callbacks] = [0, 0];
  let measuredMs = 0;
  let early = 0;
  for (let done = 0; done < total; done += OPEN) {
    const start = performance.now();
    await round();
    measuredMs += performance.now() - start;
    if (done === Math.floor(total / 5 / OPEN) * OPEN) early = await megabytes();
  }
  const late = await megabytes();
  const perSecond = Math.round(total / (measuredMs / 1000));
  console.log(`simulator: ${perSecond} STK lifecycles a second (aim ${AIM}), ${OPEN} prompts open at a time`);
  console.log(
    `simulator: heap ${early.toFixed(0)} MB after a fifth, ${late.toFixed(0)} MB after ${total} lifecycles${globalThis.gc ? "" : " (run with --expose-gc for exact figures)"}`,
  );
  const growth = (await costOf(MANY_OPEN, MANY_OPEN)) / (await costOf(OPEN, MANY_OPEN));
  console.log(
    `simulator: a lifecycle costs ${growth.toFixed(1)} times as much with ${MANY_OPEN} prompts open as with ${OPEN} (aim at most ${GROWTH_AIM})`,
  );
  const { paid, callbacks } = seen;
  if (paid !== total || callbacks !== total || daraja.ledger.total() !== 0) {
    console.log(`simulator: ${paid} paid and ${callbacks} callbacks of ${total}, ledger sum ${daraja.ledger.total()}`);
    process.exitCode = 1;
  }
}

if (import.meta.main) await simulator(Number(process.argv[2] ?? 100_000));
