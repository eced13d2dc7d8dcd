/** Calls as ratios to bare `fetch` doing the same, all measured in turn in one run. */
import { bareFetch, type Caller, peers, sdk } from "./callers.ts";
import { type Gateway, startGateway } from "./gateway.ts";
import { atLeast, type Row } from "./table.ts";

const ROUNDS = 7;
const LOADS = [
  { load: "one at a time", total: 500, inFlight: 1 },
  { load: "32 in flight", total: 3_000, inFlight: 32 },
] as const;
/** The least ratio to bare `fetch`. A query may cost a tenth more than a push. */
const FLOORS: Readonly<Record<string, readonly [oneAtATime: number, inFlight32: number]>> = {
  "stk.push": [0.85, 0.8],
  "stk.push, undici": [1.4, 1.4],
  "stk.query": [0.85 * 0.9, 0.8 * 0.9],
};

/** Rows of pushes and queries. */
export async function calls(): Promise<Row[]> {
  const gateway = await startGateway();
  try {
    const bare = bareFetch(gateway.url);
    const ours = sdk(gateway.url);
    const withUndici = sdk(gateway.url, { undici: true });
    const pushes = await sameRequest(gateway, [
      { name: "bare fetch, push", call: bare.push },
      { name: "stk.push", call: ours.push },
      { name: "stk.push, undici", call: withUndici.push },
      { name: "bare fetch again (noise)", call: bare.push },
      ...peers(gateway.url),
    ]);
    const queries = await sameRequest(gateway, [
      { name: "bare fetch, query", call: bare.query },
      { name: "stk.query", call: ours.query },
      { name: "stk.query, undici", call: withUndici.query },
    ]);
    const rows: Row[] = [];
    for (const callers of [pushes, queries]) {
      for (const [at, { load, total, inFlight }] of LOADS.entries())
        for (const { name, perSecond, cpuMicros, ratios } of await measured(callers, total, inFlight)) {
          const ratio = ratios[Math.floor(ratios.length / 2)] as number;
          const floor = FLOORS[name]?.[at];
          rows.push({
            what: `${name}, ${load}`,
            measured: `${perSecond.toFixed(0)}/s, ${cpuMicros.toFixed(0)} µs CPU`,
            ratio: `${ratio.toFixed(2)} (${ratios[0]?.toFixed(2)}–${ratios.at(-1)?.toFixed(2)})`,
            ...(floor !== undefined && atLeast(floor, ratio)),
          });
        }
    }
    return rows;
  } finally {
    gateway.stop();
  }
}

/** Leaves out, with the reason, who does not send what the first one sends. */
async function sameRequest(gateway: Gateway, callers: readonly Caller[]): Promise<Caller[]> {
  const kept: Caller[] = [];
  let expected: string | undefined;
  for (const caller of callers) {
    try {
      await caller.call();
      const { path, body } = await gateway.last();
      // Numbers and strings are the same to Daraja; the time and what is made from it differ from call to call.
      const { Timestamp: _, Password: __, ...rest } = body;
      const sent = JSON.stringify([
        path,
        Object.entries(rest)
          .map(([name, value]) => [name, String(value)])
          .sort(),
      ]);
      expected ??= sent;
      if (sent === expected) kept.push(caller);
      else console.log(`${caller.name} is left out: it sent ${sent} instead of ${expected}`);
    } catch (error) {
      console.log(`${caller.name} is left out: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return kept;
}

/** Calls a second and CPU time in their median rounds, and the sorted ratios to the first caller in the same round. */
async function measured(callers: readonly Caller[], total: number, inFlight: number) {
  for (const { call } of callers) await rate(call, 300, 8);
  const rates = callers.map((): Rate[] => []);
  for (let round = 0; round < ROUNDS; round++)
    for (const [at, { call }] of callers.entries()) rates[at]?.push(await rate(call, total, inFlight));
  const [base = []] = rates;
  return callers.map(({ name }, at) => {
    const own = rates[at] as Rate[];
    const ratios = own.map(({ perSecond }, round) => perSecond / (base[round] as Rate).perSecond);
    return {
      name,
      ratios: ratios.sort((a, b) => a - b),
      perSecond: median(own.map(({ perSecond }) => perSecond)),
      cpuMicros: median(own.map(({ cpuMicros }) => cpuMicros)),
    };
  });
}

/** One measurement. CPU time depends less on what else the machine does. */
interface Rate {
  readonly perSecond: number;
  readonly cpuMicros: number;
}

/** Makes the calls, with so many in flight. */
async function rate(call: () => Promise<unknown>, total: number, inFlight: number): Promise<Rate> {
  // What the caller before left behind is not this one's cost.
  globalThis.gc?.();
  const started = performance.now();
  const before = process.cpuUsage();
  let left = total;
  const worker = async (): Promise<void> => {
    while (left-- > 0) await call();
  };
  await Promise.all(Array.from({ length: inFlight }, worker));
  const { user, system } = process.cpuUsage(before);
  return { perSecond: (total / (performance.now() - started)) * 1000, cpuMicros: (user + system) / total };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] as number;
}
