import { replay } from "./callbacks/post.ts";
import { callable, check, text, whole } from "./check.ts";
import { checkScenario } from "./check-scenario.ts";
import { type Customer, customerHandle } from "./customer.ts";
import { Engine } from "./engine/engine.ts";
import { publicKeyPem } from "./engine/key.ts";
import { seedParties } from "./engine/parties.ts";
import { Runner } from "./engine/runner.ts";
import { type Exchange, exchange } from "./gateway/gateway.ts";
import { type LedgerView, ledgerView } from "./ledger-view.ts";
import { credentialsOf, type SimulatorCredentials, type SimulatorOptions, settle } from "./options.ts";
import { jobs } from "./products/index.ts";
import { publicCallback, publicChanges } from "./public-records.ts";
import type { Scenario, ScenarioTarget } from "./scenario.ts";
import type { CallbackRecord, FailureRecord, MessageRecord, RequestRecord } from "./state/records.ts";
import type { Change } from "./state/table.ts";

/** A clock with timers. */
export interface SimulatorClock {
  /** The simulator's time in milliseconds since 1970. */
  now(): number;
  /** Calls `callback` once after `ms` milliseconds of the simulator's time. Returns a handle for `clearTimeout`. */
  setTimeout(callback: () => void, ms: number): unknown;
  /** Cancels a timer. */
  clearTimeout(handle: unknown): void;
}

/** A Daraja of your own. Made by {@link createSimulator}. */
export interface Simulator {
  /** Answers requests to any host as Daraja would. Give it to a client as its `fetch`. */
  fetch(input: Request | string | URL, init?: RequestInit): Promise<Response>;
  /** The simulator's time in milliseconds since 1970. */
  now(): number;
  /**
   * The simulator's clock with timers, for the option `clock` of a client that has this simulator's `fetch`. While somebody
   * waits on the virtual clock, time goes on by itself: to the next timer or job, as soon as no request is being answered and
   * nobody does anything. So `stk.wait` ends in milliseconds. Only use it for waiting: an endpoint for callbacks must not
   * itself wait on it, and a limit on work outside this process would end at once.
   *
   * @example
   * const mpesa = new Mpesa({ environment: "sandbox", fetch: daraja.fetch, clock: daraja.clock, ...daraja.credentials });
   * daraja.customer("0712 345 678").enterPin();
   * const { outcome } = await mpesa.stk.wait(await mpesa.stk.push(params));
   */
  readonly clock: SimulatorClock;
  /**
   * Lets time pass, and what is due in it happen: prompts, timeouts, callbacks. Virtual clock only. It ends when your
   * endpoint has answered, so an endpoint must not itself wait for it, nor for `settled`. Rejects with an Error as
   * `settled` does, and with a TypeError on a real clock and for a time that is negative or passes the year 9999.
   *
   * @param ms milliseconds
   */
  advance(ms: number): Promise<void>;
  /**
   * Lets everything happen that is going to, unanswered prompts timing out included. On a real clock it waits for that.
   *
   * Rejects with an Error when your endpoint gave no response to a callback: it threw an error (the `cause`), could not
   * be reached, did not answer within `deliveryTimeoutMs` (a validation: `validationDeadlineMs`), or its host is not in
   * `allowedCallbackHosts`. Everything has happened all the same by then. Each such delivery is reported once, by
   * `advance` or `settled`, whichever comes first; `replay` reports its own delivery only. A response with any status
   * counts as a response. A test that wants a callback to get lost asks for it: `next("stk", { callback: "lost" })`.
   *
   * @example
   * daraja.customer("0712 345 678").enterPin();
   * await daraja.settled();
   */
  settled(): Promise<void>;
  /** The person with this number, in any usual way of writing. @throws TypeError when it is no Kenyan mobile number */
  customer(phone: string): Customer;
  /**
   * What the next request (or the next few) meets instead of the ordinary.
   *
   * @example
   * simulator.next("stk", { resultCode: "1032" });
   * simulator.next("b2c", { fault: "dropAnswer" });
   * @throws TypeError for an unknown target or field, a scenario that can have no effect for the target, and a code that
   * neither the spec knows nor looks like one
   */
  next(target: ScenarioTarget, scenario: Scenario, times?: number): void;
  /** The same for every request, until the function that it gives is called. */
  always(target: ScenarioTarget, scenario: Scenario): () => void;
  /** Takes off all scenarios. */
  clearScenarios(): void;
  /**
   * Posts a callback again. Rejects with a TypeError for an unknown ID, and with an Error if your endpoint gave no
   * response to this delivery. Earlier deliveries that got no response do not make `replay` reject; `advance` or
   * `settled` reports them.
   */
  replay(callbackId: string): Promise<void>;
  /** Keys, short code and passkey that work here; named as the SDK's options. */
  readonly credentials: SimulatorCredentials;
  /** PEM of the key to encrypt initiator passwords with. */
  readonly publicKey: string;
  /** Every request so far, oldest first, with secrets blanked. Like the other lists a copy: it stays as it is. */
  readonly requests: readonly RequestRecord[];
  /** Every callback so far with what your endpoint answered, oldest first, with secrets blanked. */
  readonly callbacks: readonly CallbackRecord[];
  /** Every SMS so far. */
  readonly messages: readonly MessageRecord[];
  /** Every job of the simulator that threw, oldest first. Empty unless the simulator has a bug or its state file was edited. */
  readonly failures: readonly FailureRecord[];
  readonly ledger: LedgerView;
  /**
   * Calls a listener after every step with the records that changed, secrets blanked. All listeners get the same copies,
   * so do not change them. Errors that a listener throws are printed and ignored.
   */
  subscribe(listener: (changes: readonly Change[]) => void): () => void;
  /** Stops timers and closes the state file. */
  close(): void;
}

/**
 * Makes a Daraja that keeps state: customers, organisations, money, time. Without options it stands in for the
 * sandbox, on a clock that you move.
 *
 * @example
 * const daraja = createSimulator();
 * const mpesa = new Mpesa({ environment: "sandbox", fetch: daraja.fetch, clock: daraja.clock, ...daraja.credentials });
 * @throws TypeError for options that make no sense
 */
export function createSimulator(options: SimulatorOptions = {}): Simulator {
  return createParts(options).simulator;
}

/** The simulator and its inside, for the server. */
export interface SimulatorParts {
  readonly simulator: Simulator;
  readonly engine: Engine;
  readonly exchange: (request: Request) => Promise<Exchange>;
}

export function createParts(options: SimulatorOptions): SimulatorParts {
  const settings = settle(options);
  const engine = new Engine(settings, options.state);
  seedParties(engine);
  engine.commit();
  const runner = new Runner(engine, jobs);
  const handle = async (request: Request): Promise<Exchange> =>
    exchange(engine, runner, {
      method: request.method,
      url: new URL(request.url),
      authorization: request.headers.get("authorization"),
      contentType: request.headers.get("content-type"),
      text: request.body === null ? "" : await request.text(),
    });
  const queue = (target: string, scenario: Scenario, times: number | null): string => {
    checkScenario(target, scenario);
    const id = engine.scenarios.add(target, scenario, times);
    engine.commit();
    return id;
  };
  const { store } = engine;
  // All listeners see the same copy: callbacks are large, and the page adds a listener for each of its windows.
  let last: { readonly changes: readonly Change[]; readonly copy: readonly Change[] } | undefined;
  const shown = (changes: readonly Change[]): readonly Change[] => {
    if (last?.changes !== changes) last = { changes, copy: publicChanges(changes) };
    return last.copy;
  };
  const simulator: Simulator = {
    async fetch(input, init) {
      const request = new Request(input, init);
      const { signal } = request;
      signal.throwIfAborted();
      return toResponse(await runner.timers.during(handle(request)), signal);
    },
    now: () => engine.now(),
    clock: {
      now: () => engine.now(),
      setTimeout: (callback, ms) => runner.setTimeout(callback, ms),
      clearTimeout: (handle) => runner.clearTimeout(handle),
    },
    advance: (ms) => runner.advance(ms),
    settled: () => runner.settled(),
    customer: (phone) => customerHandle(engine, runner, phone),
    next(target, scenario, times = 1) {
      check(times, "times", whole(1));
      queue(target, scenario, times);
    },
    always(target, scenario) {
      const id = queue(target, scenario, null);
      return () => {
        engine.scenarios.remove(id);
        engine.commit();
      };
    },
    clearScenarios() {
      engine.scenarios.clear();
      engine.commit();
    },
    async replay(callbackId) {
      check(callbackId, "callbackId", text("the id of a callback as a text"));
      const callback = store.callbacks.get(callbackId);
      if (!callback) throw new TypeError(`there is no callback ${callbackId}; use the id of one of callbacks`);
      await runner.track(replay(engine, callback));
    },
    credentials: credentialsOf(settings),
    publicKey: publicKeyPem,
    get requests() {
      return [...store.requests.values()].map((record) => ({ ...record }));
    },
    get callbacks() {
      return [...store.callbacks.values()].map(publicCallback);
    },
    get messages() {
      return [...store.messages.values()].map((record) => ({ ...record }));
    },
    get failures() {
      return [...store.failures.values()].map((record) => ({ ...record }));
    },
    ledger: ledgerView(engine),
    subscribe(listener) {
      check(listener, "listener", callable);
      return store.onChange((changes) => listener(shown(changes)));
    },
    close() {
      runner.close();
      store.close();
    },
  };
  return { simulator, engine, exchange: handle };
}

/** What a caller of `fetch` sees: an answer, an error like the platform's own, or nothing until it gives up. */
async function toResponse(exchanged: Exchange, signal: AbortSignal): Promise<Response> {
  if (!("cut" in exchanged)) return responseOf(exchanged);
  if (exchanged.cut === "stall") {
    return new Promise((_, reject) => {
      const give = (): void => reject(signal.reason);
      if (signal.aborted) give();
      else signal.addEventListener("abort", give, { once: true });
    });
  }
  const code = exchanged.cut === "refuse" ? "ECONNREFUSED" : "ECONNRESET";
  throw new TypeError("fetch failed", { cause: Object.assign(new Error(`simulated: ${code}`), { code }) });
}

/** An answer as the wire has it. */
export function responseOf({ status, body }: { status: number; body?: unknown }): Response {
  if (body === undefined) return new Response(null, { status });
  if (typeof body === "string") return new Response(body, { status, headers: { "Content-Type": "text/html" } });
  return new Response(JSON.stringify(body), { status, headers: { "Content-Type": "application/json" } });
}
