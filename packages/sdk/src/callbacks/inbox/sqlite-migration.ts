import { formerKeyOf, SETTLED } from "../handler/key.ts";
import type { ClaimState } from "./inbox.ts";
import { type Database, inTransaction } from "./sqlite-database.ts";

/** Adds the column for tokens to a file from before claims had them. */
export function addTokens(database: Database): void {
  const lacksTokens = (): boolean =>
    database.prepare("SELECT 1 FROM pragma_table_info('mpesa_inbox') WHERE name = 'token'").all().length === 0;
  if (!lacksTokens()) return;
  inTransaction(database, () => {
    // Another process may have added it while this one waited for the transaction.
    if (!lacksTokens()) return;
    database.exec("ALTER TABLE mpesa_inbox ADD COLUMN token TEXT");
    // A process that died between two commits left a failure claimed, only to be completed with its success.
    const settle =
      "UPDATE mpesa_inbox SET completed_at = available_at, payload = '' WHERE payload = ? AND completed_at IS NULL";
    database.prepare(settle).run(SETTLED);
  });
}

/**
 * Looks a delivery up under its former key, which did not contain the reference, in the rows that an older version wrote.
 *
 * A completed row has lost its payload, and with it the proof of its reference. It counts as a duplicate all the same: a
 * payment that is booked twice is the greater harm, and rows that nobody writes any more cannot silence what comes later.
 * See docs/decisions/0012.
 */
export function formerClaims(
  database: Database,
): (key: string, payload: string, time: number) => Exclude<ClaimState, "new"> | undefined {
  // This version gives every row that it claims a token.
  const look = database.prepare(
    "SELECT payload, available_at, completed_at FROM mpesa_inbox WHERE key = ? AND token IS NULL",
  );
  return (key, payload, time) => {
    const formerKey = formerKeyOf(key);
    const row = formerKey === undefined ? undefined : look.all(formerKey)[0];
    if (!row) return undefined;
    if (row["completed_at"] !== null) return "duplicate";
    // A process of the older version may still be at work, if the stored callback came on the same route.
    const isHeld = Number(row["available_at"]) > time && referenceOf(row["payload"]) === referenceOf(payload);
    return isHeld ? "busy" : undefined;
  };
}

function referenceOf(payload: unknown): unknown {
  try {
    return (JSON.parse(String(payload)) as { reference?: unknown } | null)?.reference;
  } catch {
    return undefined;
  }
}
