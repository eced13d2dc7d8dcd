import { nameOf } from "../../errors.ts";
import type { Claim, ClaimState, Inbox, PendingDelivery } from "../inbox/inbox.ts";
import { isResultKind } from "../kinds.ts";
import { parse } from "../parse.ts";
import type { CallbackKind } from "../types.ts";
import { keyOf, masked, SETTLED, settledBy } from "./key.ts";
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
  /** Claims one delivery and works on it, or leaves that to `later`. `unclaimed` if it is nowhere: neither stored nor run. */
  start(
    received: ReceivedCallback,
    context: Context | undefined,
    later?: (work: Promise<unknown>) => void,
  ): Promise<"done" | "failed" | "unclaimed">;
  /** Takes what the inbox has pending, one after the other. */
  redeliver(limit: number): Promise<RedeliveryReport>;
}

export function deliveryFor<Context>(options: CallbackHandlerOptions<Context>): Delivery<Context> {
  const { inbox, on, onEvent, onFailed, onNotice, initiatorGuard } = options;

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

  /** Whether the function succeeded. The claim is completed or failed accordingly. */
  const run = async (
    event: CallbackEvent,
    received: ReceivedCallback,
    { token, ...extras }: Extras<Context> & { token?: string | undefined },
  ): Promise<boolean> => {
    const { key } = extras;
    const deliver = (): unknown => {
      const take = (on?.[event.kind] ?? onEvent) as AnyFunction<Context> | undefined;
      if (!take) throw new Error(`no function takes ${event.kind} callbacks`);
      return take(event, contextOf(received, extras));
    };
    const done = await attempt("function", received, deliver, key);
    const mark = async (): Promise<void> => {
      if (!inbox || !key || !token) return;
      const isMine = await (done ? inbox.complete(key, token, settledBy(key)) : inbox.fail(key, token));
      if (!isMine) throw new StaleClaim();
    };
    await attempt("mark", received, mark, key);
    return done;
  };

  /** Works on one entry of the inbox. What it is counted as, if at all. */
  const again = async (inbox: Inbox, entry: PendingDelivery): Promise<keyof RedeliveryReport | undefined> => {
    const claim = checkedClaim(await inbox.claim(entry.key, entry.payload));
    if (claim.state !== "new") return "skipped";
    let { token } = claim;
    if (entry.payload === SETTLED) {
      await inbox.complete(entry.key, token);
      return undefined;
    }
    try {
      const received = JSON.parse(entry.payload) as ReceivedCallback;
      const event = eventOf(received);
      const key = await keyOf(event, received);
      if (key !== entry.key) {
        // An older version made its key. From here on it has the key that a repeated callback would have.
        const moved = checkedClaim(await inbox.claim(key, entry.payload));
        await inbox.complete(entry.key, token);
        if (moved.state !== "new") return "skipped";
        token = moved.token;
      }
      return (await run(event, received, { key, token, redelivered: true })) ? "delivered" : "failed";
    } catch (error) {
      // An entry that this handler did not write must not hold up those behind it.
      notify({ type: "failed", stage: "claim", key: masked(entry.key), error: nameOf(error) });
      await inbox.fail(entry.key, token);
      return "failed";
    }
  };

  /** Shows the guard a result, also one at the URL of another product; what arrives at other URLs is no result. */
  const watch = async (event: CallbackEvent, kind: CallbackKind): Promise<void> => {
    if (kind !== "timeout" && !isResultKind(kind)) return;
    try {
      await initiatorGuard?.observe(event.kind === "unrecognised" ? parse(event.raw) : event);
    } catch (error) {
      notify({ type: "failed", stage: "guard", kind, error: nameOf(error) });
    }
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
    ): Promise<"done" | "failed" | "unclaimed"> {
      const event = eventOf(received);
      // The event's raw value lacks what must not be kept.
      const kept = { ...received, payload: event.raw };
      const mine: { key?: string; state?: ClaimState; token?: string } = {};
      const take = async (): Promise<void> => {
        if (!inbox) return;
        mine.key = await keyOf(event, kept);
        Object.assign(mine, checkedClaim(await inbox.claim(mine.key, JSON.stringify(kept))));
      };
      // Delivering what could not be claimed might deliver it twice.
      const isClaimed = await attempt("claim", kept, take);
      // After the claim: a guard that fails or is slow must not keep a callback from being stored.
      const watched = watch(event, kept.kind);
      if (!isClaimed) {
        await watched;
        return "unclaimed";
      }
      const { key, state, token } = mine;
      if (key && state && state !== "new") {
        notify({ type: "duplicate", kind: kept.kind, key: masked(key), state });
        await watched;
        return "done";
      }
      const work = async () => {
        const done = await run(event, kept, { context, key, token });
        await watched;
        return done ? "done" : "failed";
      };
      if (!later) return work();
      // In a task of its own, since work that does not pause would hold the answer back.
      later(new Promise((resolve) => setTimeout(resolve)).then(work));
      return "done";
    },
    async redeliver(limit: number): Promise<RedeliveryReport> {
      const report = { delivered: 0, failed: 0, skipped: 0 };
      if (!inbox) return report;
      for (const entry of await inbox.pending(limit)) {
        const counted = await again(inbox, entry);
        if (counted) report[counted] += 1;
      }
      return report;
    },
  };
}

/** The claim, if it is one. @throws TypeError if not: to go on would deliver twice, or acknowledge what nobody has. */
function checkedClaim(claim: Claim): Claim {
  const { state, token } = (claim ?? {}) as { state?: unknown; token?: unknown };
  if (state === "duplicate" || state === "busy" || (state === "new" && token && typeof token === "string"))
    return claim;
  throw new TypeError(
    'inbox.claim must resolve to { state: "new", token }, { state: "duplicate" } or { state: "busy" }',
  );
}

/** The lease has run out and someone else has the delivery, or a later callback has settled it. */
class StaleClaim extends Error {
  override readonly name = "StaleClaim";
}
