import { type Claim, checkedInbox, type Inbox, type InboxOptions, type PendingDelivery } from "./inbox.ts";

export type { Claim, ClaimState, Inbox, InboxOptions, PendingDelivery } from "./inbox.ts";

/** How to set up a {@link memoryInbox}. */
export interface MemoryInboxOptions extends InboxOptions {
  /** Completed keys to remember; beyond it the oldest is forgotten. Open deliveries are never dropped. @default 100000 */
  readonly maxCompleted?: number;
}

interface Entry {
  readonly payload: string;
  attempts: number;
  availableAt: number;
  /** Of the last claim; absent once that has failed. */
  token?: string | undefined;
}

/**
 * An inbox in the memory of one process: stops duplicates, and forgets everything when the process ends. For tests, for
 * development, and where a lost delivery is found again by reconciling.
 *
 * @throws TypeError for wrong options.
 * @example
 * const handler = createCallbackHandler({ baseUrl, secrets, inbox: memoryInbox(), on });
 */
export function memoryInbox(options: MemoryInboxOptions = {}): Inbox {
  const { leaseMs, now } = checkedInbox(options);
  const { maxCompleted = 100_000 } = options;
  if (!(maxCompleted >= 0)) throw new TypeError("maxCompleted must be a number from 0");
  const open = new Map<string, Entry>();
  /** Completed keys, the oldest first, with the token that completed them. */
  const completed = new Map<string, string>();
  const settle = (key: string, token: string): void => {
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
      for (const settled of [key, ...alsoCompletes]) settle(settled, token);
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
