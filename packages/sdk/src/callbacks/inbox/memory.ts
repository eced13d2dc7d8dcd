import { type ClaimState, checkedInbox, type Inbox, type InboxOptions, type PendingDelivery } from "./inbox.ts";

export type { ClaimState, Inbox, InboxOptions, PendingDelivery } from "./inbox.ts";

/** How to set up a {@link memoryInbox}. */
export interface MemoryInboxOptions extends InboxOptions {
  /** Completed keys to remember; beyond it the oldest is forgotten. Open deliveries are never dropped. @default 100000 */
  readonly maxCompleted?: number;
}

interface Entry {
  readonly payload: string;
  attempts: number;
  availableAt: number;
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
  const completed = new Set<string>();
  return {
    async claim(key: string, payload: string): Promise<ClaimState> {
      if (completed.has(key)) return "duplicate";
      const entry = open.get(key) ?? { payload, attempts: 0, availableAt: Number.NEGATIVE_INFINITY };
      if (entry.availableAt > now()) return "busy";
      entry.attempts += 1;
      entry.availableAt = now() + leaseMs;
      open.set(key, entry);
      return "new";
    },
    async complete(key: string): Promise<void> {
      if (!open.delete(key)) return;
      completed.add(key);
      for (const oldest of completed) {
        if (completed.size <= maxCompleted) break;
        completed.delete(oldest);
      }
    },
    async fail(key: string): Promise<void> {
      const entry = open.get(key);
      if (entry) entry.availableAt = now();
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
