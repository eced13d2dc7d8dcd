import { type ClaimState, checkedInbox, type Inbox, type InboxOptions, type PendingDelivery } from "./inbox.ts";

export type { ClaimState, Inbox, InboxOptions, PendingDelivery } from "./inbox.ts";

/** An inbox in a SQLite file. */
export interface SqliteInbox extends Inbox {
  /** Forgets deliveries that were completed before this moment, and says how many. A duplicate that comes later is new again. */
  prune(completedBefore: Date): Promise<number>;
  /** Closes the file. */
  close(): Promise<void>;
}

/** The little of `node:sqlite` that is used here; its own types would make every user of this package need them. */
interface Statement {
  get(...values: (string | number)[]): Record<string, unknown> | undefined;
  all(...values: (string | number)[]): Record<string, unknown>[];
  run(...values: (string | number)[]): { changes: number | bigint };
}
interface Database {
  exec(sql: string): void;
  prepare(sql: string): Statement;
  close(): void;
}
interface SqliteModule {
  DatabaseSync: new (path: string) => Database;
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
    completed_at INTEGER
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS mpesa_inbox_open ON mpesa_inbox (available_at) WHERE completed_at IS NULL;
`;

/**
 * An inbox in a SQLite file through `node:sqlite`: durable, and safe to share between processes of one machine (not over a
 * network file system). Payloads of open deliveries are in the file as they came and may hold personal data; a completed one
 * keeps its key only. Each call blocks the process for one disk write. Needs Node 22.13 or newer (22.5 with
 * `--experimental-sqlite`).
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
  const { DatabaseSync } = await loadSqlite();
  const database = new DatabaseSync(path);
  database.exec(SETUP);
  const claim = database.prepare(`
    INSERT INTO mpesa_inbox (key, payload, attempts, available_at) VALUES (?, ?, 1, ?)
    ON CONFLICT (key) DO UPDATE SET attempts = attempts + 1, available_at = excluded.available_at
      WHERE completed_at IS NULL AND available_at <= ?
    RETURNING key`);
  const look = database.prepare("SELECT completed_at FROM mpesa_inbox WHERE key = ?");
  const complete = database.prepare(
    "UPDATE mpesa_inbox SET completed_at = ?, payload = '' WHERE key = ? AND completed_at IS NULL",
  );
  const fail = database.prepare("UPDATE mpesa_inbox SET available_at = ? WHERE key = ? AND completed_at IS NULL");
  const pending = database.prepare(`
    SELECT key, payload, attempts FROM mpesa_inbox WHERE completed_at IS NULL AND available_at <= ?
    ORDER BY available_at LIMIT ?`);
  const prune = database.prepare("DELETE FROM mpesa_inbox WHERE completed_at < ?");
  return {
    async claim(key: string, payload: string): Promise<ClaimState> {
      const time = now();
      // all() runs the statement to its end; get() would leave it, and its transaction, open.
      if (claim.all(key, payload, time + leaseMs, time).length > 0) return "new";
      return look.get(key)?.["completed_at"] === null ? "busy" : "duplicate";
    },
    async complete(key: string): Promise<void> {
      complete.run(now(), key);
    },
    async fail(key: string): Promise<void> {
      fail.run(now(), key);
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

async function loadSqlite(): Promise<SqliteModule> {
  // Not a literal import: bundlers and runtimes without the module must be able to read this file.
  const name = "node:sqlite";
  try {
    return (await import(name)) as SqliteModule;
  } catch (cause) {
    const hint = "use Node 22.13 or newer, or another inbox";
    throw new Error(`sqliteInbox needs the module node:sqlite, which this runtime does not have: ${hint}.`, { cause });
  }
}
