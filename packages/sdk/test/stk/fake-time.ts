import { type Clock, Mpesa, type MpesaEvent, type MpesaOptions } from "../../src/index.ts";
import { type Answer, daraja, gatewayFetch, json, NOW, options, type Sent } from "../products/harness.ts";

export const ID = "ws_CO_06102026095220417708374149";

/** When fake time begins. */
export const STARTED: number = NOW;

interface Timer {
  readonly at: number;
  readonly work: () => void;
}

/** Time that passes only when everybody waits for it, and then all at once. */
export class FakeTime implements Clock {
  ms = STARTED;
  readonly #timers = new Set<Timer>();

  /** How many timers are set. */
  get timers(): number {
    return this.#timers.size;
  }

  readonly now = (): number => this.ms;

  readonly setTimeout = (work: () => void, ms: number): Timer => {
    const timer = { at: this.ms + ms, work };
    this.#timers.add(timer);
    return timer;
  };

  readonly clearTimeout = (timer: unknown): void => void this.#timers.delete(timer as Timer);

  /** Resolves after that time, or with the signal's abort. */
  sleep(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const timer = this.setTimeout(resolve, ms);
      signal.addEventListener("abort", () => resolve(this.clearTimeout(timer)));
    });
  }

  /** Runs until `work` is done; fails when it waits for something that no time brings. */
  async until<T>(work: Promise<T>, limitMs = 3_600_000): Promise<T> {
    let done = false;
    const end = work.finally(() => {
      done = true;
    });
    end.catch(() => undefined);
    const limit = this.ms + limitMs;
    for (let idle = 0; ; ) {
      for (let turn = 0; turn < 40 && !done; turn++) await new Promise((resolve) => setImmediate(resolve));
      if (done) return end;
      let next: Timer | undefined;
      for (const one of this.#timers) if (!next || one.at < next.at) next = one;
      if (!next && idle++ < 100) {
        // A library may have set a timer of the platform's.
        await new Promise((resolve) => setTimeout(resolve));
        continue;
      }
      if (!next || next.at > limit) throw new Error("no timer is set, and it is not done");
      idle = 0;
      this.ms = next.at;
      this.#timers.delete(next);
      next.work();
    }
  }
}

/** A client in fake time, and when each query left, in milliseconds from the start. */
export function inFakeTime(answer: Answer, more: Partial<MpesaOptions> = {}) {
  const time = new FakeTime();
  const started = time.ms;
  const asked: number[] = [];
  const sent: Sent[] = [];
  const warnings: string[] = [];
  const messages: string[] = [];
  const fetch = gatewayFetch(sent, (one, nth) => {
    if (one.operation.id === "stkQuery") asked.push(time.ms - started);
    return answer(one, nth);
  });
  const onEvent = (event: MpesaEvent): void => {
    if (event.type !== "warning") return;
    warnings.push(event.code);
    messages.push(event.message);
  };
  const mpesa = new Mpesa({ ...options, maxRetries: 2, clock: time, fetch, onEvent, ...more });
  return { mpesa, stk: mpesa.stk, time, asked, sent, warnings, messages };
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
