import fc from "fast-check";
import { expect, test } from "vitest";
import { type CallbackKind, parseCallback } from "../../src/callbacks/index.ts";
import { plainKey } from "../../src/callbacks/values.ts";
import { kinds } from "./kinds.ts";
import { mutant, randomFrom } from "./mutate.ts";

/** Bodies in all; CI asks for a million with `MPESA_FUZZ_RUNS=1000000`. */
const RUNS = Number(process.env["MPESA_FUZZ_RUNS"] ?? 100_000);
/** Ten times what a body takes on two busy cores. */
const TIMEOUT_MS = Math.max(600_000, RUNS * 3);
/** A property is run once for so many mutants: the bookkeeping costs more than the parser. */
const BATCH = 500;
const ARBITRARY = Math.ceil(RUNS / 50);
const LIMIT_MS = 50;

const counts = { bodies: 0, recognised: 0, retimed: 0, timedOut: 0 };
/** The marks of a queue timeout in a result, as this suite understands them. */
const TIMED_OUT = /timed out/i;

/** Reads one body and checks what must hold of any result. */
function check(value: unknown, kind: CallbackKind | undefined): void {
  const started = performance.now();
  const read = parseCallback(value, { kind }) as unknown as Record<string, unknown> & { kind: string };
  if (performance.now() - started > LIMIT_MS) retime(value, kind);
  counts.bodies += 1;
  if (read.kind !== "unrecognised") counts.recognised += 1;
  const saysTimeout = isTimedOut(read["raw"]);
  const isFailed = (read["queryOutcome"] ?? read["outcome"]) === "failed" && !["stk", "ussd"].includes(read.kind);
  if (saysTimeout && read.kind === "timeout") counts.timedOut += 1;
  const wrong = saysTimeout && isFailed ? "a timeout is a failure" : faultOf(read, kind);
  if (wrong) throw new Error(`${wrong}: ${JSON.stringify(value)} as ${kind}`);
}

/** Whether a body has one `Result` with one of the marks, none of them under a second spelling. */
function isTimedOut(raw: unknown): boolean {
  if (!isObject(raw) || !Object.hasOwn(raw, "Result") || !isObject(raw["Result"])) return false;
  const names = [...Object.keys(raw), ...Object.keys(raw["Result"])].map(plainKey);
  if (new Set(names).size < names.length) return false;
  const { ResultType, ResultDesc } = Object.fromEntries(Object.entries(raw["Result"]));
  return ResultType === 1 || ResultType === "1" || (typeof ResultDesc === "string" && TIMED_OUT.test(ResultDesc));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A pause of the machine is not the parser's: only what is slow three times over is slow. */
function retime(value: unknown, kind: CallbackKind | undefined): void {
  counts.retimed += 1;
  const times = [1, 2, 3].map(() => {
    const started = performance.now();
    parseCallback(value, { kind });
    return performance.now() - started;
  });
  if (Math.min(...times) > LIMIT_MS)
    throw new Error(`takes ${times.join(", ")} ms: ${JSON.stringify(value)} as ${kind}`);
}

function faultOf(read: Record<string, unknown>, kind: CallbackKind | undefined): string | undefined {
  const { outcome, code, resultCode, queryOutcome, confidence } = read as { [key: string]: string | undefined } & {
    code?: { known: boolean; next: string; fault?: string };
  };
  const made = read["kind"] as CallbackKind | "unrecognised";
  if (!Array.isArray(read["issues"])) return "no issues";
  if (!("raw" in read)) return "no raw";
  if (made === "unrecognised") return read["issues"].length > 0 ? undefined : "no reason";
  if (kind ? made !== kind && made !== "timeout" : !kinds.includes(made)) return `unexpected ${made}`;
  if (kind && confidence !== "certain") return "doubts the route";
  const decided = made === "status" ? queryOutcome : outcome;
  if (decided === "succeeded" && (made === "timeout" || !/^0+$/.test(resultCode ?? ""))) return "success without zero";
  if (decided === "failed" && !(code?.known && /^(fix|new|no|later)$/.test(code.next)))
    return "failure of an unlisted code";
  if (made === "status" && outcome !== "unknown" && queryOutcome !== "succeeded")
    return "a failed query tells an outcome";
  if (confidence === "guess" && outcome && outcome !== "unknown") return "a guess tells an outcome";
  if (outcome && outcome !== "unknown") {
    // What the types promise of an outcome.
    if (!resultCode || typeof resultCode !== "string") return "an outcome without its code";
    if (!code?.known || typeof code.fault !== "string") return "an outcome of a code that is not known";
    if (made === "status" && !(queryOutcome === "succeeded" && read["transactionStatus"]))
      return "an outcome of no status";
  }
  // An outcome speaks for the payment that it names.
  const identity = made === "stk" ? "checkoutRequestId" : made === "ussd" ? "requestId" : undefined;
  if (identity && outcome !== "unknown" && !read[identity]) return "an outcome of no payment";
  if (!Array.isArray(read["unknownFields"])) return "no list of unknown fields";
  if ("receipt" in read && !read["receipt"]) return "an empty receipt";
  for (const [name, field] of Object.entries(read)) {
    if (name === "raw" || field === undefined || field === null) continue;
    const { date, value, text } = field as { date?: Date; value?: unknown; text?: unknown };
    if (date instanceof Date && Number.isNaN(date.getTime())) return "an invalid date";
    if (typeof value === "number" && (!Number.isFinite(value) || Number(text) !== value))
      return "an amount unlike its text";
  }
  return undefined;
}

const anyKind = fc.option(fc.constantFrom(...kinds), { nil: undefined });

test(`${ARBITRARY} arbitrary values: none throws, none is slow, none is read wrong`, { timeout: TIMEOUT_MS }, () => {
  const json = fc.jsonValue({ maxDepth: 4 });
  const name = fc.constantFrom(
    "Body",
    "stkCallback",
    "Result",
    "ResultCode",
    "ResultParameters",
    "TransID",
    "CommandID",
    "Name",
    "Key",
    "Value",
  );
  const value = fc.oneof(
    json,
    fc.anything({ withBigInt: true, withDate: true, withNullPrototype: true, maxDepth: 3 }),
    fc.dictionary(name, fc.oneof(json, fc.dictionary(name, json))),
  );
  fc.assert(fc.property(value, anyKind, check), { numRuns: ARBITRARY });
});

test(`${RUNS - ARBITRARY} mutated bodies: none throws, none is slow, none is read wrong`, {
  timeout: TIMEOUT_MS,
}, () => {
  const property = fc.property(fc.integer(), (seed) => {
    const random = randomFrom(seed);
    for (let i = 0; i < BATCH; i += 1) {
      const pick = random(kinds.length * 2);
      check(mutant(random), kinds[pick]);
    }
  });
  fc.assert(property, { numRuns: Math.ceil((RUNS - ARBITRARY) / BATCH), endOnFailure: true });
});

test("the runs were as many as promised, and most mutants were still recognised", () => {
  expect(counts.bodies).toBeGreaterThanOrEqual(RUNS);
  expect(counts.recognised / counts.bodies).toBeGreaterThan(0.2);
  expect(counts.timedOut).toBeGreaterThan(RUNS / 1000);
});
