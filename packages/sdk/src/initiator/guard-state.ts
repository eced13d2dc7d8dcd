/** The span in which rejections are counted, and for which an initiator is then held back. A production integrator does the same. */
const WINDOW_MS = 600_000;
/** M-Pesa locks an initiator after an unknown number of rejections; two is what that integrator risks. */
const MAX_REJECTIONS = 2;
/** How long a request is remembered: a result that comes later belongs to an unknown request. */
export const REQUEST_LIFE_MS = 86_400_000;
/** Two rejections hold a credential back, so the thousand of a batch need not be kept. */
const MAX_KEPT = { ofCredential: 5, ofInitiator: 100 } as const;

/** One rejection of a credential. */
export interface Rejection {
  /** The fingerprint of the credential. */
  readonly credential: string;
  /** M-Pesa's ID of the request, which stays the same in each copy of a callback. */
  readonly id: string;
  readonly code: string;
  /** When the request was signed, in milliseconds since 1970. */
  readonly sentAt: number;
  /** When the rejection arrived, in milliseconds since 1970. */
  readonly at: number;
}

/**
 * What is known of one initiator. Two of these merge without loss, in any order: rejections are only added, and the times
 * up to which they are forgiven only grow. So processes may write over each other and put it right afterwards.
 */
export interface InitiatorState {
  readonly rejections: readonly Rejection[];
  /** Rejections of requests that were signed up to this time do not count: the caller said so. */
  readonly resetAt: number;
  /** The same for each credential, because a request signed at that time succeeded. */
  readonly provenAt: Readonly<Record<string, number>>;
}

export const EMPTY: InitiatorState = { rejections: [], resetAt: 0, provenAt: {} };

/** Everything that either side knows and that still matters, in a fixed order. */
export function merged(one: InitiatorState, other: InitiatorState, now: number): InitiatorState {
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
    // The first arrival counts; a process whose clock is ahead must not prolong it.
    if (!isForgiven && at > now - 2 * WINDOW_MS && at <= (byRequest.get(key)?.at ?? at)) byRequest.set(key, rejection);
  }
  const sorted = [...byRequest.values()].sort((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1));
  const isLast = ({ credential }: Rejection, index: number): boolean =>
    sorted.slice(index + 1).filter((later) => later.credential === credential).length < MAX_KEPT.ofCredential;
  const rejections = sorted.filter(isLast).slice(-MAX_KEPT.ofInitiator);
  return { rejections, resetAt, provenAt };
}

/** Whether both know the same. Both must come from {@link merged}. */
export function isSame(one: InitiatorState, other: InitiatorState): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** Why and until when a credential is held back. */
export interface Hold {
  /** The code of the last rejection. */
  readonly code: string;
  /** Milliseconds since 1970. */
  readonly until: number;
}

/** Whether the last rejections of a credential came so close together that it must rest. */
export function holdOf({ rejections }: InitiatorState, credential: string, now: number): Hold | undefined {
  const own = rejections.filter((one) => one.credential === credential).slice(-MAX_REJECTIONS);
  const [first, last] = [own[0], own.at(-1)];
  if (own.length < MAX_REJECTIONS || !first || !last || last.at - first.at >= WINDOW_MS) return undefined;
  // Another process' clock may be ahead.
  const until = Math.min(last.at, now) + WINDOW_MS;
  return now < until ? { code: last.code, until } : undefined;
}

/** Reads what a store gave. Other programs may have written there: what is not a state counts as an empty one. */
export function toState(value: unknown): InitiatorState {
  const { rejections, resetAt, provenAt } = (value ?? {}) as Partial<Record<keyof InitiatorState, unknown>>;
  const isRejection = (one: unknown): boolean => {
    const { credential, id, code, sentAt, at } = (one ?? {}) as Partial<Record<keyof Rejection, unknown>>;
    return [credential, id, code].every((part) => typeof part === "string") && [sentAt, at].every(Number.isFinite);
  };
  const times = typeof provenAt === "object" && provenAt !== null ? Object.values(provenAt) : [Number.NaN];
  const isState =
    Array.isArray(rejections) && rejections.every(isRejection) && [resetAt, ...times].every(Number.isFinite);
  return isState ? (value as InitiatorState) : EMPTY;
}
