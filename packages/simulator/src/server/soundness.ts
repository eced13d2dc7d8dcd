import { accountNames } from "@mpesa/raw/platform";
import { FEES, ISSUE } from "../engine/ledger.ts";
import { LAST_INSTANT } from "../engine/time.ts";
import { jobs } from "../products/index.ts";
import type { AccountRecord, JobRecord, MetaRecord, OrganisationRecord } from "../state/records.ts";

/** A record as a state file has it. */
export interface Row {
  readonly table: string;
  readonly key: string;
  readonly record: object;
}

/** The field of a record that repeats its key. */
const keys: Readonly<Record<string, string>> = {
  customers: "phone",
  organisations: "shortCode",
  accounts: "id",
  entries: "id",
  transactions: "receipt",
  prompts: "id",
  conversations: "conversationId",
  payments: "receipt",
  tokens: "token",
  jobs: "id",
  callbacks: "id",
  requests: "id",
  messages: "id",
  scenarios: "id",
  failures: "id",
};

/** @throws Error for a file that somebody edited or that lost rows: it must not go on as if its money were right */
export function checkSound(rows: readonly Row[]): void {
  if (rows.length === 0) return;
  for (const { table, key, record } of rows) {
    if (typeof record !== "object" || record === null) throw new Error("it holds a record that is none");
    const field = keys[table];
    if (field && (record as Record<string, unknown>)[field] !== key)
      throw new Error(`its record ${key} of ${table} is not what it should be`);
  }
  const records = <T>(name: string): T[] => rows.filter(({ table }) => table === name).map(({ record }) => record as T);
  const [meta] = records<MetaRecord>("meta");
  if (![meta?.random, meta?.serial].every(Number.isFinite) || !isInstant(meta?.now))
    throw new Error("it is incomplete");
  for (const { kind, at } of records<JobRecord>("jobs"))
    if (!Object.hasOwn(jobs.handlers, kind) || !isInstant(at))
      throw new Error("it plans something that is unknown here");
  checkMoney(rows, records<AccountRecord>("accounts"), records<OrganisationRecord>("organisations"));
}

function isInstant(at: unknown): boolean {
  return typeof at === "number" && at >= 0 && at <= LAST_INSTANT;
}

/** Every account has its owner, every owner the accounts, and together they hold nothing. */
function checkMoney(
  rows: readonly Row[],
  accounts: readonly AccountRecord[],
  organisations: readonly OrganisationRecord[],
): void {
  // Balances that are exact may have a sum that is not.
  const exact = accounts.every(({ balance }) => Number.isSafeInteger(balance));
  const sum = (some: readonly AccountRecord[]): bigint =>
    some.reduce((total, { balance }) => total + BigInt(balance), 0n);
  const overdrawn = accounts.some(({ id, balance, floor }) => id !== ISSUE && floor !== null && balance < floor);
  const positive = accounts.filter(({ balance }) => balance > 0);
  if (!exact || overdrawn || sum(accounts) !== 0n || sum(positive) > BigInt(Number.MAX_SAFE_INTEGER))
    throw new Error("its money does not add up");
  const { merchant, ...common } = accountNames;
  const wanted = new Set([
    ISSUE,
    FEES,
    ...rows.filter(({ table }) => table === "customers").map(({ key }) => `customer:${key}`),
    ...organisations.flatMap(({ shortCode, kind }) =>
      Object.values(kind === "payBill" ? common : accountNames).map((name) => `${shortCode}:${name}`),
    ),
  ]);
  const there = new Set(accounts.map(({ id }) => id));
  const missing = [...wanted].find((id) => !there.has(id));
  const ownerless = [...there].find((id) => !wanted.has(id));
  if (missing) throw new Error(`the account ${missing} is missing`);
  if (ownerless) throw new Error(`the account ${ownerless} has no owner`);
}
