import { rejectionCode } from "../codes/credential.ts";
import { isZero } from "../codes/lookup.ts";
import { MpesaConfigError } from "../errors/config-error.ts";
import { shapeOf } from "../errors/issue.ts";
import { nameOf } from "../errors/name-of.ts";
import { type MpesaEventHandler, safeEmitter } from "../events.ts";
import { text } from "../transport/error-body.ts";
import { fingerprintOf } from "./fingerprint.ts";
import { RequestMemory, type SignedRequest, type Signer, toRequest } from "./guard-requests.ts";
import {
  EMPTY,
  type Hold,
  holdOf,
  type InitiatorState,
  isSame,
  merged,
  REQUEST_LIFE_MS,
  toState,
} from "./guard-state.ts";
import { type InitiatorGuardStore, SharedRecords } from "./guard-store.ts";
import type { InitiatorGuard, ObservedResult } from "./guard-types.ts";
import type { Initiator } from "./initiator.ts";

/** How to set up an initiator guard. */
export interface InitiatorGuardOptions {
  /** Shares the counts between processes. @default none: the guard counts what this process sees */
  store?: InitiatorGuardStore;
  /** Receives the guard's `warning` events. @default the `onEvent` of the first client that uses the guard */
  onEvent?: MpesaEventHandler;
  /** The clock, in milliseconds since 1970. @default Date.now */
  now?: () => number;
}

/**
 * Makes a guard to be shared by client and callback handler. After two rejections of a credential within ten minutes, the
 * clients that use the guard send no request that this credential signs: payouts, business payments, tax, balances, status
 * queries and reversals end with `MpesaAuthError` and nothing is sent. A `warning` event with the code `initiatorHeld` says so
 * once. Signing resumes with another password or credential at once, with the same one ten minutes after the last rejection,
 * after a success of a later request, or after `reset`.
 *
 * The guard counts rejections in responses, and in results of any product at the callback handler or in `reconcile`. A
 * result contains no name, so the guard remembers for a day which request had which ID. A rejection with an unknown ID counts against
 * the last credential of the only initiator that this guard has seen. If there were several or none, a `warning` event with
 * the code `rejectionUnattributed` reports it, and it counts when the response that names the ID arrives.
 *
 * Not protected: requests that were sent before their rejections arrive. A hundred payouts started together with a wrong
 * password are a hundred rejections; try a new credential with `account.balance` first. A credential that is encrypted anew
 * for each call looks like another one each time: encrypt it once, or pass the password. Processes that do not share a
 * `store` count apart.
 *
 * @throws MpesaConfigError for options that are not usable.
 * @example
 * const initiatorGuard = createInitiatorGuard();
 * const mpesa = new Mpesa({ ...options, initiatorGuard });
 * const handler = createCallbackHandler({ ...handlerOptions, initiatorGuard });
 */
export function createInitiatorGuard(options: InitiatorGuardOptions = {}): InitiatorGuard {
  const { store, onEvent, now } = options ?? {};
  const isFunction = (value: unknown): boolean => typeof value === "function";
  const demands: [field: string, value: unknown, ok: boolean, rule: string, fix: string][] = [
    [
      "store",
      store,
      isFunction(store?.get) && isFunction(store?.set),
      "must have the functions get and set",
      "See InitiatorGuardStore.",
    ],
    ["onEvent", onEvent, isFunction(onEvent), "must be a function", "Omit it for the client's onEvent."],
    ["now", now, isFunction(now), "must be a function", "Omit it for Date.now."],
  ];
  const issues = demands
    .filter(([, value, ok]) => value !== undefined && !ok)
    .map(([field, value, , rule, fix]) => ({ field, received: shapeOf(value), rule, fix }));
  if (issues.length > 0) throw new MpesaConfigError(issues);
  return new Guard(options ?? {});
}

/**
 * A store that only gets and sets may write over what another process has just written. So a state is read again after it
 * was written, and written again if something is missing: only a process that pauses for longer than all of these reads
 * between its own read and write can hide a rejection, until the process that counted it uses the store again.
 */
const ROUNDS = 8;
/** Beyond it there are no dates. */
const MAX_TIME = 8e15;
/** Callbacks whose codes mean something about a customer. */
const OF_CUSTOMERS: readonly unknown[] = ["stk", "ussd"];

/** The guard as a client sees it. */
export class Guard implements InitiatorGuard {
  readonly #records: SharedRecords | undefined;
  readonly #now: () => number;
  readonly #requests = new RequestMemory();
  readonly #states = new Map<string, InitiatorState>();
  readonly #fingerprints = new WeakMap<Initiator, { readonly of: string; readonly made: Promise<string> }>();
  readonly #announced = new Set<string>();
  #emit: MpesaEventHandler | undefined;
  /** The last signer, if all had the same name; null if not. */
  #only: Signer | null | undefined;
  #lastStamp = 0;

  constructor({ store, onEvent, now = Date.now }: InitiatorGuardOptions) {
    this.#records = store && new SharedRecords(store);
    this.#emit = onEvent && safeEmitter(onEvent);
    this.#now = now;
  }

  /** Gives the guard somewhere to report to, unless it has that. */
  listen(emit: MpesaEventHandler): void {
    this.#emit ??= emit;
  }

  /** Name and fingerprint; a password is hashed once. */
  async signer(initiator: Initiator, baseUrl: string): Promise<Signer> {
    const of = `${baseUrl} ${initiator.password ?? initiator.securityCredential}`;
    let known = this.#fingerprints.get(initiator);
    if (known?.of !== of) {
      known = { of, made: fingerprintOf(initiator, { baseUrl, leaves: this.#records !== undefined }) };
      this.#fingerprints.set(initiator, known);
    }
    return { name: initiator.name, credential: await known.made };
  }

  /** A time that no other request of this process has, so that requests have an order even on a clock that stands still. */
  stamp(): number {
    this.#lastStamp = Math.max(this.#time(), this.#lastStamp + 0.001);
    return this.#lastStamp;
  }

  /** Whether this credential must not be used now. */
  async hold(signer: Signer): Promise<Hold | undefined> {
    this.#only = this.#only === undefined || this.#only?.name === signer.name ? signer : null;
    const state = await this.#exchange(signer.name, 1);
    return this.#announce(signer, state);
  }

  /** Remembers whose request has this ID, which was made before sending. */
  begun(signer: Signer, id: string, sentAt: number): Promise<void> {
    return this.#keep(id, { signer, sentAt });
  }

  /** The same for IDs of a response; counts the rejection of the request if its result came first. */
  async answered(signer: Signer, ids: readonly string[], sentAt: number): Promise<void> {
    const one = async (id: string): Promise<void> => {
      const before = await this.#request(id);
      if (before?.signer && before.sentAt === sentAt) return;
      await this.#keep(id, { signer, sentAt });
      const { rejected } = before?.signer
        ? {}
        : ((await this.#stored(rejectionOf(id))) ?? this.#requests.get(id) ?? {});
      if (rejected !== undefined) await this.count(signer, { id, code: rejected, sentAt });
    };
    await Promise.all(ids.map(one));
  }

  /** Counts one rejection. */
  async count(signer: Signer, { id, code, sentAt }: { id: string; code: string; sentAt: number }): Promise<void> {
    const rejection = { credential: signer.credential, id, code, sentAt, at: this.#time() };
    // At once, so that calls of this process need not wait for the store.
    this.#announce(signer, this.#merge(signer.name, { ...EMPTY, rejections: [rejection] }));
    this.#announce(signer, await this.#exchange(signer.name, ROUNDS));
  }

  async observe(result: ObservedResult): Promise<void> {
    const { kind, resultCode, resultDescription, conversationId, originatorConversationId } = result ?? {};
    const given = text(resultCode);
    if (given === undefined || OF_CUSTOMERS.includes(kind)) return;
    const code = rejectionCode(given, text(resultDescription));
    if (code === undefined && !isZero(given)) return;
    const ids = [text(conversationId), text(originatorConversationId)].filter((id) => id !== undefined);
    const requests = await Promise.all(ids.map((id) => this.#request(id)));
    const request = requests.find((one) => one?.signer);
    if (code === undefined) {
      if (request?.signer) await this.#prove(request.signer, request.sentAt);
      return;
    }
    // The first of the IDs is the request's own; the second may have been used again.
    const [id = ""] = ids;
    if (requests[0]?.rejected !== undefined) return;
    const { signer = this.#only ?? undefined, sentAt = this.stamp() } = request ?? {};
    await this.#keep(id, { ...(signer && { signer }), sentAt, rejected: code });
    if (signer) return this.count(signer, { id, code, sentAt });
    const named = await this.#stored(id);
    if (named?.signer) return this.count(named.signer, { id, code, sentAt: named.sentAt });
    const what = `M-Pesa rejected the credential of an initiator (${code}) in the result of a request that this guard does not know.`;
    this.#warn(
      "rejectionUnattributed",
      `${what} Pass the same guard, or guards with one store, to every client and handler.`,
    );
  }

  async reset(name: string): Promise<void> {
    this.#merge(name, { ...EMPTY, resetAt: this.stamp() });
    await this.#exchange(name, ROUNDS);
  }

  /** A success shows that the credential was right when its request was signed. */
  async #prove(signer: Signer, sentAt: number): Promise<void> {
    const { rejections } = await this.#exchange(signer.name, 1);
    if (!rejections.some((one) => one.credential === signer.credential && one.sentAt <= sentAt)) return;
    this.#merge(signer.name, { ...EMPTY, provenAt: { [signer.credential]: sentAt } });
    this.#announce(signer, await this.#exchange(signer.name, 1));
  }

  async #request(id: string): Promise<SignedRequest | undefined> {
    const known = this.#requests.get(id);
    if (known) return known;
    const [rejection, request] = await Promise.all([this.#stored(rejectionOf(id)), this.#stored(id)]);
    // It may have become known in the meantime.
    return this.#requests.get(id) ?? ((request ?? rejection) && { ...rejection, ...(request as SignedRequest) });
  }

  /**
   * Signer and rejection of a request have records of their own: two processes may write them at the same time, and whoever
   * reads the other's record after writing its own sees both.
   */
  async #stored(id: string): Promise<SignedRequest | undefined> {
    return this.#share((records) => records.get("request", id, { check: toRequest, now: this.#time() }));
  }

  async #keep(id: string, { signer, sentAt, rejected }: SignedRequest): Promise<void> {
    this.#requests.set(id, {
      ...this.#requests.get(id),
      sentAt,
      ...(signer && { signer }),
      ...(rejected && { rejected }),
    });
    const expiresAt = sentAt + REQUEST_LIFE_MS;
    await this.#share(async (records) => {
      if (signer) await records.set("request", id, { value: { signer, sentAt }, expiresAt });
      if (rejected) await records.set("request", rejectionOf(id), { value: { sentAt, rejected }, expiresAt });
    });
  }

  #merge(name: string, more: InitiatorState): InitiatorState {
    const state = merged(this.#states.get(name) ?? EMPTY, more, this.#time());
    if (isSame(state, EMPTY)) this.#states.delete(name);
    else this.#states.set(name, state);
    return state;
  }

  /** Takes over what the store knows, and writes what it does not know. */
  async #exchange(name: string, rounds: number): Promise<InitiatorState> {
    await this.#share(async (records) => {
      for (let round = 0; round < rounds; round++) {
        const now = this.#time();
        const there = merged(await records.get("initiator", name, { check: toState, now }), EMPTY, now);
        const value = this.#merge(name, there);
        if (!isSame(value, there)) await records.set("initiator", name, { value, expiresAt: now + REQUEST_LIFE_MS });
      }
    });
    return this.#merge(name, EMPTY);
  }

  /** Reports the beginning of a hold, once. */
  #announce({ name, credential }: Signer, state: InitiatorState): Hold | undefined {
    const hold = holdOf(state, credential, this.#time());
    if (!hold) this.#announced.delete(credential);
    else if (!this.#announced.has(credential)) {
      this.#announced.add(credential);
      const what = `M-Pesa rejected the credential of initiator ${JSON.stringify(name)} twice within ten minutes, last with ${hold.code}.`;
      this.#warn("initiatorHeld", `${what} Nothing that it signs is sent until ${isoOf(hold.until)}.`);
    }
    return hold;
  }

  async #share<T>(work: (records: SharedRecords) => Promise<T>): Promise<T | undefined> {
    if (!this.#records) return undefined;
    try {
      return await work(this.#records);
    } catch (cause) {
      const message = `the store of the initiator guard failed (${nameOf(cause)}); going on without it.`;
      this.#warn("guardStoreFailed", message);
      return undefined;
    }
  }

  #warn(code: string, message: string): void {
    this.#emit?.({ type: "warning", code, message });
  }

  /** A clock of the caller's that fails must not stop a payment. */
  #time(): number {
    try {
      const now = this.#now();
      if (Math.abs(now) < MAX_TIME) return now;
    } catch {
      // The real one will do.
    }
    return Date.now();
  }
}

/** The ID under which a store has the rejection of a request. */
function rejectionOf(id: string): string {
  return `${id} rejection`;
}

export function isoOf(ms: number): string {
  return new Date(ms).toISOString();
}
