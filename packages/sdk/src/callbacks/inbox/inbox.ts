/** State of a delivery at the moment of a claim. */
export type ClaimState =
  /** The delivery is yours: run it, then `complete` or `fail` it. */
  | "new"
  /** It was completed before. */
  | "duplicate"
  /** Someone else has claimed it and may still be at work. */
  | "busy";

/** Result of a claim. */
export type Claim =
  | {
      readonly state: "new";
      /** Proof of this one claim, which `complete` and `fail` require. Not empty, and never given out twice. */
      readonly token: string;
    }
  | { readonly state: "duplicate" | "busy" };

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
 * Each claim has a token of its own. Once someone else has claimed the entry, the older token is stale: it changes nothing,
 * and `complete` and `fail` return `false`, so that a worker whose lease ended cannot finish or free the other one's claim.
 *
 * A delivery that takes longer than the lease may run twice at the same time; one that was completed never runs again.
 *
 * Keys are printable ASCII of at most 450 characters.
 */
export interface Inbox {
  /**
   * Takes the delivery for the length of one lease and, if the key is unknown, stores the payload: in one atomic step, durable
   * before the promise resolves. Of any number of claims at the same time, one gets `new`. An entry that has failed, or whose
   * lease has run out, is `new` again, with a new token, and keeps its first payload.
   */
  claim(key: string, payload: string): Promise<Claim>;
  /**
   * Completes the delivery for good. The payload may be forgotten, the key not. The token counts until the next claim, also
   * after its lease, and completing twice with the same token is no error.
   *
   * @param alsoCompletes Keys that this delivery settles as well. In the same atomic step each of them is completed whatever
   *   its state, also if it is unknown or claimed by someone else, whose token becomes stale.
   * @returns Whether the token counted. If `false`, nothing has changed.
   */
  complete(key: string, token: string, alsoCompletes?: readonly string[]): Promise<boolean>;
  /**
   * Ends the claim without success: the entry is pending at once, and the token is spent.
   *
   * @returns Whether the token counted. If `false`, nothing has changed.
   */
  fail(key: string, token: string): Promise<boolean>;
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
