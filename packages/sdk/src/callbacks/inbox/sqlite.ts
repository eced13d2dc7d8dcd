import { type Claim, checkInboxOptions, type Inbox, type InboxOptions, type PendingDelivery } from "./inbox.ts";
import { inTransaction, openDatabase } from "./sqlite-database.ts";
import { addTokenColumn, createFormerLookup } from "./sqlite-migration.ts";

export type { Claim, ClaimState, Inbox, InboxOptions, PendingDelivery } from "./inbox.ts";

/** An inbox in a SQLite file. */
export interface SqliteInbox extends Inbox {
  /**
   * Deletes the deliveries that were completed before a point in time, and returns their number. If a copy of a deleted
   * delivery arrives later, the copy counts as new.
   */
  prune(completedBefore: Date): Promise<number>;
  /** Closes the file. The inbox cannot be used afterwards. */
  close(): Promise<void>;
}

// With FULL, every commit waits for the disk, so that an acknowledged callback also survives a power cut.
const SETUP = `
  PRAGMA busy_timeout = 10000;
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL;
  CREATE TABLE IF NOT EXISTS mpesa_inbox (
    key TEXT PRIMARY KEY,
    payload TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    available_at INTEGER NOT NULL,
    completed_at INTEGER,
    token TEXT
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS mpesa_inbox_open ON mpesa_inbox (available_at) WHERE completed_at IS NULL;
`;

const CLAIM = `
  INSERT INTO mpesa_inbox (key, payload, attempts, available_at, token) VALUES (?, ?, 1, ?, ?)
  ON CONFLICT (key) DO UPDATE SET attempts = attempts + 1, available_at = excluded.available_at, token = excluded.token
    WHERE completed_at IS NULL AND available_at <= ?
  RETURNING key`;
const COMPLETE = `
  UPDATE mpesa_inbox SET completed_at = coalesce(completed_at, ?), payload = '' WHERE key = ? AND token = ?`;
const COMPLETE_OTHER = `
  INSERT INTO mpesa_inbox (key, payload, attempts, available_at, completed_at, token) VALUES (?, '', 0, ?, ?, ?)
  ON CONFLICT (key) DO UPDATE SET completed_at = excluded.completed_at, payload = '', token = excluded.token
    WHERE completed_at IS NULL`;
const FAIL = `
  UPDATE mpesa_inbox SET available_at = ?, token = NULL WHERE key = ? AND token = ? AND completed_at IS NULL`;
const PENDING = `
  SELECT key, payload, attempts FROM mpesa_inbox WHERE completed_at IS NULL AND available_at <= ?
  ORDER BY available_at LIMIT ?`;

/**
 * Opens an inbox in a SQLite file through `node:sqlite`. The inbox is durable, and several processes of one machine may
 * share the file, but not over a network file system. Requires Node 22.13 or later (22.5 or later with
 * `--experimental-sqlite`).
 *
 * The file contains the unchanged payloads of deliveries that are not completed, which may be personal data. Of a
 * completed delivery, only the key remains. Each callback takes two commits, and each commit blocks the process for one
 * disk write.
 *
 * A file of an older version is updated when it is opened. Its pending deliveries are delivered, and its completed
 * deliveries stay duplicates. Keys of the older version did not contain the reference, so a completed key counts for
 * every reference. If a signed URL may have leaked before the update, call `prune(new Date())` once, so that completed
 * keys of the older version no longer count.
 *
 * @param path The path of the file. A missing file is created; a missing folder is an error.
 * @param options Lease and clock; see {@link InboxOptions}.
 * @throws TypeError for invalid options. Error if the runtime has no `node:sqlite`, or if the file cannot be opened.
 * @example
 * const inbox = await sqliteInbox("/var/lib/shop/callbacks.db");
 * const handler = createCallbackHandler({ baseUrl, secrets, inbox, on });
 * // Redelivers callbacks that failed, and callbacks that a crash interrupted once their lease has ended (after five minutes).
 * setInterval(() => handler.redeliver().catch(report), 60_000);
 */
export async function sqliteInbox(path: string, options: InboxOptions = {}): Promise<SqliteInbox> {
  const { leaseMs, now } = checkInboxOptions(options);
  const database = await openDatabase(path);
  database.exec(SETUP);
  addTokenColumn(database);
  const claim = database.prepare(CLAIM);
  const findCompletion = database.prepare("SELECT completed_at FROM mpesa_inbox WHERE key = ?");
  const findFormerState = createFormerLookup(database);
  const complete = database.prepare(COMPLETE);
  const completeOther = database.prepare(COMPLETE_OTHER);
  const fail = database.prepare(FAIL);
  const pending = database.prepare(PENDING);
  const prune = database.prepare("DELETE FROM mpesa_inbox WHERE completed_at < ?");
  return {
    async claim(key: string, payload: string): Promise<Claim> {
      const time = now();
      const formerState = findFormerState(key, payload, time);
      if (formerState) return { state: formerState };
      const token = crypto.randomUUID();
      // all() runs the statement to its end; get() would leave the statement and its transaction open.
      if (claim.all(key, payload, time + leaseMs, token, time).length > 0) return { state: "new", token };
      return { state: findCompletion.all(key)[0]?.["completed_at"] === null ? "busy" : "duplicate" };
    },
    async complete(key: string, token: string, alsoCompletes: readonly string[] = []): Promise<boolean> {
      const time = now();
      return inTransaction(database, () => {
        if (Number(complete.run(time, key, token).changes) === 0) return false;
        for (const otherKey of alsoCompletes) completeOther.run(otherKey, time, time, token);
        return true;
      });
    },
    async fail(key: string, token: string): Promise<boolean> {
      return Number(fail.run(now(), key, token).changes) > 0;
    },
    async pending(limit: number): Promise<readonly PendingDelivery[]> {
      return pending.all(now(), limit).map((row) => ({
        key: String(row["key"]),
        payload: String(row["payload"]),
        attempts: Number(row["attempts"]),
      }));
    },
    async prune(completedBefore: Date): Promise<number> {
      return Number(prune.run(completedBefore.getTime()).changes);
    },
    async close(): Promise<void> {
      database.close();
    },
  };
}
