import { blank } from "./gateway/blank.ts";
import type { CallbackRecord, OrganisationRecord } from "./state/records.ts";
import type { Change } from "./state/table.ts";

/** What others may look at; the rest of the tables is nobody's business. */
const shown = new Set([
  "customers",
  "organisations",
  "accounts",
  "entries",
  "prompts",
  "requests",
  "callbacks",
  "messages",
  "scenarios",
  "failures",
  "transactions",
]);

/** A callback as it may be shown: a timed-out request is posted back with its credential in it. */
export function publicCallback(record: CallbackRecord): CallbackRecord {
  return { ...record, headers: { ...record.headers }, body: blank(record.body), attempts: [...record.attempts] };
}

/** An organisation without the passwords of its API users. */
export function publicOrganisation({
  initiators: _,
  ...rest
}: OrganisationRecord): Omit<OrganisationRecord, "initiators"> {
  return rest;
}

/** Changes as they may be shown. */
export function publicChanges(changes: readonly Change[]): Change[] {
  return changes
    .filter(({ table }) => shown.has(table))
    .map(({ table, key, record }) => ({ table, key, record: record && publicRecord(table, record) }));
}

function publicRecord(table: string, record: object): object {
  if (table === "callbacks") return publicCallback(record as CallbackRecord);
  if (table === "organisations") return publicOrganisation(record as OrganisationRecord);
  return { ...record };
}
