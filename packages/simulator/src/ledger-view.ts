import { accountNames } from "@mpesa/raw/platform";
import type { Engine } from "./engine/engine.ts";
import { balanceOf, customerAccount, organisationAccount } from "./engine/ledger.ts";
import { normalisePhone } from "./engine/parties.ts";
import type { AccountRecord, EntryRecord, TransactionRecord } from "./state/records.ts";

/** Where the money is and how it came there. Amounts in records are cents. */
export interface LedgerView {
  readonly accounts: readonly AccountRecord[];
  /** Movements, oldest first, as many as the history holds. */
  readonly entries: readonly EntryRecord[];
  readonly transactions: readonly TransactionRecord[];
  /** Shillings on a customer's account, or on one account of an organisation. @default the utility account */
  balance(number: string, account?: keyof typeof accountNames): number;
  /** The sum of all balances in cents. It is always 0: opening balances are owed by M-Pesa's issue account. */
  total(): number;
}

export function ledgerView(engine: Engine): LedgerView {
  const { store } = engine;
  return {
    get accounts() {
      return [...store.accounts.values()];
    },
    get entries() {
      return [...store.entries.values()];
    },
    get transactions() {
      return [...store.transactions.values()];
    },
    balance(number, account = "utility") {
      if (store.organisations.has(number))
        return balanceOf(engine, organisationAccount(number, accountNames[account])) / 100;
      return balanceOf(engine, customerAccount(normalisePhone(number))) / 100;
    },
    total() {
      let sum = 0;
      for (const { balance } of store.accounts.values()) sum += balance;
      return sum;
    },
  };
}
