import type {
  AccountRecord,
  CallbackRecord,
  ConversationRecord,
  CustomerRecord,
  EntryRecord,
  FailureRecord,
  JobRecord,
  MessageRecord,
  MetaRecord,
  OrganisationRecord,
  PaymentRecord,
  PromptRecord,
  RequestRecord,
  ScenarioRecord,
  TokenRecord,
  TransactionRecord,
} from "./records.ts";
import { type Change, Table } from "./table.ts";

/** Where changes are kept for the next start. `save` returns only when they are safe from the end of the process. */
export interface StateFile {
  load(): Iterable<{ table: string; key: string; record: object }>;
  save(changes: readonly Change[]): void;
  close(): void;
}

/** How many ids are remembered; far more than anybody repeats. */
const ORIGINATORS = 100_000;
/** A short history must not end tokens before their time. */
const TOKENS = 1_000;

/** All tables, and the journal of what changed since the last commit. */
export class Store {
  readonly #dirty = new Map<string, Set<string>>();
  readonly #touch = (table: string, key: string): void => {
    const keys = this.#dirty.get(table) ?? new Set();
    this.#dirty.set(table, keys.add(key));
  };
  readonly #tables = new Map<string, Table<object>>();
  readonly #file: StateFile | undefined;
  #closed = false;
  readonly #listeners = new Set<(changes: readonly Change[]) => void>();
  #failure: unknown;

  readonly meta: Table<MetaRecord>;
  readonly customers: Table<CustomerRecord>;
  readonly organisations: Table<OrganisationRecord>;
  readonly accounts: Table<AccountRecord>;
  readonly entries: Table<EntryRecord>;
  readonly transactions: Table<TransactionRecord>;
  readonly prompts: Table<PromptRecord>;
  readonly conversations: Table<ConversationRecord>;
  /** Which conversation an OriginatorConversationID began: it must be refused the second time. */
  readonly originators: Table<{ conversationId: string }>;
  readonly payments: Table<PaymentRecord>;
  readonly tokens: Table<TokenRecord>;
  readonly jobs: Table<JobRecord>;
  readonly callbacks: Table<CallbackRecord>;
  readonly requests: Table<RequestRecord>;
  readonly messages: Table<MessageRecord>;
  readonly scenarios: Table<ScenarioRecord>;
  readonly failures: Table<FailureRecord>;

  constructor(history: number, file?: StateFile) {
    this.#file = file;
    this.meta = this.#table("meta");
    this.customers = this.#table("customers");
    this.organisations = this.#table("organisations");
    this.accounts = this.#table("accounts");
    this.entries = this.#table("entries", history);
    this.transactions = this.#table("transactions", history);
    this.prompts = this.#table("prompts", history, (prompt) => prompt.state !== "finished");
    this.conversations = this.#table("conversations", history, (conversation) => conversation.resultCode === null);
    this.originators = this.#table("originators", Math.max(history, ORIGINATORS));
    this.payments = this.#table("payments", history, (payment) => payment.state === "validating");
    this.tokens = this.#table("tokens", Math.max(history, TOKENS));
    this.jobs = this.#table("jobs");
    this.callbacks = this.#table(
      "callbacks",
      history,
      (callback) => callback.state === "scheduled" || callback.state === "held",
    );
    this.requests = this.#table("requests", history);
    this.messages = this.#table("messages", history);
    this.scenarios = this.#table("scenarios");
    this.failures = this.#table("failures", history);
    for (const { table, key, record } of file?.load() ?? []) this.#tables.get(table)?.restore(key, record);
  }

  onChange(listener: (changes: readonly Change[]) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Why the state file can no longer be written. */
  get failure(): unknown {
    return this.#failure;
  }

  /**
   * Makes everything since the last commit permanent, at once, and tells the listeners.
   * @throws what the state file threw, from then on at every commit: nothing may be acknowledged that is not safe
   */
  commit(): void {
    if (this.#failure !== undefined) throw this.#failure;
    // A delivery may come back after the end.
    if (this.#dirty.size === 0 || this.#closed) return;
    if (!this.#file && this.#listeners.size === 0) {
      this.#dirty.clear();
      return;
    }
    const changes: Change[] = [];
    for (const [table, keys] of this.#dirty) {
      const rows = this.#tables.get(table);
      for (const key of keys) changes.push({ table, key, record: rows?.get(key) });
    }
    try {
      this.#file?.save(changes);
    } catch (error) {
      this.#failure = error;
      throw error;
    }
    this.#dirty.clear();
    for (const listener of this.#listeners) {
      try {
        listener(changes);
      } catch (error) {
        // biome-ignore lint/suspicious/noConsole: a mistake in a listener must be seen, and must not stop a payment.
        console.error("a listener of the simulator threw", error);
      }
    }
  }

  close(): void {
    if (this.#failure === undefined) this.commit();
    this.#closed = true;
    this.#file?.close();
  }

  #table<T extends object>(name: string, limit?: number, keep?: (record: T) => boolean): Table<T> {
    const table = new Table<T>(name, this.#touch, limit, keep);
    this.#tables.set(name, table as unknown as Table<object>);
    return table;
  }
}
