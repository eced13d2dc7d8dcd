import type { StkQueryResponse } from "@mpesa/raw";
import type { Core } from "../core.ts";
import { type AnyMpesaError, isMpesaError } from "../errors.ts";
import { MAX_TIMEOUT_MS, parseSignal } from "../validate/call-options.ts";
import { digits } from "../validate/limits.ts";
import { both, check, invalid, openObject, optional, type Parsed, valid, withDefault } from "../validate/schema.ts";
import type { StkCredentials } from "./credentials.ts";
import { FIRST_POLL_MS, type Pace, POLL_INTERVAL_MS } from "./pace.ts";
import {
  judge,
  readStk,
  type StkDecided,
  type StkQueryPlan,
  type StkQueryResult,
  type StkUndecided,
  stkQueryParams,
} from "./query.ts";
import { type Called, listen, parseSettled, type StkSettled, type StkSettlement } from "./settlement.ts";

/** The prompt to wait for. The result of a push has these properties; another process can wait with the IDs alone. */
export interface StkWaitTarget {
  checkoutRequestId: string;
  /** If set, a response or callback with another `merchantRequestId` is ignored. */
  merchantRequestId?: string;
  /** The short code of the push (for a till, its store). @default the client's shortCode */
  shortCode?: string;
}

/** Options of a wait. */
export interface StkWaitOptions<T extends StkSettlement = StkSettlement> extends StkCredentials {
  /** Ends the wait only: the prompt stays on the phone, and the customer may still pay. */
  signal?: AbortSignal;
  /** Milliseconds after which the wait ends with the outcome `unknown`. @default 180000 */
  timeoutMs?: number;
  /** Milliseconds until the first query. @default 12000, because a younger prompt is not found */
  firstPollMs?: number;
  /** Called after each query. Errors that the function throws are ignored. */
  onPoll?: (poll: StkPoll) => void;
  /**
   * Source of the callback: a promise of the callback, or a store that your callback route fills. The first result decides,
   * whether it comes from the callback or from a query.
   */
  settled?: StkSettled<T>;
}

/** One query of a wait. */
export interface StkPoll {
  /** Number of the query, from 1. */
  readonly poll: number;
  /** Result of the query; `undefined` if the query failed with an error that may pass. */
  readonly status: StkQueryResult | undefined;
  readonly error: AnyMpesaError | undefined;
}

interface FromCallback<T> {
  /** Source of the outcome: `callback`, `query`, or `timeout` if neither came in time. */
  readonly source: "callback";
  /** The callback that you passed. Only the callback contains the receipt and the amount. */
  readonly callback: T;
  readonly lastError: undefined;
  readonly raw: undefined;
}

interface FromQuery {
  /** Source of the outcome: `callback`, `query`, or `timeout` if neither came in time. */
  readonly source: "query";
  readonly callback: undefined;
  readonly lastError: undefined;
  /** The response to the query, as it came. */
  readonly raw: StkQueryResponse;
}

interface FromNeither {
  /** Source of the outcome: `callback`, `query`, or `timeout` if neither came in time. */
  readonly source: "timeout";
  readonly callback: undefined;
  /** The last error of a query. */
  readonly lastError: AnyMpesaError | undefined;
  /** The last response to a query, as it came. */
  readonly raw: StkQueryResponse | undefined;
}

/**
 * How a prompt ended. The outcome `unknown` means that the time is up, or that the callback was inconclusive: it may
 * still be paid.
 */
export type StkWaitResult<T extends StkSettlement = StkSettlement> = {
  readonly checkoutRequestId: string;
  readonly merchantRequestId: string | undefined;
  readonly resultDescription: string | undefined;
} & ((StkDecided & (FromCallback<T> | FromQuery)) | (StkUndecided<"unknown"> & (FromCallback<T> | FromNeither)));

const DEFAULT_TIMEOUT_MS = 180_000;

const waitParams = both(
  stkQueryParams,
  openObject({
    timeoutMs: withDefault(parseMs, DEFAULT_TIMEOUT_MS),
    firstPollMs: withDefault(parseMs, FIRST_POLL_MS),
    signal: optional(parseSignal),
    settled: optional(parseSettled),
    onPoll: optional(parseListener),
  }),
);

export async function stkWait<T extends StkSettlement>(
  core: Core,
  pace: Pace,
  target: StkWaitTarget,
  options: StkWaitOptions<T>,
): Promise<StkWaitResult<T>> {
  const { signal, settled, onPoll } = options;
  const given = {
    ...target,
    ...credentialsOf(options),
    timeoutMs: options.timeoutMs,
    firstPollMs: options.firstPollMs,
    signal,
    settled,
    onPoll,
  };
  const { timeoutMs, firstPollMs, ...plan } = check("stkQuery", waitParams, given, core);
  signal?.throwIfAborted();
  const done = new AbortController();
  const stop = signal ? AbortSignal.any([signal, done.signal]) : done.signal;
  const called = listen(settled, plan, stop, core.emit).then((heard) => fromCallback(heard, plan));
  const asked = poll<T>(core, pace, plan, { ...(onPoll && { onPoll }), timeoutMs, firstPollMs, stop });
  try {
    // Whichever loses is heard by the race, so that nothing of it is left unhandled.
    return await Promise.race([called, asked, aborted(stop)]);
  } finally {
    done.abort();
  }
}

interface Polling {
  readonly timeoutMs: number;
  readonly firstPollMs: number;
  readonly onPoll?: (poll: StkPoll) => void;
  readonly stop: AbortSignal;
}

/** Queries at the allowed rate until a response decides the outcome or the time runs out. */
async function poll<T extends StkSettlement>(
  core: Core,
  pace: Pace,
  plan: StkQueryPlan,
  { timeoutMs, firstPollMs, onPoll, stop }: Polling,
): Promise<StkWaitResult<T>> {
  const { time } = core.config;
  const started = time.elapsed();
  const deadline = started + timeoutMs;
  const over = endOf(time.sleep(timeoutMs, stop));
  let earliest = started + firstPollMs;
  let last: Omit<StkPoll, "poll"> = { status: undefined, error: undefined };
  for (let count = 1; ; count++) {
    const isTurn = time.elapsed() < deadline && (await pace.turn({ earliest, over }));
    stop.throwIfAborted();
    if (!isTurn) return fromTimeout(last, plan);
    const attemptMs = Math.max(1, Math.min(core.config.timeoutMs, Math.ceil(deadline - time.elapsed())));
    const reading = await readStk(core, plan, { signal: stop, timeoutMs: attemptMs, maxRetries: 0 });
    stop.throwIfAborted();
    earliest = time.elapsed() + POLL_INTERVAL_MS;
    if (reading.retryAfterMs !== undefined) pace.hold(time.elapsed() + reading.retryAfterMs);
    if ("error" in reading) {
      const { error, final } = reading;
      if (final || !isMpesaError(error)) throw error;
      last = { ...last, error };
      tell(onPoll, { poll: count, status: undefined, error });
      continue;
    }
    const { status } = reading;
    last = { status, error: undefined };
    tell(onPoll, { poll: count, ...last });
    if (status.outcome === "succeeded" || status.outcome === "failed")
      return {
        ...status,
        merchantRequestId: plan.merchantRequestId ?? status.merchantRequestId,
        source: "query",
        callback: undefined,
        lastError: undefined,
      };
  }
}

/** Aborts when the time is up, or when the waiting stops before. */
function endOf(waiting: Promise<boolean>): AbortSignal {
  const end = new AbortController();
  void waiting.then(() => end.abort());
  return end.signal;
}

function fromTimeout(
  { status, error }: Omit<StkPoll, "poll">,
  { checkoutRequestId, merchantRequestId }: StkQueryPlan,
): StkWaitResult<never> {
  return {
    outcome: "unknown",
    checkoutRequestId,
    merchantRequestId: merchantRequestId ?? status?.merchantRequestId,
    source: "timeout",
    resultCode: status?.resultCode,
    resultDescription: status?.resultDescription,
    code: status?.code,
    callback: undefined,
    lastError: error,
    raw: status?.raw,
  };
}

function fromCallback<T extends StkSettlement>(
  { callback, told }: Called<T>,
  { checkoutRequestId, merchantRequestId }: StkQueryPlan,
): StkWaitResult<T> {
  const { resultCode, resultDescription } = told;
  const judged = judge(resultCode, resultDescription);
  const common = {
    checkoutRequestId,
    merchantRequestId: merchantRequestId ?? told.merchantRequestId,
    source: "callback" as const,
    resultDescription,
    callback,
    lastError: undefined,
    raw: undefined,
  };
  if (judged.outcome === "succeeded" || judged.outcome === "failed") return { ...judged, ...common };
  // A callback comes once: one that still says "pending" settles nothing.
  return { ...judged, outcome: "unknown", ...common };
}

/** Calls the listener. An error in the listener must not end the wait. */
function tell(onPoll: ((poll: StkPoll) => void) | undefined, what: StkPoll): void {
  try {
    const result: unknown = onPoll?.(what);
    if (result instanceof Promise) result.catch(() => undefined);
  } catch {
    // The wait goes on.
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}

function credentialsOf({ passkey, password, timestamp }: StkCredentials): StkCredentials {
  return {
    ...(passkey !== undefined && { passkey }),
    ...(password !== undefined && { password }),
    ...(timestamp !== undefined && { timestamp }),
  };
}

function parseListener(value: unknown): Parsed<unknown> {
  return typeof value === "function"
    ? valid(value)
    : invalid(value, "must be a function", "Pass a function, or omit it for no updates.");
}

function parseMs(value: unknown): Parsed<number> {
  if (typeof value === "number" && value >= 0 && value <= MAX_TIMEOUT_MS) return valid(value);
  const rule = `must be a number of milliseconds from 0 to ${digits(MAX_TIMEOUT_MS)}`;
  return invalid(value, rule, "Pass milliseconds, or omit it for the default.");
}
