/** The little of `node:sqlite` that is used here; its own types would make every user of this package need them. */
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

export async function openDatabase(path: string): Promise<Database> {
  const { DatabaseSync } = await loadSqlite();
  return new DatabaseSync(path);
}

/** Runs the work in one transaction, which is one commit, or none if it throws. */
export function inTransaction<T>(database: Database, work: () => T): T {
  // IMMEDIATE waits for other processes here. A transaction that began by reading could fail when it wants to write.
  database.exec("BEGIN IMMEDIATE");
  try {
    const result = work();
    database.exec("COMMIT");
    return result;
  } catch (error) {
    try {
      database.exec("ROLLBACK");
    } catch {
      // A full disk, for one, has ended the transaction already.
    }
    throw error;
  }
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
