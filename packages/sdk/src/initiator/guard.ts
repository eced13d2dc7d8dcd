import type { Clock } from "../clock.ts";
import { rejectionCode } from "../codes/credential.ts";
import { isZero } from "../codes/lookup.ts";
import { MpesaConfigError, nameOf } from "../errors.ts";
import { type MpesaEventHandler, safeEmitter } from "../events.ts";
import { text } from "../http/error-body.ts";
import { shapeOf } from "../issues.ts";
import {
  EMPTY_STATE,
  type Hold,
  holdOf,
  type InitiatorState,
  isSameState,
  mergeStates,
  REQUEST_LIFE_MS,
  RequestMemory,
  type SignedRequest,
  type Signer,
  toRequest,
  toState,
} from "./guard-state.ts";
import type { InitiatorGuard, ObservedResult } from "./guard-store.ts";
import { type InitiatorGuardStore, SharedRecords } from "./guard-store.ts";
import type { Initiator } from "./initiator.ts";
import { fingerprintOf } from "./initiator.ts";

/** Options of {@link createInitiatorGuard}. */
export interface InitiatorGuardOptions {
  /**
   * A store that shares the counts between processes.
   * @default none: the guard counts only the rejections that this process receives
   */
  store?: InitiatorGuardStore;
  /** Receives the guard's `warning` events. @default the `onEvent` of the first client that uses the guard */
  onEvent?: MpesaEventHandler;
  /** The clock; only its `now` is used. @default the platform's */
  clock?: Pick<Clock, "now">;
}

/**
 * Makes an initiator guard, which clients and callback handlers share. The guard keeps M-Pesa from locking an initiator
 * whose credential is wrong.
 *
 * After two rejections of a credential within ten minutes, clients with this guard send no request that the credential
 * signs. Payouts, business payments, tax payments, balances, status queries and reversals reject with `MpesaAuthError`,
 * and nothing is sent. The guard reports the hold once, in a `warning` event with the code `initiatorHeld`. Another
 * password or credential may sign at once. The same credential may sign again ten minutes after the last rejection,
 * after the success of a later request, or after `reset`.
 *
 * The guard counts rejections in responses, and in results of any product at the callback handler or in `reconcile`. A
 * result does not name its initiator, so the guard remembers the IDs of each request for one day. If the ID of a
 * rejection is unknown, the rejection counts against the last credential of the only initiator that this guard has
 * seen. If the guard has seen several initiators or none, the guard emits a `warning` event with the code
 * `rejectionUnattributed`, and counts the rejection when the response with this ID arrives.
 *
 * The guard cannot stop requests that were sent before a rejection arrived: a hundred payouts started together with a
 * wrong password are a hundred rejections. Test a new credential with `account.balance` first. If you encrypt the
 * password for each call, each credential counts separately, so encrypt once or pass the password. Processes without a
 * common `store` count separately.
 *
 * @param options Store, event handler and clock; see {@link InitiatorGuardOptions}.
 * @throws MpesaConfigError for invalid options.
 * @example
 * const initiatorGuard = createInitiatorGuard();
 * const mpesa = new Mpesa({ ...options, initiatorGuard });
 * const handler = createCallbackHandler({ ...handlerOptions, initiatorGuard });
 */
export function createInitiatorGuard(options: InitiatorGuardOptions = {}): InitiatorGuard {
  const { store, onEvent, clock } = options ?? {};
  const isFunction = (value: unknown): boolean => typeof value === "function";
  const requirements: [field: string, value: unknown, ok: boolean, rule: string, fix: string][] = [
    [
      "store",
      store,
      isFunction(store?.get) && isFunction(store?.set),
      "must have the functions get and set",
      "See InitiatorGuardStore.",
    ],
    ["onEvent", onEvent, isFunction(onEvent), "must be a function", "Omit it for the client's onEvent."],
    ["clock", clock, isFunction(clock?.now), "must have the function now", "Omit it for the platform's clock."],
  ];
  const issues = requirements
    .filter(([, value, ok]) => value !== undefined && !ok)
    .map(([field, value, , rule, fix]) => ({ field, received: shapeOf(value), rule, fix }));
  if (issues.length > 0) throw new MpesaConfigError(issues);
  return new Guard(options ?? {});
}

/**
 * Number of rounds after counting a rejection. Each round reads the state from the store, and writes the state again if
 * the stored state is incomplete. A store has no atomic update, so another process may overwrite a state that was just
 * written. Only a process that pauses between its own read and write for longer than all these rounds can hide a
 * rejection, until the process that counted the rejection uses the store again.
 */
const SYNC_ROUNDS = 8;
/** Maximum time in milliseconds that a `Date` can represent, rounded down. */
const MAX_TIME = 8e15;
/** Kinds of callbacks whose codes are about a customer and not about an initiator. */
const CUSTOMER_KINDS: readonly unknown[] = ["stk", "ussd"];

/** The implementation of {@link InitiatorGuard}, with the methods that a client calls. */
export class Guard implements InitiatorGuard {
  readonly #records: SharedRecords | undefined;
  readonly #clock: Pick<Clock, "now">;
  readonly #requests = new RequestMemory();
  readonly #states = new Map<string, InitiatorState>();
  readonly #fingerprints = new WeakMap<Initiator, { readonly source: string; readonly fingerprint: Promise<string> }>();
  /** Credentials whose hold has been reported. */
  readonly #reported = new Set<string>();
  #emit: MpesaEventHandler | undefined;
  /** The last signer, as long as all signers had the same name; otherwise `null`. */
  #onlySigner: Signer | null | undefined;
  #lastTimestamp = 0;

  constructor({ store, onEvent, clock = Date }: InitiatorGuardOptions) {
    this.#records = store && new SharedRecords(store);
    this.#emit = onEvent && safeEmitter(onEvent);
    this.#clock = clock;
  }

  /** Sets the handler of the guard's events, unless the guard has a handler already. */
  setDefaultEmitter(emit: MpesaEventHandler): void {
    this.#emit ??= emit;
  }

  /** Returns the initiator's name and the fingerprint of its credential. A credential is hashed only once. */
  async signerOf(initiator: Initiator, baseUrl: string): Promise<Signer> {
    const source = `${baseUrl} ${initiator.password ?? initiator.securityCredential}`;
    let known = this.#fingerprints.get(initiator);
    if (known?.source !== source) {
      const isStored = this.#records !== undefined;
      known = { source, fingerprint: fingerprintOf(initiator, { baseUrl, isStored }) };
      this.#fingerprints.set(initiator, known);
    }
    return { name: initiator.name, credential: await known.fingerprint };
  }

  /**
   * Returns the current time, made unique in this process, so that requests have an order even if the clock stands
   * still.
   */
  nextTimestamp(): number {
    this.#lastTimestamp = Math.max(this.#time(), this.#lastTimestamp + 0.001);
    return this.#lastTimestamp;
  }

  /** Returns the hold of a signer's credential, or `undefined` if the credential may sign now. */
  async hold(signer: Signer): Promise<Hold | undefined> {
    this.#onlySigner = this.#onlySigner === undefined || this.#onlySigner?.name === signer.name ? signer : null;
    const state = await this.#synchronize(signer.name, 1);
    return this.#reportHold(signer, state);
  }

  /** Remembers the signer of a request by the ID that was made before sending. */
  rememberRequest(signer: Signer, id: string, sentAt: number): Promise<void> {
    return this.#remember(id, { signer, sentAt });
  }

  /**
   * Remembers the signer of a request by the IDs of its response. If the result came first and was a rejection, counts
   * the rejection.
   */
  async rememberResponseIds(signer: Signer, ids: readonly string[], sentAt: number): Promise<void> {
    const rememberId = async (id: string): Promise<void> => {
      const before = await this.#findRequest(id);
      if (before?.signer && before.sentAt === sentAt) return;
      await this.#remember(id, { signer, sentAt });
      const { rejected } = before?.signer
        ? {}
        : ((await this.#readStored(rejectionKeyOf(id))) ?? this.#requests.get(id) ?? {});
      if (rejected !== undefined) await this.countRejection(signer, { id, code: rejected, sentAt });
    };
    await Promise.all(ids.map(rememberId));
  }

  /** Counts one rejection of a signer's credential. */
  async countRejection(
    signer: Signer,
    { id, code, sentAt }: { id: string; code: string; sentAt: number },
  ): Promise<void> {
    const rejection = { credential: signer.credential, id, code, sentAt, at: this.#time() };
    // Counted in memory first, so that other calls of this process need not wait for the store.
    this.#reportHold(signer, this.#merge(signer.name, { ...EMPTY_STATE, rejections: [rejection] }));
    this.#reportHold(signer, await this.#synchronize(signer.name, SYNC_ROUNDS));
  }

  async observe(result: ObservedResult): Promise<void> {
    const { kind, resultCode, resultDescription, conversationId, originatorConversationId } = result ?? {};
    const receivedCode = text(resultCode);
    if (receivedCode === undefined || CUSTOMER_KINDS.includes(kind)) return;
    const code = rejectionCode(receivedCode, text(resultDescription));
    if (code === undefined && !isZero(receivedCode)) return;
    const ids = [text(conversationId), text(originatorConversationId)].filter((id) => id !== undefined);
    const requests = await Promise.all(ids.map((id) => this.#findRequest(id)));
    const request = requests.find((found) => found?.signer);
    if (code === undefined) {
      if (request?.signer) await this.#recordSuccess(request.signer, request.sentAt);
      return;
    }
    // Rejections are counted by the first ID, which M-Pesa made. The caller may have used the second ID for several
    // requests.
    const [id = ""] = ids;
    if (requests[0]?.rejected !== undefined) return;
    const { signer = this.#onlySigner ?? undefined, sentAt = this.nextTimestamp() } = request ?? {};
    await this.#remember(id, { ...(signer && { signer }), sentAt, rejected: code });
    if (signer) return this.countRejection(signer, { id, code, sentAt });
    const stored = await this.#readStored(id);
    if (stored?.signer) return this.countRejection(stored.signer, { id, code, sentAt: stored.sentAt });
    const what = `M-Pesa rejected the credential of an initiator (${code}) in the result of a request that is unknown to this guard.`;
    this.#warn(
      "rejectionUnattributed",
      `${what} Pass the same guard, or guards with the same store, to every client and callback handler.`,
    );
  }

  async reset(name: string): Promise<void> {
    this.#merge(name, { ...EMPTY_STATE, resetAt: this.nextTimestamp() });
    await this.#synchronize(name, SYNC_ROUNDS);
  }

  /**
   * Records that a signed request succeeded, which proves that its credential was valid when the request was signed.
   */
  async #recordSuccess(signer: Signer, sentAt: number): Promise<void> {
    const { rejections } = await this.#synchronize(signer.name, 1);
    if (!rejections.some((rejection) => rejection.credential === signer.credential && rejection.sentAt <= sentAt))
      return;
    this.#merge(signer.name, { ...EMPTY_STATE, provenAt: { [signer.credential]: sentAt } });
    this.#reportHold(signer, await this.#synchronize(signer.name, 1));
  }

  /** Finds a request by one of its IDs, in memory or else in the store. */
  async #findRequest(id: string): Promise<SignedRequest | undefined> {
    const known = this.#requests.get(id);
    if (known) return known;
    const [rejection, request] = await Promise.all([this.#readStored(rejectionKeyOf(id)), this.#readStored(id)]);
    // While the store was read, the request may have been remembered in memory.
    return this.#requests.get(id) ?? ((request ?? rejection) && { ...rejection, ...(request as SignedRequest) });
  }

  /**
   * Reads a record about a request from the store. Signer and rejection of a request are separate records, because two
   * processes may write them at the same time. A process that writes one record and then reads the other finds both.
   */
  async #readStored(id: string): Promise<SignedRequest | undefined> {
    return this.#withStore((records) => records.get("request", id, { read: toRequest, now: this.#time() }));
  }

  /** Remembers facts about a request in memory and in the store. */
  async #remember(id: string, { signer, sentAt, rejected }: SignedRequest): Promise<void> {
    this.#requests.set(id, {
      ...this.#requests.get(id),
      sentAt,
      ...(signer && { signer }),
      ...(rejected && { rejected }),
    });
    const expiresAt = sentAt + REQUEST_LIFE_MS;
    await this.#withStore(async (records) => {
      if (signer) await records.set("request", id, { value: { signer, sentAt }, expiresAt });
      if (rejected) await records.set("request", rejectionKeyOf(id), { value: { sentAt, rejected }, expiresAt });
    });
  }

  #merge(name: string, more: InitiatorState): InitiatorState {
    const state = mergeStates(this.#states.get(name) ?? EMPTY_STATE, more, this.#time());
    if (isSameState(state, EMPTY_STATE)) this.#states.delete(name);
    else this.#states.set(name, state);
    return state;
  }

  /**
   * Merges the state in memory with the state in the store, and writes the result to the store if the store lacks part
   * of it.
   */
  async #synchronize(name: string, rounds: number): Promise<InitiatorState> {
    await this.#withStore(async (records) => {
      for (let round = 0; round < rounds; round++) {
        const now = this.#time();
        const stored = mergeStates(await records.get("initiator", name, { read: toState, now }), EMPTY_STATE, now);
        const value = this.#merge(name, stored);
        if (!isSameState(value, stored))
          await records.set("initiator", name, { value, expiresAt: now + REQUEST_LIFE_MS });
      }
    });
    return this.#merge(name, EMPTY_STATE);
  }

  /** Returns the hold of a credential, and reports the beginning of the hold once. */
  #reportHold({ name, credential }: Signer, state: InitiatorState): Hold | undefined {
    const hold = holdOf(state, credential, this.#time());
    if (!hold) this.#reported.delete(credential);
    else if (!this.#reported.has(credential)) {
      this.#reported.add(credential);
      const what = `M-Pesa rejected the credential of initiator ${JSON.stringify(name)} twice within ten minutes, last with ${hold.code}.`;
      this.#warn("initiatorHeld", `${what} No request signed with this credential is sent until ${isoOf(hold.until)}.`);
    }
    return hold;
  }

  /**
   * Runs work on the store, if there is a store. If the store fails, emits a `warning` event and returns `undefined`.
   */
  async #withStore<T>(work: (records: SharedRecords) => Promise<T>): Promise<T | undefined> {
    if (!this.#records) return undefined;
    try {
      return await work(this.#records);
    } catch (cause) {
      const message = `The store of the initiator guard failed (${nameOf(cause)}). The guard continues without the store.`;
      this.#warn("guardStoreFailed", message);
      return undefined;
    }
  }

  #warn(code: string, message: string): void {
    this.#emit?.({ type: "warning", code, message });
  }

  /** Returns the time of the caller's clock, or the real time if that clock fails, so that a payment is not stopped. */
  #time(): number {
    try {
      const now = this.#clock.now();
      if (Math.abs(now) < MAX_TIME) return now;
    } catch {
      // The real time is used instead.
    }
    return Date.now();
  }
}

/** Returns the ID under which a store has the rejection of a request. */
function rejectionKeyOf(id: string): string {
  return `${id} rejection`;
}

/** Returns a time in milliseconds since 1970 as an ISO 8601 string. */
export function isoOf(ms: number): string {
  return new Date(ms).toISOString();
}
