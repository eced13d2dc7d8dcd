import { inTime } from "../auth/abortable.ts";
import { sha256Hex } from "../sha256.ts";

/** One record of an {@link InitiatorGuardStore}. */
export interface StoredGuardRecord {
  /** JSON. It contains initiator names, hashes, codes and times, but no secret and nothing of a payment. */
  readonly value: string;
  /** When the record may be dropped, in milliseconds since 1970. */
  readonly expiresAt: number;
}

/**
 * Shares what an initiator guard has counted between processes: in Redis, a table or the like. Whoever can write to the
 * store can hold your initiators back or release them, so keep it private. The guard waits up to two seconds for each
 * step; a failing store is reported through `onEvent` and stops nothing.
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
  /** Stores or replaces a record. `key` is a word, a colon and a hash. */
  set(key: string, record: StoredGuardRecord): Promise<void>;
}

/** Records in a shared store, as JSON under hashed keys. */
export class SharedRecords {
  readonly #store: InitiatorGuardStore;

  constructor(store: InitiatorGuardStore) {
    this.#store = store;
  }

  /** Rejects if the store fails, is slow, or contains something that `check` does not accept. */
  async get<T>(kind: string, id: string, { check, now }: { check: (value: unknown) => T; now: number }): Promise<T> {
    const found = await inTime(this.#store.get(await keyOf(kind, id)));
    if (found === undefined || found === null || found.expiresAt <= now) return check(undefined);
    return check(JSON.parse(found.value));
  }

  /** Rejects if the store fails or is slow. */
  async set(kind: string, id: string, { value, expiresAt }: { value: unknown; expiresAt: number }): Promise<void> {
    await inTime(
      this.#store.set(await keyOf(kind, id), { value: JSON.stringify(value), expiresAt: Math.ceil(expiresAt) }),
    );
  }
}

async function keyOf(kind: string, id: string): Promise<string> {
  return `${kind}:${await sha256Hex(id)}`;
}
