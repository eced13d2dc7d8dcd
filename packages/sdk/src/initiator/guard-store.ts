import { waitForStore } from "../auth/abortable.ts";
import { sha256Hex } from "../sha256.ts";

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
