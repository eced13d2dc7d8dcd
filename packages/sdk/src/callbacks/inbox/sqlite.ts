import { type Claim, checkedInbox, type Inbox, type InboxOptions, type PendingDelivery } from "./inbox.ts";
import { inTransaction, openDatabase } from "./sqlite-database.ts";
import { addTokens, formerClaims } from "./sqlite-migration.ts";

export type { Claim, ClaimState, Inbox, InboxOptions, PendingDelivery } from "./inbox.ts";

/** An inbox in a SQLite file. */
export interface SqliteInbox extends Inbox {
  /** Forgets deliveries that were completed before this moment, and says how many. A duplicate that comes later is new again. */
  prune(completedBefore: Date): Promise<number>;
  /** Closes the file. */
  close(): Promise<void>;
}

// FULL makes every commit wait for the disk: what was acknowledged survives a power cut, too.
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
const SETTLE = `
  INSERT INTO mpesa_inbox (key, payload, attempts, available_at, completed_at, token) VALUES (?, '', 0, ?, ?, ?)
  ON CONFLICT (key) DO UPDATE SET completed_at = excluded.completed_at, payload = '', token = excluded.token
    WHERE completed_at IS NULL`;
const FAIL = `
  UPDATE mpesa_inbox SET available_at = ?, token = NULL WHERE key = ? AND token = ? AND completed_at IS NULL`;
const PENDING = `
  SELECT key, payload, attempts FROM mpesa_inbox WHERE completed_at IS NULL AND available_at <= ?
  ORDER BY available_at LIMIT ?`;

/**
 * An inbox in a SQLite file through `node:sqlite`: durable, and safe to share between processes of one machine (not over a
 * network file system). Payloads of open deliveries are in the file as they came and may hold personal data; a completed one
 * keeps its key only. Each callback takes two commits, each of which blocks the process for one disk write. Needs Node 22.13
 * or newer (22.5 with `--experimental-sqlite`).
 *
 * A file of an older version is updated when it is opened. Its open deliveries are delivered, and what it completed stays a
 * duplicate. Its keys did not contain the reference, so that a completed one counts for every reference; if a signed URL may
 * have leaked before the update, call `prune(new Date())` once, and the older version's callbacks count no more.
 *
 * @param path The file; created if missing, its folder is not.
 * @throws TypeError for wrong options, Error where `node:sqlite` does not exist and for a file that cannot be opened.
 * @example
 * const inbox = await sqliteInbox("/var/lib/shop/callbacks.db");
 * const handler = createCallbackHandler({ baseUrl, secrets, inbox, on });
 * // Takes what has failed, and what a crash left behind once its lease has run out: five minutes after the claim.
 * setInterval(() => handler.redeliver().catch(report), 60_000);
 */
export async function sqliteInbox(path: string, options: InboxOptions = {}): Promise<SqliteInbox> {
  const { leaseMs, now } = checkedInbox(options);
  const database = await openDatabase(path);
  database.exec(SETUP);
  addTokens(database);
  const claim = database.prepare(CLAIM);
  const look = database.prepare("SELECT completed_at FROM mpesa_inbox WHERE key = ?");
  const former = formerClaims(database);
  const complete = database.prepare(COMPLETE);
  const settle = database.prepare(SETTLE);
  const fail = database.prepare(FAIL);
  const pending = database.prepare(PENDING);
  const prune = database.prepare("DELETE FROM mpesa_inbox WHERE completed_at < ?");
  return {
    async claim(key: string, payload: string): Promise<Claim> {
      const time = now();
      const formerState = former(key, payload, time);
      if (formerState) return { state: formerState };
      const token = crypto.randomUUID();
      // all() runs the statement to its end; get() would leave it, and its transaction, open.
      if (claim.all(key, payload, time + leaseMs, token, time).length > 0) return { state: "new", token };
      return { state: look.all(key)[0]?.["completed_at"] === null ? "busy" : "duplicate" };
    },
    async complete(key: string, token: string, alsoCompletes: readonly string[] = []): Promise<boolean> {
      const time = now();
      return inTransaction(database, () => {
        if (Number(complete.run(time, key, token).changes) === 0) return false;
        for (const settled of alsoCompletes) settle.run(settled, time, time, token);
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
