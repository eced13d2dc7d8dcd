/** State of a delivery at the moment of a claim. */
export type ClaimState =
  /** The delivery is claimed for you: run it, then call `complete` or `fail`. */
  | "new"
  /** The delivery was completed before. */
  | "duplicate"
  /** Another worker has claimed the delivery and may still be running it. */
  | "busy";

/** Result of a claim. */
export type Claim =
  | {
      readonly state: "new";
      /** Proof of this claim, which `complete` and `fail` require. A non-empty string that no other claim has. */
      readonly token: string;
    }
  | { readonly state: "duplicate" | "busy" };

/** A delivery that was claimed, is not completed, and has no lease now. */
export interface PendingDelivery {
  /** The key of the delivery. */
  readonly key: string;
  /** The payload of the first `claim`, unchanged. */
  readonly payload: string;
  /** Number of claims so far. */
  readonly attempts: number;
}

/**
 * An inbox remembers deliveries of callbacks. Safaricom may post a callback several times, and your process may die
 * between the arrival of a callback and the end of your function. With an inbox, your function is completed once for
 * each delivery, and no delivery is lost. `memoryInbox` and `sqliteInbox` are inboxes; `inboxContract` tests your own
 * inbox on another store.
 *
 * A delivery is absent, claimed, pending or completed. A claim lasts for one lease; if the delivery is not completed by
 * then, the delivery is pending and can be claimed again.
 *
 * Each claim has its own token. When another worker claims the delivery, the older token becomes stale: with a stale
 * token, `complete` and `fail` change nothing and return `false`. Therefore a worker whose lease has ended cannot end
 * another worker's claim.
 *
 * A delivery that takes longer than its lease may run twice at the same time. A completed delivery never runs again.
 *
 * Keys are printable ASCII of at most 450 characters.
 */
export interface Inbox {
  /**
   * Claims a delivery for one lease. If the key is unknown, also stores the payload. Both happen in one atomic step,
   * which is durable before the promise resolves. Of any number of simultaneous claims, exactly one returns `new`. A
   * delivery that failed, or whose lease has ended, is `new` again with a new token, and keeps its first payload.
   */
  claim(key: string, payload: string): Promise<Claim>;
  /**
   * Completes a delivery permanently. The inbox may delete the payload, but must keep the key. The token is valid until
   * the next claim, even after the lease has ended. Completing twice with the same token returns `true` twice.
   *
   * @param alsoCompletes Keys of further deliveries that are completed in the same atomic step. Their state does not
   *   matter: each key may be unknown, or claimed by another worker, whose token becomes stale.
   * @returns Whether the token was valid. If `false`, nothing has changed.
   */
  complete(key: string, token: string, alsoCompletes?: readonly string[]): Promise<boolean>;
  /**
   * Ends a claim without success. The delivery is pending at once, and the token becomes invalid.
   *
   * @returns Whether the token was valid. If `false`, nothing has changed.
   */
  fail(key: string, token: string): Promise<boolean>;
  /** Returns at most `limit` pending deliveries, the longest waiting delivery first. Claims nothing. */
  pending(limit: number): Promise<readonly PendingDelivery[]>;
}

/** Options of `memoryInbox` and `sqliteInbox`. */
export interface InboxOptions {
  /**
   * Length of the lease of a claim in milliseconds, above 0. Must be longer than your slowest callback function takes.
   * @default 300000
   */
  readonly leaseMs?: number;
  /** The clock, in milliseconds since 1970. @default Date.now */
  readonly now?: () => number;
}

/**
 * Returns the options with their defaults, in whole milliseconds, because a store may accept only integers.
 *
 * @throws TypeError for an invalid `leaseMs`.
 */
export function checkInboxOptions({ leaseMs = 300_000, now = Date.now }: InboxOptions): Required<InboxOptions> {
  // With NaN, every claim would return "new".
  if (!(typeof leaseMs === "number" && leaseMs > 0 && Number.isFinite(leaseMs)))
    throw new TypeError("leaseMs must be a number of milliseconds above 0");
  // The clock is read at the first claim and not here, because a simulator's clock may not exist yet.
  const checkedNow = (): number => {
    const ms = Math.floor(now());
    if (!Number.isFinite(ms)) throw new TypeError("now must return milliseconds since 1970");
    return ms;
  };
  return { leaseMs: Math.ceil(leaseMs), now: checkedNow };
}
