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
  /** Claims one delivery and works on it, or leaves that to `later`. False if it failed. */
  start(
    received: ReceivedCallback,
    context: Context | undefined,
    later?: (work: Promise<unknown>) => void,
  ): Promise<boolean>;
  /** Takes what the inbox has pending, one after the other. */
  redeliver(limit: number): Promise<RedeliveryReport>;
}

export function deliveryFor<Context>(options: CallbackHandlerOptions<Context>): Delivery<Context> {
  const { inbox, on, onEvent, onFailed, onNotice } = options;

  const notify = (notice: CallbackNotice): void => {
    // In a promise, so that an observer's mistake is not the payment's.
    (async () => onNotice?.(notice))().catch(() => undefined);
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
    const mark = async (): Promise<void> => {
      if (!key) return;
      await inbox?.[done ? "complete" : "fail"](key);
      // Money that came is not taken back by a failure that comes later: that one is a duplicate.
      const failure = key.replace(SUCCESS, "");
      if (done && failure !== key && (await inbox?.claim(failure, SETTLED)) === "new") await inbox?.complete(failure);
    };
    await attempt("mark", received, mark, key);
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
      later?: (work: Promise<unknown>) => void,
    ): Promise<boolean> {
      const event = eventOf(received);
      // The event's raw value lacks what must not be kept.
      const kept = { ...received, payload: event.raw };
      const key = inbox && (await keyOf(event, kept));
      let state: ClaimState = "new";
      const claim = async (): Promise<void> => {
        if (key) state = (await inbox?.claim(key, JSON.stringify(kept))) ?? "busy";
      };
      // Delivering what could not be claimed might deliver it twice.
      if (!(await attempt("claim", kept, claim))) return false;
      if (key && state !== "new") {
        notify({ type: "duplicate", kind: kept.kind, key: masked(key), state });
        return true;
      }
      const work = (): Promise<boolean> => run(event, kept, { context, key });
      if (!later) return work();
      // In a task of its own, since work that does not pause would hold the answer back.
      later(new Promise((resolve) => setTimeout(resolve)).then(work));
      return true;
    },
    async redeliver(limit: number): Promise<RedeliveryReport> {
      const report = { delivered: 0, failed: 0, skipped: 0 };
      for (const { key, payload } of (await inbox?.pending(limit)) ?? []) {
        const isMine = (await inbox?.claim(key, payload)) === "new";
        if (isMine && payload === SETTLED) {
          await inbox?.complete(key);
          continue;
        }
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

/** At the end of a success' key. The key without it is the failure's. */
const SUCCESS = /:success$/;
/** The payload of a key that was claimed only to be completed. */
const SETTLED = '"settled"';

/**
 * The product's own id of the transaction, or a hash of everything where it has none. What may follow each other for one
 * id has keys apart: a failure, a success, and every code that says neither.
 */
async function keyOf(event: CallbackEvent, { receivedAt: _, ...content }: ReceivedCallback): Promise<string> {
  const ids = event as unknown as Readonly<Record<string, unknown>>;
  const id =
    event.kind === "c2bConfirmation"
      ? event.transactionId
      : (ids["checkoutRequestId"] ?? ids["requestId"] ?? ids["conversationId"] ?? ids["originatorConversationId"]);
  const prefix = [event.kind, content.product].filter(Boolean).join(":");
  const outcome = ids["queryOutcome"] ?? ids["outcome"];
  const isOpen = event.kind !== "timeout" && /pending|unknown/.test(`${outcome}`);
  const { resultCode } = ids;
  const name = `${id}${outcome === "success" ? ":success" : isOpen ? `:code:${resultCode}` : ""}`;
  // An id of another shape could mean something to a store.
  if (id && (resultCode || !isOpen) && /^[!-~]{1,200}$/.test(name)) return `${prefix}:${name}`;
  return `${prefix}:${await sha256Hex(JSON.stringify(content))}`;
}

/** A CheckoutRequestID ends in the payer's number. */
function masked(key: string): string {
  return key.replace(/\d{6}(?=\d\d(:|$))/, "******");
}

/** The message could hold anything; the name is the developer's. */
export function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : typeof error;
}
