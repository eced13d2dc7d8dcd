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
