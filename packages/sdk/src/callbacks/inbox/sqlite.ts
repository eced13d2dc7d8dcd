import { formerKeyOf, SETTLED } from "../handler/key.ts";
import type { ClaimState } from "./inbox.ts";
import { type Claim, checkInboxOptions, type Inbox, type InboxOptions, type PendingDelivery } from "./inbox.ts";

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

/**
 * The parts of `node:sqlite` that this package calls. Declared here, so that users of this package do not need Node's
 * types.
 */
export interface Statement {
  all(...values: (string | number)[]): Record<string, unknown>[];
  run(...values: (string | number)[]): { changes: number | bigint };
}
export interface Database {
  exec(sql: string): void;
  prepare(sql: string): Statement;
  close(): void;
}
interface SqliteModule {
  DatabaseSync: new (path: string) => Database;
}

/** Opens a SQLite file. @throws Error if the runtime has no `node:sqlite`, or if the file cannot be opened. */
export async function openDatabase(path: string): Promise<Database> {
  const { DatabaseSync } = await loadSqlite();
  return new DatabaseSync(path);
}

/** Runs `work` in one transaction. If `work` throws, the transaction is rolled back. */
export function inTransaction<T>(database: Database, work: () => T): T {
  // IMMEDIATE waits here for other processes. A transaction that begins by reading may fail later, at its first write.
  database.exec("BEGIN IMMEDIATE");
  try {
    const result = work();
    database.exec("COMMIT");
    return result;
  } catch (error) {
    try {
      database.exec("ROLLBACK");
    } catch {
      // Some errors, such as a full disk, have rolled the transaction back already.
    }
    throw error;
  }
}

async function loadSqlite(): Promise<SqliteModule> {
  // The name is in a variable, so that bundlers and runtimes without the module can load this file.
  const name = "node:sqlite";
  try {
    return (await import(name)) as SqliteModule;
  } catch (cause) {
    const hint = "Use Node 22.13 or later, or another inbox.";
    throw new Error(`sqliteInbox requires the module node:sqlite, which this runtime does not have. ${hint}`, {
      cause,
    });
  }
}

/** Adds the column `token` to a file of a version that had no tokens. */
export function addTokenColumn(database: Database): void {
  const lacksColumn = (): boolean =>
    database.prepare("SELECT 1 FROM pragma_table_info('mpesa_inbox') WHERE name = 'token'").all().length === 0;
  if (!lacksColumn()) return;
  inTransaction(database, () => {
    // Another process may have added the column while this process waited for the transaction.
    if (!lacksColumn()) return;
    database.exec("ALTER TABLE mpesa_inbox ADD COLUMN token TEXT");
    // In an older version, the success of a payment completed an earlier failure in two commits: a claim with this
    // payload, then the completion. If the process died in between, the row was left claimed.
    const completeSettled =
      "UPDATE mpesa_inbox SET completed_at = available_at, payload = '' WHERE payload = ? AND completed_at IS NULL";
    database.prepare(completeSettled).run(SETTLED);
  });
}

/**
 * Returns a function that finds the state of a delivery in rows of an older version. The keys of these rows did not
 * contain the reference.
 *
 * A completed row has no payload any more, so its reference is unknown. The row counts as a duplicate for every
 * reference, because recording a payment twice would do more harm than missing a callback, and no new rows of this kind
 * are written. See docs/decisions/0012.
 */
export function createFormerLookup(
  database: Database,
): (key: string, payload: string, time: number) => Exclude<ClaimState, "new"> | undefined {
  // A row without a token was claimed by an older version.
  const findRow = database.prepare(
    "SELECT payload, available_at, completed_at FROM mpesa_inbox WHERE key = ? AND token IS NULL",
  );
  return (key, payload, time) => {
    const formerKey = formerKeyOf(key);
    const row = formerKey === undefined ? undefined : findRow.all(formerKey)[0];
    if (!row) return undefined;
    if (row["completed_at"] !== null) return "duplicate";
    // If the reference is the same, a process of the older version may still be running this delivery.
    const isClaimed = Number(row["available_at"]) > time && referenceOf(row["payload"]) === referenceOf(payload);
    return isClaimed ? "busy" : undefined;
  };
}

function referenceOf(payload: unknown): unknown {
  try {
    return (JSON.parse(String(payload)) as { reference?: unknown } | null)?.reference;
  } catch {
    return undefined;
  }
}
