import { checkConfig, type MpesaOptions } from "../../src/config.ts";
import { Core } from "../../src/core.ts";
import type { MpesaEvent } from "../../src/events.ts";
import { createStk, createWaitTools, type Stk } from "../../src/stk/index.ts";
import { type Answer, daraja, gatewayFetch, json, options, type Sent } from "../products/harness.ts";

export const ID = "ws_CO_06102026095220417708374149";

interface Sleeper {
  readonly at: number;
  readonly wake: (slept: boolean) => void;
}

/** Time that passes only when everybody sleeps, and then all at once. */
export class FakeTime {
  now = 1_000_000;
  readonly #sleepers = new Set<Sleeper>();

  /** How many timers are set. */
  get sleeping(): number {
    return this.#sleepers.size;
  }

  readonly clock = (): number => this.now;

  readonly sleep = (ms: number, signal: AbortSignal): Promise<boolean> =>
    new Promise((resolve) => {
      if (signal.aborted) return resolve(false);
      const sleeper = { at: this.now + ms, wake: resolve };
      this.#sleepers.add(sleeper);
      signal.addEventListener("abort", () => {
        this.#sleepers.delete(sleeper);
        resolve(false);
      });
    });

  /** Runs until `work` is done; fails when it waits for something that no time brings. */
  async until<T>(work: Promise<T>, limitMs = 3_600_000): Promise<T> {
    let done = false;
    const end = work.finally(() => {
      done = true;
    });
    end.catch(() => undefined);
    const limit = this.now + limitMs;
    for (;;) {
      for (let turn = 0; turn < 40 && !done; turn++) await new Promise((resolve) => setImmediate(resolve));
      if (done) return end;
      let next: Sleeper | undefined;
      for (const one of this.#sleepers) if (!next || one.at < next.at) next = one;
      if (!next || next.at > limit) throw new Error("nobody sleeps, and it is not done");
      this.now = next.at;
      this.#sleepers.delete(next);
      next.wake(true);
    }
  }
}

/** The stk product in fake time, and when each query left, in milliseconds from the start. */
export function stkInFakeTime(answer: Answer, more: Partial<MpesaOptions> = {}) {
  const time = new FakeTime();
  const started = time.now;
  const asked: number[] = [];
  const sent: Sent[] = [];
  const warnings: string[] = [];
  const messages: string[] = [];
  const fetch = gatewayFetch(sent, (one, nth) => {
    asked.push(time.now - started);
    return answer(one, nth);
  });
  const onEvent = (event: MpesaEvent): void => {
    if (event.type !== "warning") return;
    warnings.push(event.code);
    messages.push(event.message);
  };
  const core = new Core(checkConfig({ ...options, maxRetries: 2, fetch, onEvent, ...more }));
  const stk: Stk = createStk(core, createWaitTools(core, time));
  return { stk, time, asked, sent, warnings, messages };
}

/** The answer to a query, for the prompt that it asks about; `more` replaces its ids. */
export const result =
  (ResultCode: string, ResultDesc = "…", more: Record<string, unknown> = {}): Answer =>
  ({ body: { CheckoutRequestID } }) =>
    json({
      ResponseCode: "0",
      ResponseDescription: "ok",
      MerchantRequestID: "22205-1",
      CheckoutRequestID,
      ResultCode,
      ResultDesc,
      ...more,
    });

/** The forms in which Daraja says "not yet", with and without status 200. */
export const pending: readonly { readonly form: string; readonly answer: Answer }[] = [
  { form: "4999", answer: result("4999", "The transaction is still under processing") },
  { form: "being processed", answer: daraja(500, "500.001.1001", "The transaction is being processed") },
  { form: "an empty message", answer: daraja(500, "500.001.1001", "") },
  { form: "an empty message with 200", answer: daraja(200, "500.001.1001", "") },
  { form: "does not exist", answer: daraja(500, "500.001.1001", "The transaction does not Exist") },
  {
    form: "a locked subscriber",
    answer: daraja(
      500,
      "500.001.1001",
      "Unable to lock subscriber, a transaction is already in process for the current subscriber",
    ),
  },
  { form: "an invalid id", answer: daraja(400, "400.002.02", "Bad Request - Invalid CheckoutRequestID") },
];
