import { formerKeyOf, SETTLED } from "../handler/key.ts";
import type { ClaimState } from "./inbox.ts";
import { type Database, inTransaction } from "./sqlite-database.ts";

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
