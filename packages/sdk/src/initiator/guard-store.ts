import { sha256Hex } from "../sha256.ts";
import { waitForStore } from "../wait-within.ts";

/** One record of an {@link InitiatorGuardStore}. */
export interface StoredGuardRecord {
  /** JSON with initiator names, hashes, codes and times. Contains no secret and no data of a payment. */
  readonly value: string;
  /** The moment from which the record may be deleted, in milliseconds since 1970. */
  readonly expiresAt: number;
}

/**
 * A store, for example in Redis or a database, through which the initiator guards of several processes share their
 * counts. Whoever can write to the store can stop your initiators from signing, or release them, so keep the store
 * private.
 *
 * The guard waits two seconds at most for each operation. If the store fails, the guard emits a `warning` event with
 * the code `guardStoreFailed` and continues with the counts of its own process.
 *
 * @example
 * const store: InitiatorGuardStore = {
 *   get: async (key) => JSON.parse((await redis.get(`mpesa:${key}`)) ?? "null") ?? undefined,
 *   set: async (key, record) => void (await redis.set(`mpesa:${key}`, JSON.stringify(record), "PXAT", record.expiresAt)),
 * };
 */
export interface InitiatorGuardStore {
  /** Resolves with what `set` stored, or `undefined`. The guard ignores records that have expired. */
  get(key: string): Promise<StoredGuardRecord | undefined>;
  /** Stores or replaces a record. `key` consists of a word, a colon and a hash. */
  set(key: string, record: StoredGuardRecord): Promise<void>;
}

/** Records in a shared store, as JSON under hashed keys. */
export class SharedRecords {
  readonly #store: InitiatorGuardStore;

  constructor(store: InitiatorGuardStore) {
    this.#store = store;
  }

  /**
   * Passes the stored value to `read` and resolves with what `read` returns. Rejects if the store fails or takes longer
   * than two seconds.
   */
  async get<T>(kind: string, id: string, { read, now }: { read: (value: unknown) => T; now: number }): Promise<T> {
    const found = await waitForStore(this.#store.get(await keyOf(kind, id)));
    if (found === undefined || found === null || found.expiresAt <= now) return read(undefined);
    return read(JSON.parse(found.value));
  }

  /** Stores a value. Rejects if the store fails or takes longer than two seconds. */
  async set(kind: string, id: string, { value, expiresAt }: { value: unknown; expiresAt: number }): Promise<void> {
    await waitForStore(
      this.#store.set(await keyOf(kind, id), { value: JSON.stringify(value), expiresAt: Math.ceil(expiresAt) }),
    );
  }
}

async function keyOf(kind: string, id: string): Promise<string> {
  return `${kind}:${await sha256Hex(id)}`;
}

/** The fields of a result that a guard reads. Every parsed result of `@mpesa/sdk/callbacks` has these fields. */
export interface ObservedResult {
  /** Kind of the callback. Results about customers (`stk`, `ussd`) are ignored. */
  readonly kind?: string | undefined;
  readonly resultCode?: string | number | undefined;
  readonly resultDescription?: string | undefined;
  readonly conversationId?: string | undefined;
  readonly originatorConversationId?: string | undefined;
}

/**
 * An initiator guard keeps M-Pesa from locking an initiator. M-Pesa locks an initiator after repeated rejections of its
 * credential, and most rejections (2001, 8006, TP40153) arrive in results, after the call. The guard counts rejections
 * in responses and in results. `createInitiatorGuard` makes a guard and documents its rules.
 */
export interface InitiatorGuard {
  /**
   * Counts a result. If the result rejects the credential, the guard adds a rejection. If the result reports a success,
   * the rejections of earlier requests no longer count. Other callbacks, and copies of a counted result, are ignored.
   *
   * The callback handler observes each result that arrives at a signed URL. Call `observe` yourself only with results
   * whose sender you have verified, because a forged result could stop your payouts. The promise never rejects.
   *
   * @param result The result, for example parsed by `@mpesa/sdk/callbacks`.
   * @example
   * await initiatorGuard.observe(parseB2cResult(body));
   */
  observe(result: ObservedResult): Promise<void>;
  /**
   * Forgets the rejections of an initiator, so that the client signs with its credential again. Call `reset` after you
   * have unlocked the initiator or have given the initiator its role on the organisation portal. Rejections of requests
   * that were signed before the reset no longer count. The promise never rejects.
   *
   * @param name The initiator's name.
   * @example
   * await initiatorGuard.reset("testapi");
   */
  reset(name: string): Promise<void>;
}
