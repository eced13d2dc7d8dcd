/**
 * Rejections within ten minutes count together, and a credential is then withheld for ten minutes. A production
 * integrator uses the same limits.
 */
const WINDOW_MS = 600_000;
/**
 * Number of rejections after which a credential is withheld. The number after which M-Pesa locks the initiator is
 * unknown.
 */
const MAX_REJECTIONS = 2;
/**
 * Milliseconds for which a request is remembered: one day. A later result counts as the result of an unknown request.
 */
export const REQUEST_LIFE_MS = 86_400_000;
/**
 * Maximum numbers of rejections to keep. Two are enough to withhold a credential, so the other rejections of a batch
 * are dropped.
 */
const MAX_KEPT = { ofCredential: 5, ofInitiator: 100 } as const;

/** One rejection of a credential. */
export interface Rejection {
  /** The fingerprint of the credential. */
  readonly credential: string;
  /** M-Pesa's ID of the request, which is the same in every copy of the callback. */
  readonly id: string;
  /** The code of the rejection. */
  readonly code: string;
  /** The moment at which the request was signed, in milliseconds since 1970. */
  readonly sentAt: number;
  /** The moment at which the rejection arrived, in milliseconds since 1970. */
  readonly at: number;
}

/**
 * State of one initiator. Two states merge without loss, in any order: rejections are only added, and `resetAt` and
 * `provenAt` only grow. Therefore processes may overwrite each other's state in the store and merge afterwards.
 */
export interface InitiatorState {
  readonly rejections: readonly Rejection[];
  /** Rejections of requests that were signed up to this time do not count, because the caller called `reset`. */
  readonly resetAt: number;
  /**
   * Per credential, the time at which a successful request was signed. Rejections of requests signed up to this time do
   * not count.
   */
  readonly provenAt: Readonly<Record<string, number>>;
}

export const EMPTY_STATE: InitiatorState = { rejections: [], resetAt: 0, provenAt: {} };

/** Merges two states into one state with a fixed order, and drops rejections and times that no longer count. */
export function mergeStates(one: InitiatorState, other: InitiatorState, now: number): InitiatorState {
  const isRecent = (at: number): boolean => at > now - REQUEST_LIFE_MS;
  const proven = new Map<string, number>();
  for (const [credential, at] of [...Object.entries(one.provenAt), ...Object.entries(other.provenAt)]) {
    if (isRecent(at)) proven.set(credential, Math.max(at, proven.get(credential) ?? 0));
  }
  const provenAt = Object.fromEntries([...proven].sort(([a], [b]) => (a < b ? -1 : 1)));
  const resetAt = [one.resetAt, other.resetAt].filter(isRecent).reduce((a, b) => Math.max(a, b), 0);
  const byRequest = new Map<string, Rejection>();
  for (const rejection of [...one.rejections, ...other.rejections]) {
    const { credential, id, sentAt, at } = rejection;
    const isForgiven = sentAt <= Math.max(resetAt, proven.get(credential) ?? 0);
    const key = `${credential} ${id}`;
    // The earliest arrival counts, so that a process whose clock is ahead cannot prolong the hold.
    if (!isForgiven && at > now - 2 * WINDOW_MS && at <= (byRequest.get(key)?.at ?? at)) byRequest.set(key, rejection);
  }
  const sorted = [...byRequest.values()].sort((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1));
  const isAmongNewest = ({ credential }: Rejection, index: number): boolean =>
    sorted.slice(index + 1).filter((later) => later.credential === credential).length < MAX_KEPT.ofCredential;
  const rejections = sorted.filter(isAmongNewest).slice(-MAX_KEPT.ofInitiator);
  return { rejections, resetAt, provenAt };
}

/** Returns whether two states are equal. Both must come from {@link mergeStates}. */
export function isSameState(one: InitiatorState, other: InitiatorState): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** Reason and end of the time for which a credential is withheld. */
export interface Hold {
  /** The code of the last rejection. */
  readonly code: string;
  /** End of the hold, in milliseconds since 1970. */
  readonly until: number;
}

/**
 * Returns the hold of a credential, or `undefined` if the credential may sign: two rejections within ten minutes start
 * a hold.
 */
export function holdOf({ rejections }: InitiatorState, credential: string, now: number): Hold | undefined {
  const newest = rejections.filter((rejection) => rejection.credential === credential).slice(-MAX_REJECTIONS);
  const [first, last] = [newest[0], newest.at(-1)];
  if (newest.length < MAX_REJECTIONS || !first || !last || last.at - first.at >= WINDOW_MS) return undefined;
  // The clock of the process that counted the rejection may be ahead.
  const until = Math.min(last.at, now) + WINDOW_MS;
  return now < until ? { code: last.code, until } : undefined;
}

/**
 * Reads a state from a stored value. Returns an empty state for any other value, because other programs may write to
 * the store.
 */
export function toState(value: unknown): InitiatorState {
  const { rejections, resetAt, provenAt } = (value ?? {}) as Partial<Record<keyof InitiatorState, unknown>>;
  const isRejection = (value: unknown): boolean => {
    const { credential, id, code, sentAt, at } = (value ?? {}) as Partial<Record<keyof Rejection, unknown>>;
    return [credential, id, code].every((part) => typeof part === "string") && [sentAt, at].every(Number.isFinite);
  };
  const times = typeof provenAt === "object" && provenAt !== null ? Object.values(provenAt) : [Number.NaN];
  const isState =
    Array.isArray(rejections) && rejections.every(isRejection) && [resetAt, ...times].every(Number.isFinite);
  return isState ? (value as InitiatorState) : EMPTY_STATE;
}

/** Maximum number of IDs in memory. Each request has two or three IDs. */
const MAX_IDS = 20_000;

/** The initiator and the credential that signed a request. */
export interface Signer {
  /** The initiator's name. */
  readonly name: string;
  /** The fingerprint of the credential. */
  readonly credential: string;
}

/** Facts about a signed request, stored under each of its IDs. */
export interface SignedRequest {
  /** Absent while only the result of the request has arrived, because a result does not name its initiator. */
  readonly signer?: Signer;
  /** The moment at which the request was signed, in milliseconds since 1970. */
  readonly sentAt: number;
  /** The code with which M-Pesa rejected the credential. Kept so that a copy of the callback is not counted again. */
  readonly rejected?: string;
}

/** The signed requests of the last day by their IDs. The oldest entries are removed when the memory is full. */
export class RequestMemory {
  readonly #byId = new Map<string, SignedRequest>();

  get(id: string): SignedRequest | undefined {
    return this.#byId.get(id);
  }

  set(id: string, request: SignedRequest): void {
    this.#byId.delete(id);
    this.#byId.set(id, request);
    for (const [oldest, { sentAt }] of this.#byId) {
      if (this.#byId.size <= MAX_IDS && sentAt > request.sentAt - REQUEST_LIFE_MS) break;
      this.#byId.delete(oldest);
    }
  }
}

/**
 * Reads a request from a stored value. Returns `undefined` for any other value, because other programs may write to the
 * store.
 */
export function toRequest(value: unknown): SignedRequest | undefined {
  const { signer, sentAt, rejected } = (value ?? {}) as Partial<Record<keyof SignedRequest, unknown>>;
  const { name, credential } = (signer ?? {}) as Partial<Record<keyof Signer, unknown>>;
  const isSigner = signer === undefined || (typeof name === "string" && typeof credential === "string");
  const isRejected = rejected === undefined || typeof rejected === "string";
  return Number.isFinite(sentAt) && isSigner && isRejected ? (value as SignedRequest) : undefined;
}
