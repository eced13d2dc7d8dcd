import { memoryInbox } from "../../src/callbacks/inbox/memory.ts";
import { type CallbackKind, createCallbackHandler } from "../../src/callbacks/index.ts";
import type { Clock, MpesaOptions } from "../../src/index.ts";
import {
  createInitiatorGuard,
  type InitiatorGuard,
  type InitiatorGuardStore,
  type StoredGuardRecord,
} from "../../src/index.ts";
import { BASE_URL, post, SECRET } from "../handler/setup.ts";
import { type Answer, connect, json, NOW } from "../products/harness.ts";

export const MINUTE = 60_000;

/** A clock that only a test moves. */
export class TestClock implements Clock {
  ms: number = NOW;
  readonly now = (): number => this.ms;
  readonly setTimeout = setTimeout;
  readonly clearTimeout = clearTimeout as Clock["clearTimeout"];
}

/** Acknowledges each signed request under new IDs, as M-Pesa does: an ID that the request carries stays. */
export function acknowledging(process = "a"): Answer {
  let nth = 0;
  return ({ operation, body }) => {
    nth += 1;
    const own = operation.retry === "safe" ? undefined : body["OriginatorConversationID"];
    return json({
      OriginatorConversationID: own ?? `12337-${process}-${nth}`,
      ConversationID: `AG_20261006_${process}_${nth}`,
      ResponseCode: "0",
      ResponseDescription: "Accept the service request successfully.",
    });
  };
}

/** A client and a signed handler with one guard between them. */
export function open({ answer = acknowledging(), guard, clock = new TestClock(), inbox = false, ...more }: Setup = {}) {
  const initiatorGuard = guard ?? createInitiatorGuard({ clock });
  const client = connect(answer, { clock, initiatorGuard, ...more });
  const handler = createCallbackHandler({
    baseUrl: BASE_URL,
    secrets: [SECRET],
    onEvent: () => undefined,
    initiatorGuard,
    ...(inbox && { inbox: memoryInbox() }),
  });
  /** Posts the result of a request to a signed URL. */
  const deliver = async (
    of: Ids,
    code: string | number,
    kind: Exclude<CallbackKind, "timeout"> = "b2c",
  ): Promise<void> => {
    await handler(post(await handler.url(kind), result(of, code)));
  };
  const held = (): string[] => client.warnings().filter((one) => one.startsWith("initiatorHeld"));
  return { ...client, clock, initiatorGuard, handler, deliver, held };
}

interface Setup extends Omit<Partial<MpesaOptions>, "clock"> {
  answer?: Answer;
  guard?: InitiatorGuard;
  clock?: TestClock;
  inbox?: boolean;
}

export type Ids = { readonly originatorConversationId: string; readonly conversationId?: string | undefined };

export function result({ originatorConversationId, conversationId }: Ids, code: string | number): unknown {
  return {
    Result: {
      ResultType: 0,
      ResultCode: code,
      ResultDesc: "As M-Pesa says",
      OriginatorConversationID: originatorConversationId,
      ConversationID: conversationId,
      TransactionID: "OAK0000000",
    },
  };
}

/** A store in memory, whose steps take as long as `pause` says. */
export function memoryStore(pause: () => Promise<void> = async () => undefined) {
  const records = new Map<string, StoredGuardRecord>();
  const store: InitiatorGuardStore = {
    get: async (key) => {
      await pause();
      return records.get(key);
    },
    set: async (key, record) => {
      await pause();
      records.set(key, record);
    },
  };
  return { store, records };
}
