import type { OperationId } from "@mpesa/raw";
import type { Engine } from "../engine/engine.ts";
import { startTimer, stopTimer, type Timer } from "../engine/real-time.ts";
import type { Scenario } from "../scenario.ts";
import type { Attempt, CallbackRecord } from "../state/records.ts";
import { refuseHost } from "./hosts.ts";
import { Unreached } from "./unreached.ts";

/** A callback to be posted. */
export interface Outgoing {
  readonly operation: OperationId | "customerPayment";
  readonly name: string;
  /** CheckoutRequestID, ConversationID or receipt. */
  readonly about: string;
  readonly shortCode: string;
  readonly url: string;
  readonly body: unknown;
  readonly scenario: Scenario | null;
}

/** What is kept of an answer. */
const ANSWER_LIMIT = 2_000;

/** Records a callback and plans its delivery, with the fault its scenario asks for. */
export function postCallback(engine: Engine, outgoing: Outgoing): CallbackRecord {
  const { operation, name, about, url, body, shortCode, scenario } = outgoing;
  const record = newCallback(engine, { operation, name, about, url, body, shortCode });
  const { id, at } = record;
  const { lateMs } = engine.settings.delays;
  const fault = scenario?.callback;
  if (fault === "lost") record.state = "lost";
  if (fault === "reordered") {
    record.state = "held";
    engine.held.add(id);
  }
  if (fault === "duplicate") record.wanted = 2;
  engine.store.callbacks.put(id, record);
  if (fault !== "lost")
    engine.schedule.add(fault === "late" || fault === "reordered" ? at + lateMs : at, "deliver", id, about);
  if (fault === "duplicate") engine.schedule.add(at, "deliver", id, about);
  return record;
}

/** A callback that is recorded, but goes out by other means than the schedule. */
export function newCallback(engine: Engine, outgoing: Omit<Outgoing, "scenario">): CallbackRecord {
  const { operation, name, about, url, body, shortCode } = outgoing;
  const id = String(engine.serial());
  // Seen on the wire: a header with the short code, and nothing that proves the sender.
  const headers = { "Content-Type": "application/json;charset=UTF-8", BusinessShortCode: shortCode };
  const at = engine.now();
  return engine.store.callbacks.put(id, {
    id,
    at,
    name,
    operation,
    about,
    url,
    headers,
    body,
    state: "scheduled",
    wanted: 1,
    attempts: [],
  });
}

/**
 * Posts a callback again.
 * @throws Error if this attempt got no response; earlier attempts do not matter
 */
export async function replay(engine: Engine, record: CallbackRecord): Promise<void> {
  const own = new Unreached();
  record.wanted += 1;
  await attempt(engine, record, engine.settings.deliveryTimeoutMs, own);
  own.report();
}

/** Delivers a planned callback, then those that waited for another to go first. */
export async function deliver(engine: Engine, id: string): Promise<void> {
  const record = engine.store.callbacks.get(id);
  if (!record || record.attempts.length >= record.wanted) return;
  engine.held.delete(id);
  await attempt(engine, record, engine.settings.deliveryTimeoutMs);
  for (const held of [...engine.held]) {
    const next = engine.store.callbacks.get(held);
    // Two deliveries may end at the same time; only one of them lets it go.
    if (engine.held.delete(held) && next) await attempt(engine, next, engine.settings.deliveryTimeoutMs);
  }
}

/** Posts once and records the response. A missing response is added to `unreached`. */
export async function attempt(
  engine: Engine,
  record: CallbackRecord,
  timeoutMs: number,
  unreached: Unreached = engine.unreached,
): Promise<Attempt> {
  const { cause, ...outcome } = await post(engine, record, timeoutMs);
  if (outcome.status === null) unreached.add(record, outcome.problem ?? "", cause);
  record.attempts.push(outcome);
  const delivered = outcome.status !== null && outcome.status >= 200 && outcome.status < 300;
  record.state = delivered
    ? "delivered"
    : outcome.status === null && refuseHost(record.url, engine.settings.allowedCallbackHosts)
      ? "blocked"
      : "failed";
  engine.store.callbacks.put(record.id, record);
  engine.commit();
  return outcome;
}

async function post(
  engine: Engine,
  { url, headers, body }: CallbackRecord,
  timeoutMs: number,
): Promise<Attempt & { readonly cause?: unknown }> {
  const at = engine.now();
  const problem = refuseHost(url, engine.settings.allowedCallbackHosts);
  if (problem) return { at, status: null, body: null, problem };
  const controller = new AbortController();
  let timer: Timer | undefined;
  // An injected fetch may ignore the signal; the deadline holds all the same. The timer must not outlive the delivery.
  const deadline = new Promise<never>((_, reject) => {
    timer = startTimer(() => {
      const error = new DOMException(
        `no answer within ${timeoutMs} ms; an endpoint must not itself wait for advance or settled`,
        "TimeoutError",
      );
      controller.abort(error);
      reject(error);
    }, timeoutMs);
  });
  try {
    // A redirect would carry the customer's data to an address that nobody registered.
    const request = new Request(url, {
      method: "POST",
      headers,
      body: JSON.stringify(body),
      redirect: "manual",
      signal: controller.signal,
    });
    const answered = (async () => {
      const response = (await engine.settings.fetch(request)) as Response | undefined;
      if (typeof response?.text !== "function") throw new TypeError("the fetch option returned no Response");
      return { response, text: await response.text() };
    })();
    const { response, text } = await Promise.race([answered, deadline]);
    const redirected = response.type === "opaqueredirect" || (response.status >= 300 && response.status < 400);
    return {
      at,
      status: response.status,
      body: text.slice(0, ANSWER_LIMIT),
      problem: redirected
        ? "redirects are not followed"
        : response.ok
          ? null
          : `answered with status ${response.status}`,
    };
  } catch (error) {
    return { at, status: null, body: null, problem: describe(error), cause: error };
  } finally {
    stopTimer(timer);
  }
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error as { cause?: { code?: unknown } };
  return typeof cause?.code === "string" ? `${error.message} (${cause.code})` : error.message;
}
