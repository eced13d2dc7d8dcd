import { accountNames } from "@mpesa/raw/platform";
import { check, oneOf, text } from "./check.ts";
import { phoneRule } from "./check-options.ts";
import { openingBalance } from "./defaults.ts";
import type { Engine } from "./engine/engine.ts";
import { balanceOf, customerAccount, organisationAccount } from "./engine/ledger.ts";
import { normalisePhone } from "./engine/phone.ts";
import type { AccountRecord, EntryRecord, TransactionRecord } from "./state/records.ts";

/** Where the money is and how it came there. Amounts in records are cents. What is read is a copy: it stays as it is. */
export interface LedgerView {
  readonly accounts: readonly AccountRecord[];
  /** Movements, oldest first, as many as the history holds. */
  readonly entries: readonly EntryRecord[];
  readonly transactions: readonly TransactionRecord[];
  /**
   * Shillings on a customer's account, or on one account of an organisation. A till's income is on `"merchant"`.
   * @default the utility account
   * @throws TypeError for a number that nobody has, and an account that the organisation has not
   */
  balance(number: string, account?: keyof typeof accountNames): number;
  /** The sum of all balances in cents. It is always 0: opening balances are owed by M-Pesa's issue account. */
  total(): number;
}

export function ledgerView(engine: Engine): LedgerView {
  const { store } = engine;
  return {
    get accounts() {
      return [...store.accounts.values()].map((record) => ({ ...record }));
    },
    get entries() {
      return [...store.entries.values()].map((record) => ({ ...record }));
    },
    get transactions() {
      return [...store.transactions.values()].map((record) => ({ ...record }));
    },
    balance(number, account = "utility") {
      check(number, "number", text('a short code or a Kenyan mobile number as a text, such as "174379"'));
      check(account, "account", oneOf(...Object.keys(accountNames)));
      if (store.organisations.has(number)) {
        const id = organisationAccount(number, accountNames[account]);
        if (!store.accounts.has(id)) throw new TypeError(`${number} has no ${account} account`);
        return balanceOf(engine, id) / 100;
      }
      if (/^\d{1,9}$/.test(number)) throw new TypeError(`nobody has the short code ${number}`);
      check(number, "number", phoneRule);
      const phone = normalisePhone(number);
      return store.customers.has(phone) ? balanceOf(engine, customerAccount(phone)) / 100 : openingBalance.customer;
    },
    total() {
      let sum = 0;
      for (const { balance } of store.accounts.values()) sum += balance;
      return sum;
    },
  };
}
