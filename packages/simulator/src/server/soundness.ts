import { accountNames } from "@mpesa/raw/platform";
import { FEES, ISSUE } from "../engine/ledger.ts";
import { jobHandlers } from "../products/index.ts";
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
  if (![meta?.random, meta?.serial, meta?.now].every(Number.isFinite)) throw new Error("it is incomplete");
  for (const { kind, at } of records<JobRecord>("jobs"))
    if (!Object.hasOwn(jobHandlers, kind) || !Number.isFinite(at))
      throw new Error("it plans something that is unknown here");
  checkMoney(rows, records<AccountRecord>("accounts"), records<OrganisationRecord>("organisations"));
}

/** Every account has its owner, every owner the accounts, and together they hold nothing. */
function checkMoney(
  rows: readonly Row[],
  accounts: readonly AccountRecord[],
  organisations: readonly OrganisationRecord[],
): void {
  const sum = accounts.reduce((total, { balance }) => total + balance, 0);
  if (sum !== 0 || !accounts.every(({ balance }) => Number.isSafeInteger(balance)))
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
