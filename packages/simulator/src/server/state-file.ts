import type { StatementSync } from "node:sqlite";
import { check, text } from "../check.ts";
import type { StateFile } from "../state/store.ts";
import { checkSound } from "./soundness.ts";

/** Marks a file as the simulator's own; any other database is left alone. */
const APPLICATION_ID = 0x4d_50_53_31;
const VERSION = 1;

/**
 * Opens or makes a SQLite file that keeps the state over restarts. What `save` returned from survives the end of the
 * process, also by SIGKILL; it is not meant to survive a power cut.
 *
 * `load` and `save` throw an Error with one sentence too.
 *
 * @throws Error with one sentence when the file is broken, in use, of another program or cannot be opened
 */
export async function openStateFile(path: string): Promise<StateFile> {
  check(path, "path", text("the path of a file"));
  const { DatabaseSync } = await loadSqlite();
  const database = open(() => new DatabaseSync(path), path);
  let put: StatementSync;
  let drop: StatementSync;
  try {
    // Another simulator on the same file would overwrite money; one that is just ending is waited for.
    database.exec(
      "PRAGMA busy_timeout = 1000; PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;",
    );
    const { application_id: owner } = database.prepare("PRAGMA application_id").get() as { application_id: number };
    const { count } = database.prepare("SELECT count(*) AS count FROM sqlite_master").get() as { count: number };
    if (owner !== APPLICATION_ID && (owner !== 0 || count > 0)) throw new Error("it belongs to another program");
    if (owner === APPLICATION_ID && count === 0) throw new Error("it is incomplete");
    const { user_version: version } = database.prepare("PRAGMA user_version").get() as { user_version: number };
    if (version > VERSION) throw new Error("it was written by a newer simulator");
    // The rows may be readable where the index over them is not, and then the first write would fail.
    const [{ integrity_check: found }] = database.prepare("PRAGMA integrity_check(1)").all() as [
      Record<string, string>,
    ];
    if (found !== "ok") throw new Error("it is damaged");
    // At once, so that a file of ours without its table is known to have lost it.
    if (count === 0)
      database.exec(`BEGIN; PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${VERSION};
        CREATE TABLE records (name TEXT NOT NULL, key TEXT NOT NULL, json TEXT NOT NULL, PRIMARY KEY (name, key)); COMMIT`);
    put = database.prepare(
      "INSERT INTO records (name, key, json) VALUES (?, ?, ?) ON CONFLICT (name, key) DO UPDATE SET json = excluded.json",
    );
    drop = database.prepare("DELETE FROM records WHERE name = ? AND key = ?");
  } catch (error) {
    database.close();
    throw broken(path, error);
  }
  return {
    load() {
      try {
        const rows = database.prepare("SELECT name, key, json FROM records ORDER BY rowid").all() as {
          name: string;
          key: string;
          json: string;
        }[];
        const records = rows.map(({ name, key, json }) => ({ table: name, key, record: JSON.parse(json) as object }));
        checkSound(records);
        return records;
      } catch (error) {
        throw broken(path, error);
      }
    },
    save(changes) {
      try {
        database.exec("BEGIN");
        for (const { table, key, record } of changes) {
          if (record) put.run(table, key, JSON.stringify(record));
          else drop.run(table, key);
        }
        database.exec("COMMIT");
      } catch (error) {
        try {
          database.exec("ROLLBACK");
        } catch {
          // A broken file may refuse this too; what went wrong first is what counts.
        }
        throw broken(path, error);
      }
    },
    close: () => database.close(),
  };
}

async function loadSqlite(): Promise<typeof import("node:sqlite")> {
  // Node calls the module experimental on every start; that is no news for whoever runs this.
  const { emitWarning } = process;
  process.emitWarning = ((warning: string | Error, ...rest: unknown[]) => {
    if (!String(warning).includes("SQLite"))
      (emitWarning as (...all: unknown[]) => void).call(process, warning, ...rest);
  }) as typeof process.emitWarning;
  try {
    return await import("node:sqlite");
  } catch {
    throw new Error(
      "a state file needs Node 22.13 or newer, whose node:sqlite writes it; leave --state out or update Node",
    );
  } finally {
    process.emitWarning = emitWarning;
  }
}

function open<T>(make: () => T, path: string): T {
  try {
    return make();
  } catch (error) {
    throw broken(path, error);
  }
}

function broken(path: string, error: unknown): Error {
  const reason = error instanceof Error ? error.message : String(error);
  const plain = /locked|busy/i.test(reason) ? "another simulator is using it" : reason;
  return new Error(`the state file ${path} cannot be used: ${plain}`, { cause: error });
}
