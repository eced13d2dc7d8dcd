import { sha256Hex } from "../../values/sha256.ts";
import type { ClaimState } from "../inbox/inbox.ts";
import { parse } from "../parse.ts";
import type { CallbackNotice, FailureStage } from "./notices.ts";
import type {
  CallbackContext,
  CallbackEvent,
  CallbackHandlerOptions,
  ReceivedCallback,
  RedeliveryReport,
} from "./options.ts";

type AnyFunction<Context> = (event: CallbackEvent, context: CallbackContext<Context>) => unknown;
type Extras<Context> = {
  context?: Context | undefined;
  key?: string | undefined;
  redelivered?: boolean;
  signal?: AbortSignal;
};

/** Brings callbacks to the user's functions, through the inbox if there is one. */
export interface Delivery<Context> {
  notify(notice: CallbackNotice): void;
  /** Whether the work succeeded. What fails is told, and handed to `onFailed` unless it is done all the same. */
  attempt(stage: FailureStage, received: ReceivedCallback, work: () => unknown, key?: string): Promise<boolean>;
  eventOf(received: ReceivedCallback): CallbackEvent;
  contextOf(received: ReceivedCallback, extras: Extras<Context>): CallbackContext<Context>;
  /** Claims one delivery and begins it. When this resolves, an inbox holds it; `done` never rejects. */
  start(
    received: ReceivedCallback,
    context: Context | undefined,
  ): Promise<{ readonly done: Promise<boolean> | boolean }>;
  /** Takes what the inbox has pending, one after the other. */
  redeliver(limit: number): Promise<RedeliveryReport>;
}

export function deliveryFor<Context>(options: CallbackHandlerOptions<Context>): Delivery<Context> {
  const { inbox, on, onEvent, onFailed, onNotice } = options;

  const notify = (notice: CallbackNotice): void => {
    // In a promise, so that an observer's mistake is not the payment's.
    new Promise((resolve) => resolve(onNotice?.(notice))).catch(() => undefined);
  };

  const attempt: Delivery<Context>["attempt"] = async (stage, received, work, key) => {
    try {
      await work();
      return true;
    } catch (error) {
      const { kind, product } = received;
      notify({ type: "failed", stage, kind, product, key: key && masked(key), error: nameOf(error) });
      // What could not be marked as complete is done; it comes again from the inbox.
      if (stage !== "mark" && stage !== "onFailed")
        await attempt("onFailed", received, () => onFailed?.(received, error));
      return false;
    }
  };

  const eventOf = (received: ReceivedCallback): CallbackEvent => {
    const { kind, reference, payload } = received;
    const parsed = parse(payload, received);
    if (parsed.kind === "unrecognised") notify({ type: "unrecognised", kind });
    return { ...parsed, reference, route: kind };
  };

  const contextOf = ({ receivedAt }: ReceivedCallback, extras: Extras<Context>): CallbackContext<Context> =>
    ({ redelivered: false, receivedAt: new Date(receivedAt), ...extras }) as CallbackContext<Context>;

  const run = async (event: CallbackEvent, received: ReceivedCallback, extras: Extras<Context>): Promise<boolean> => {
    const { key } = extras;
    const deliver = (): unknown => {
      const take = (on?.[event.kind] ?? onEvent) as AnyFunction<Context> | undefined;
      if (!take) throw new Error(`no function takes ${event.kind} callbacks`);
      return take(event, contextOf(received, extras));
    };
    const done = await attempt("function", received, deliver, key);
    if (key) await attempt("mark", received, () => inbox?.[done ? "complete" : "fail"](key), key);
    return done;
  };

  return {
    notify,
    attempt,
    eventOf,
    contextOf,
    async start(
      received: ReceivedCallback,
      context: Context | undefined,
    ): Promise<{ done: Promise<boolean> | boolean }> {
      const event = eventOf(received);
      // The event's raw value lacks what must not be kept.
      const kept = { ...received, payload: event.raw };
      let key: string | undefined;
      let state: ClaimState | undefined = "new";
      const claim = async (): Promise<void> => {
        key = await keyOf(event, kept);
        state = await inbox?.claim(key, JSON.stringify(kept));
      };
      // Delivering what could not be claimed might deliver it twice.
      if (inbox && !(await attempt("claim", kept, claim))) return { done: false };
      if (state === "new") return { done: run(event, kept, { context, key }) };
      notify({ type: "duplicate", kind: kept.kind, key: masked(key ?? ""), state: state ?? "busy" });
      return { done: true };
    },
    async redeliver(limit: number): Promise<RedeliveryReport> {
      const report = { delivered: 0, failed: 0, skipped: 0 };
      for (const { key, payload } of (await inbox?.pending(limit)) ?? []) {
        const isMine = (await inbox?.claim(key, payload)) === "new";
        let done = false;
        try {
          const received = JSON.parse(payload) as ReceivedCallback;
          done = isMine && (await run(eventOf(received), received, { key, redelivered: true }));
        } catch (error) {
          // An entry that this handler did not write must not hold up those behind it.
          notify({ type: "failed", stage: "claim", key: masked(key), error: nameOf(error) });
          if (isMine) await inbox?.fail(key);
        }
        report[done ? "delivered" : isMine ? "failed" : "skipped"] += 1;
      }
      return report;
    },
  };
}

/** The product's own id of the transaction, or a hash of everything where it has none or is not over. */
async function keyOf(event: CallbackEvent, { receivedAt: _, ...content }: ReceivedCallback): Promise<string> {
  const ids = event as unknown as Readonly<Record<string, unknown>>;
  const id =
    event.kind === "c2bConfirmation"
      ? event.transactionId
      : (ids["checkoutRequestId"] ?? ids["requestId"] ?? ids["conversationId"] ?? ids["originatorConversationId"]);
  const prefix = [event.kind, content.product].filter(Boolean).join(":");
  // "Still processing", or a code that nobody knows, must not make the end that comes later a duplicate.
  const isOver = event.kind === "timeout" || !/pending|unknown/.test(`${ids["queryOutcome"] ?? ids["outcome"]}`);
  // An id of another shape could mean something to a store.
  if (isOver && typeof id === "string" && /^[!-~]{1,200}$/.test(id)) return `${prefix}:${id}`;
  return `${prefix}:${await sha256Hex(JSON.stringify(content))}`;
}

/** A CheckoutRequestID ends in the payer's number. */
function masked(key: string): string {
  return key.replace(/\d{6}(?=\d\d$)/, "******");
}

/** The message could hold anything; the name is the developer's. */
export function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : typeof error;
}
