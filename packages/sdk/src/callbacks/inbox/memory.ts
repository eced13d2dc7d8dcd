import { type Claim, checkInboxOptions, type Inbox, type InboxOptions, type PendingDelivery } from "./inbox.ts";

export type { Claim, ClaimState, Inbox, InboxOptions, PendingDelivery } from "./inbox.ts";

/** Options of {@link memoryInbox}. */
export interface MemoryInboxOptions extends InboxOptions {
  /**
   * Maximum number of completed keys to remember, at least 0. When there are more completed keys, the oldest key is
   * forgotten. Deliveries that are not completed are never forgotten. @default 100000
   */
  readonly maxCompleted?: number;
}

interface Entry {
  readonly payload: string;
  attempts: number;
  availableAt: number;
  /** The token of the last claim; absent after `fail`. */
  token?: string | undefined;
}

/**
 * Makes an inbox in the memory of one process. The inbox stops duplicates, but loses all deliveries when the process
 * ends. Use this inbox for tests, for development, or if `mpesa.reconcile` finds the payments whose callbacks were
 * lost.
 *
 * @throws TypeError for invalid options.
 * @example
 * const handler = createCallbackHandler({ baseUrl, secrets, inbox: memoryInbox(), on });
 */
export function memoryInbox(options: MemoryInboxOptions = {}): Inbox {
  const { leaseMs, now } = checkInboxOptions(options);
  const { maxCompleted = 100_000 } = options;
  if (!(maxCompleted >= 0)) throw new TypeError("maxCompleted must be a number of at least 0");
  const open = new Map<string, Entry>();
  /** Completed keys, each with the token that completed the key, the oldest key first. */
  const completed = new Map<string, string>();
  const markCompleted = (key: string, token: string): void => {
    open.delete(key);
    if (!completed.has(key)) completed.set(key, token);
  };
  return {
    async claim(key: string, payload: string): Promise<Claim> {
      if (completed.has(key)) return { state: "duplicate" };
      const entry = open.get(key) ?? { payload, attempts: 0, availableAt: Number.NEGATIVE_INFINITY };
      if (entry.availableAt > now()) return { state: "busy" };
      const token = crypto.randomUUID();
      Object.assign(entry, { attempts: entry.attempts + 1, availableAt: now() + leaseMs, token });
      open.set(key, entry);
      return { state: "new", token };
    },
    async complete(key: string, token: string, alsoCompletes: readonly string[] = []): Promise<boolean> {
      if (!token || (completed.get(key) ?? open.get(key)?.token) !== token) return false;
      for (const completedKey of [key, ...alsoCompletes]) markCompleted(completedKey, token);
      for (const oldest of completed.keys()) {
        if (completed.size <= maxCompleted) break;
        completed.delete(oldest);
      }
      return true;
    },
    async fail(key: string, token: string): Promise<boolean> {
      const entry = open.get(key);
      if (!token || entry?.token !== token) return false;
      Object.assign(entry, { availableAt: now(), token: undefined });
      return true;
    },
    async pending(limit: number): Promise<readonly PendingDelivery[]> {
      return [...open]
        .filter(([, entry]) => entry.availableAt <= now())
        .sort(([, a], [, b]) => a.availableAt - b.availableAt)
        .slice(0, limit)
        .map(([key, { payload, attempts }]) => ({ key, payload, attempts }));
    },
  };
}
