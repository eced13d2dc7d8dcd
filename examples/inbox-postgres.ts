/*
 * An inbox in PostgreSQL, for callbacks that several servers receive. Create its table once, in a migration:
 *
 *   await pool.query(inboxTable());
 *   const handler = createCallbackHandler({ baseUrl, secrets, inbox: postgresInbox(pool), on });
 *
 * The database's clock counts, so that servers need not agree on the time.
 *
 * When the database restarts, it closes the connections that the pool keeps idle, and the pool emits an `error` event
 * for each. Without a listener, that event ends the Node process, so `postgresInbox` adds one to a pool that has none.
 */
import type { Claim, Inbox, PendingDelivery } from "@mpesa/sdk/callbacks";

/** What is used of a `Pool` of the package `pg`. */
export interface Pool {
  query(sql: string, values?: unknown[]): Promise<{ rows: Record<string, unknown>[] }>;
  listenerCount(event: "error"): number;
  on(event: "error", listener: (error: Error) => void): unknown;
}

/** The statements that create the table, or bring an older one up to date. Payloads of open deliveries hold personal data. */
export function inboxTable(table = "mpesa_inbox"): string {
  return `
    CREATE TABLE IF NOT EXISTS ${table} (
      key text COLLATE "C" PRIMARY KEY,
      payload text NOT NULL,
      attempts integer NOT NULL,
      available_at timestamptz NOT NULL,
      completed_at timestamptz,
      token text
    );
    ALTER TABLE ${table} ADD COLUMN IF NOT EXISTS token text;
    CREATE INDEX IF NOT EXISTS ${table}_open ON ${table} (available_at) WHERE completed_at IS NULL;`;
}

/** @param options `leaseMs`: longer than your slowest callback function, default five minutes. */
export function postgresInbox(pool: Pool, options: { table?: string; leaseMs?: number } = {}): Inbox {
  const { table = "mpesa_inbox", leaseMs = 300_000 } = options;
  if (pool.listenerCount("error") === 0) {
    // The pool has dropped that connection and opens a new one for the next query: there is nothing else to do.
    pool.on("error", (error) => console.error(`An idle database connection was closed: ${error.message}`));
  }
  return {
    async claim(key: string, payload: string): Promise<Claim> {
      const token = crypto.randomUUID();
      // One statement, so that of two claims at the same time the second one waits and then finds the lease.
      const { rows: claimed } = await pool.query(
        `INSERT INTO ${table} AS entry (key, payload, attempts, available_at, token)
         VALUES ($1, $2, 1, clock_timestamp() + $3 * interval '1 millisecond', $4)
         ON CONFLICT (key) DO UPDATE
           SET attempts = entry.attempts + 1, available_at = excluded.available_at, token = excluded.token
           WHERE entry.completed_at IS NULL AND entry.available_at <= clock_timestamp()
         RETURNING key`,
        [key, payload, leaseMs, token],
      );
      if (claimed.length > 0) return { state: "new", token };
      const { rows } = await pool.query(`SELECT completed_at FROM ${table} WHERE key = $1`, [key]);
      return { state: rows[0]?.["completed_at"] === null ? "busy" : "duplicate" };
    },

    async complete(key: string, token: string, alsoCompletes: readonly string[] = []): Promise<boolean> {
      // One statement, so that all of it happens or nothing.
      const { rows } = await pool.query(
        `WITH completed AS (
           UPDATE ${table} SET completed_at = coalesce(completed_at, clock_timestamp()), payload = ''
           WHERE key = $1 AND token = $2 RETURNING key
         ), settled AS (
           INSERT INTO ${table} AS entry (key, payload, attempts, available_at, completed_at, token)
           SELECT further, '', 0, clock_timestamp(), clock_timestamp(), $2
           FROM unnest($3::text[]) AS further WHERE EXISTS (SELECT FROM completed)
           ON CONFLICT (key) DO UPDATE SET completed_at = excluded.completed_at, payload = '', token = excluded.token
             WHERE entry.completed_at IS NULL
         )
         SELECT key FROM completed`,
        [key, token, alsoCompletes],
      );
      return rows.length > 0;
    },

    async fail(key: string, token: string): Promise<boolean> {
      const { rows } = await pool.query(
        `UPDATE ${table} SET available_at = clock_timestamp(), token = NULL
         WHERE key = $1 AND token = $2 AND completed_at IS NULL RETURNING key`,
        [key, token],
      );
      return rows.length > 0;
    },

    async pending(limit: number): Promise<readonly PendingDelivery[]> {
      const { rows } = await pool.query(
        `SELECT key, payload, attempts FROM ${table}
         WHERE completed_at IS NULL AND available_at <= clock_timestamp() ORDER BY available_at LIMIT $1`,
        [limit],
      );
      return rows as unknown as PendingDelivery[];
    },
  };
}
