import { readFile } from "node:fs/promises";
import { Mpesa, type MpesaOptions } from "@mpesa/sdk";
import { describe, expect, it } from "vitest";
import { createSimulator, type SimulatorOptions } from "../src/index.ts";

const PHONE = "0712 345 678";
const START = Date.UTC(2026, 9, 6, 6);

function open(simulator: SimulatorOptions = {}, client: Partial<MpesaOptions> = {}) {
  const delivered: number[] = [];
  const daraja = createSimulator({
    startAt: START,
    allowedCallbackHosts: ["shop.example"],
    fetch: async () => {
      delivered.push(daraja.now() - START);
      return new Response();
    },
    ...simulator,
  });
  const { clock, credentials, fetch } = daraja;
  const mpesa = new Mpesa({ environment: "sandbox", fetch, clock, ...credentials, ...client });
  const push = (phoneNumber = PHONE) =>
    mpesa.stk.push({ payTo: { account: "INV-1" }, phoneNumber, amount: 100, callbackUrl: "https://shop.example/a" });
  return { daraja, mpesa, push, delivered, passed: () => daraja.now() - START };
}

const turns = async (count: number): Promise<void> => {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setTimeout(resolve, 1));
};

it("the README's example waits in virtual time", async () => {
  const readme = await readFile(new URL("../README.md", import.meta.url), "utf8");
  const [, example = ""] = /^```ts\n(.*?)^```$/ms.exec(readme) ?? [];
  const AsyncFunction = (async () => undefined).constructor as new (
    ...parts: string[]
  ) => (...values: unknown[]) => Promise<{ outcome: string; paid: number; passed: number }>;
  const run = new AsyncFunction(
    "Mpesa",
    "createSimulator",
    "myCallbackHandler",
    "callbackUrl",
    `${example.replaceAll(/^import .*$/gm, "").replace("const mpesa", "const started = daraja.now();\nconst mpesa")}
     return { outcome, paid: daraja.ledger.balance("174379"), passed: daraja.now() - started };`,
  );
  const callbacks: Request[] = [];
  const handler = async (request: Request) => {
    callbacks.push(request);
    return new Response();
  };
  const { outcome, paid, passed } = await run(Mpesa, createSimulator, handler, "https://shop.example/stk/4b1f7c");
  expect(outcome).toBe("succeeded");
  expect([paid, passed, callbacks.length]).toEqual([1_000_100, 12_000, 1]);
});

describe("while a client waits on the clock", () => {
  it("jobs and timers happen in their order: a prompt that nobody answers times out, and its callback comes", async () => {
    const { daraja, mpesa, push, delivered, passed } = open();
    daraja.customer(PHONE).ignore();
    const result = await mpesa.stk.wait(await push());
    expect(result).toMatchObject({ outcome: "failed", resultCode: "1037" });
    expect(delivered).toHaveLength(1);
    expect(delivered[0]).toBeLessThan(passed());
    // The query at 27 seconds, 15 after the first one.
    expect(passed()).toBe(27_000);
  });

  it("advance moves the clock as far as it says, and the client's queries leave in it", async () => {
    const { daraja, mpesa, push, passed } = open();
    const prompt = await push();
    const wait = mpesa.stk.wait(prompt);
    await daraja.advance(5_000);
    expect(passed()).toBe(5_000);
    daraja.customer(PHONE).cancel();
    await daraja.advance(20_000);
    expect(passed()).toBe(25_000);
    expect(daraja.requests.filter(({ operation }) => operation === "stkQuery")).toMatchObject([{ at: START + 12_000 }]);
    expect(await wait).toMatchObject({ outcome: "failed", resultCode: "1032" });
    expect(passed()).toBe(25_000);
  });

  it("settled goes no further than to the last job", async () => {
    const { daraja, mpesa, push, passed } = open();
    daraja.customer(PHONE).enterPin();
    const prompt = await push();
    const stop = new AbortController();
    const wait = mpesa.stk.wait(prompt, { signal: stop.signal, firstPollMs: 600_000, timeoutMs: 900_000 });
    await daraja.settled();
    expect(passed()).toBeLessThan(60_000);
    stop.abort(new Error("enough"));
    await expect(wait).rejects.toThrow("enough");
  });

  it("many wait at once, each at its time", async () => {
    const { daraja, mpesa, push } = open({ rateLimits: true });
    const phones = Array.from({ length: 5 }, (_, at) => `07120000${10 + at}`);
    for (const phone of phones) daraja.customer(phone).enterPin();
    const pushes = await Promise.all(phones.map((phone) => push(phone)));
    const results = await Promise.all(pushes.map((one) => mpesa.stk.wait(one)));
    expect(new Set(results.map(({ outcome }) => outcome)).size).toBe(1);
    const times = daraja.requests.filter(({ operation }) => operation === "stkQuery").map(({ at }) => at - START);
    expect(times).toEqual([12_000, 27_000, 42_000, 57_000, 72_000]);
  });

  it("a request that is never answered holds nobody up", async () => {
    const { daraja, mpesa, push } = open({}, { timeoutMs: 20 });
    daraja.customer(PHONE).enterPin();
    const prompt = await push();
    daraja.next("stkQuery", { fault: "stall" });
    const result = await mpesa.stk.wait(prompt);
    expect(["unknown", "succeeded"]).toContain(result.outcome);
  });

  it("retries cost no time of yours", async () => {
    const { daraja, mpesa, passed } = open({}, { maxRetries: 10 });
    daraja.next("b2c", { fault: "refuse" }, 9);
    const initiator = { name: "testapi", securityCredential: `${"Q".repeat(342)}==` };
    const [resultUrl, timeoutUrl] = ["https://shop.example/r", "https://shop.example/t"];
    await mpesa.withOptions({ initiator, resultUrl, timeoutUrl }).b2c.pay({ phoneNumber: PHONE, amount: 10 });
    expect(daraja.requests.filter(({ operation }) => operation === "b2cPaymentV3")).toHaveLength(10);
    expect(passed()).toBeGreaterThan(0);
  });
});

describe("the clock", () => {
  it("stands still when nobody waits on it any more", async () => {
    const { daraja, passed } = open();
    let fired = 0;
    daraja.clock.clearTimeout(daraja.clock.setTimeout(() => fired++, 60_000));
    await turns(20);
    expect([passed(), fired]).toEqual([0, 0]);
    daraja.clock.setTimeout(() => fired++, 60_000);
    daraja.close();
    await turns(20);
    expect(fired).toBe(0);
  });

  it("fires each timer once, in the order of their times, also what a timer sets", async () => {
    const { daraja, passed } = open();
    const order: string[] = [];
    await new Promise<void>((resolve) => {
      const log = (name: string) => () => void order.push(`${name} at ${passed()}`);
      daraja.clock.setTimeout(log("c"), 3_000);
      daraja.clock.setTimeout(log("a"), 1_000);
      daraja.clock.setTimeout(() => {
        log("b")();
        daraja.clock.setTimeout(log("now"), Number.NaN);
        daraja.clock.setTimeout(() => resolve(), 5_000);
      }, 1_000);
    });
    expect(order).toEqual(["a at 1000", "b at 1000", "now at 1000", "c at 3000"]);
    expect(passed()).toBe(6_000);
  });

  it("is the platform's on a real clock", async () => {
    const daraja = createSimulator({ clock: "real" });
    const { clock } = daraja;
    expect(Math.abs(clock.now() - Date.now())).toBeLessThan(60_000);
    let stopped = true;
    clock.clearTimeout(clock.setTimeout(() => (stopped = false), 1));
    await new Promise<void>((resolve) => void clock.setTimeout(resolve, 10));
    expect(stopped).toBe(true);
    daraja.close();
  });
});
