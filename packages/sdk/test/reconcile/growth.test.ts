import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { type Clock, Mpesa } from "../../src/index.ts";
import { type Answer, daraja, gatewayFetch, NOW, options } from "../products/harness.ts";
import { range, row, world } from "./world.ts";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

const SIZES = [1_000, 10_000, 100_000] as const;
const PROMPTS = "ws_CO_0610202609522041770";

/** Milliseconds of processor time: on a shared machine the wall clock measures the others. */
function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** Compares `size` prompts of one price with as many payments, and measures. */
async function measure(size: number, details: (at: number) => object, stk: string | Answer) {
  let resumed = processorMs();
  let heldMs = 0;
  const otherWork = async (): Promise<void> => {
    heldMs = Math.max(heldMs, processorMs() - resumed);
    await new Promise((resolve) => setImmediate(resolve));
    resumed = processorMs();
  };
  // Timers skip the time, so that the rhythm of the queries costs nothing.
  let skippedMs = 0;
  const begin = performance.now();
  const clock: Clock = {
    now: () => NOW + performance.now() - begin + skippedMs,
    setTimeout: (work, ms) => {
      skippedMs += ms;
      void otherWork().then(work);
    },
    clearTimeout: () => undefined,
  };
  const rows = Array.from({ length: size }, (_, at) =>
    row(`UJ6${String(at).padStart(7, "0")}`, { msisdn: 722_000_000 + at, billreference: `INV-${at}` }),
  );
  const known = Array.from({ length: size }, (_, at) => ({
    checkoutRequestId: `${PROMPTS}${String(at).padStart(7, "0")}`,
    amount: 168,
    ...details(at),
  }));
  const gateway = gatewayFetch([], world({ rows, stk, pageSize: 1_000 }));
  const fetch: typeof globalThis.fetch = async (...request) => {
    await otherWork();
    return gateway(...request);
  };
  const { reconcile } = new Mpesa({ ...options, clock, fetch, environment: "production" });
  collectGarbage();
  const heapBefore = process.memoryUsage().heapUsed;
  const started = processorMs();
  resumed = started;
  const report = await reconcile({ ...range, known });
  let candidates = 0;
  for (const one of report.missingHere) candidates += one.candidates.length;
  const spentMs = processorMs() - started;
  collectGarbage();
  const bytes = process.memoryUsage().heapUsed - heapBefore;
  return { report, candidates, heldMs, perItem: { ms: spentMs / size, bytes: bytes / size } };
}

// Refused keys are refused once for all, so that the queries cost nothing either.
const refused = daraja(401, "401.003.01", "no apiproduct match found");

describe.each([
  ["of which nothing else is known", () => ({}), (size: number) => size * size],
  [
    "whose phones and accounts are known",
    (at: number) => ({ phoneNumber: 722_000_000 + at, account: `inv-${at}` }),
    (size: number) => size,
  ],
  [
    "of which some phones are known",
    (at: number) => (at % 100 === 0 ? {} : { phoneNumber: 722_000_000 + at }),
    // Each row may belong to every hundredth prompt, and to its own, which may be one of them.
    (size: number) => size * (size / 100) + size - size / 100,
  ],
])("prompts of one price %s", (_, details, candidates) => {
  it("take time, memory and turns in proportion to their number", async () => {
    const measured = [];
    for (const size of SIZES) {
      const { report, ...one } = await measure(size, details, refused);
      expect(report.unknown).toHaveLength(size);
      expect(report.missingHere).toHaveLength(size);
      expect(one.candidates).toBe(candidates(size));
      measured.push({ size, ...one });
    }
    console.info(measured.map(({ size, heldMs, perItem }) => ({ size, heldMs, ...perItem })));
    const [, smaller, larger] = measured.map(({ perItem }) => perItem);
    // Ten times as many: a quadratic comparison costs ten times as much for each.
    expect((larger?.ms ?? 0) / (smaller?.ms ?? 0)).toBeLessThan(5);
    expect((larger?.bytes ?? 0) / (smaller?.bytes ?? 0)).toBeLessThan(5);
    // The aim is 100 ms, and this machine may be five times slower.
    for (const { heldMs } of measured) expect(heldMs).toBeLessThan(500);
  }, 300_000);
});

it("finds the receipts of thousands of paid prompts", async () => {
  const details = (at: number) => ({ phoneNumber: 722_000_000 + at });
  const { report, heldMs } = await measure(3_000, details, "0");
  expect(report.complete).toBe(true);
  expect(
    report.matched.every(
      ({ known, transaction }) => transaction?.phoneNumber === `254${(known as { phoneNumber?: number }).phoneNumber}`,
    ),
  ).toBe(true);
  expect(report.matched).toHaveLength(3_000);
  expect(heldMs).toBeLessThan(500);
}, 300_000);
