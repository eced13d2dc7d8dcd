/** What the inbox says to a claim. */
export type ClaimState =
  /** The delivery is yours: run it, then `complete` or `fail` it. */
  | "new"
  /** It was completed before. */
  | "duplicate"
  /** Someone else has claimed it and may still be at work. */
  | "busy";

/** A delivery that was claimed and not completed, and that nobody is working on. */
export interface PendingDelivery {
  readonly key: string;
  /** What was given to the first `claim`, unchanged. */
  readonly payload: string;
  /** How often it was claimed so far. */
  readonly attempts: number;
}

/**
 * Remembers deliveries, so that each is handed to your code once although it may arrive several times, and so that none is
 * lost when the process dies between its arrival and the end of your code. An entry is absent, claimed, or completed; a claim
 * holds for a lease, after which the entry is pending again. `memoryInbox` and `sqliteInbox` are ready made;
 * `inboxContract` tests your own on another store.
 *
 * A delivery that takes longer than the lease may run twice at the same time; one that was completed never runs again.
 */
export interface Inbox {
  /**
   * Takes the delivery for the length of one lease and, if the key is unknown, stores the payload: in one atomic step, durable
   * before the promise resolves. Of any number of claims at the same time, one gets `new`. An entry that has failed, or whose
   * lease has run out, is `new` again and keeps its first payload.
   */
  claim(key: string, payload: string): Promise<ClaimState>;
  /** The delivery is done, for good. The payload may be forgotten, the key not. An unknown key is no error. */
  complete(key: string): Promise<void>;
  /** Ends the claim without success: the entry is pending at once. Changes nothing that is completed or unknown. */
  fail(key: string): Promise<void>;
  /** Lists entries that are neither completed nor under a lease, the one that waits longest first. Claims nothing. */
  pending(limit: number): Promise<readonly PendingDelivery[]>;
}

/** Options that every ready-made inbox takes. */
export interface InboxOptions {
  /** Milliseconds that a claim holds, above 0. Longer than your slowest callback function. @default 300000 */
  readonly leaseMs?: number;
  /** The clock, in milliseconds since 1970. @default Date.now */
  readonly now?: () => number;
}

/** The options with their defaults, in whole milliseconds: stores may take nothing else. @throws TypeError when they are wrong. */
export function checkedInbox({ leaseMs = 300_000, now = Date.now }: InboxOptions): Required<InboxOptions> {
  // NaN would make every claim succeed.
  if (!(typeof leaseMs === "number" && leaseMs > 0 && Number.isFinite(leaseMs)))
    throw new TypeError("leaseMs must be a number of milliseconds above 0");
  // Asked only when it is needed: a simulator's clock may not exist yet.
  const checkedNow = (): number => {
    const ms = Math.floor(now());
    if (!Number.isFinite(ms)) throw new TypeError("now must give milliseconds since 1970");
    return ms;
  };
  return { leaseMs: Math.ceil(leaseMs), now: checkedNow };
}
