import { Unreached } from "../callbacks/unreached.ts";
import type { Settings } from "../options.ts";
import type { TransactionRecord } from "../state/records.ts";
import type { StateFile } from "../state/store.ts";
import { Store } from "../state/store.ts";
import { type Clock, VirtualClock } from "./clock.ts";
import { receipt } from "./ids.ts";
import { Random, seedNumber } from "./random.ts";
import { realNow } from "./real-time.ts";
import { ScenarioQueue } from "./scenario-queue.ts";
import { Schedule } from "./schedule.ts";

/**
 * What the products share: state, clock, ids and the schedule. All of it is synchronous, so a request is one step.
 * A new one has nobody in it: `seedParties` puts in whoever is not there yet.
 */
export class Engine {
  readonly settings: Settings;
  readonly store: Store;
  readonly random: Random;
  readonly clock: Clock;
  readonly schedule: Schedule;
  readonly scenarios: ScenarioQueue;
  /** The prompt that each phone is busy with. */
  readonly busy: Map<string, string> = new Map<string, string>();
  readonly unreached: Unreached = new Unreached();
  /** The callbacks that wait until another one has been delivered. */
  readonly held: Set<string> = new Set<string>();
  #serial: number;

  constructor(settings: Settings, file?: StateFile) {
    this.settings = settings;
    this.store = new Store(settings.history, file);
    const meta = this.store.meta.get("meta");
    this.random = new Random(meta?.random ?? seedNumber(settings.seed));
    this.#serial = meta?.serial ?? 0;
    this.clock = settings.clock === "virtual" ? new VirtualClock(meta?.now ?? settings.startAt) : { now: realNow };
    this.schedule = new Schedule(this.store.jobs, () => this.serial());
    this.scenarios = new ScenarioQueue(this.store.scenarios, () => this.serial());
    for (const { id, phone, state } of this.store.prompts.values()) if (state !== "finished") this.busy.set(phone, id);
    for (const { id, state } of this.store.callbacks.values()) if (state === "held") this.held.add(id);
  }

  now(): number {
    return this.clock.now();
  }

  /** Numbers for records, in the order of their making. */
  serial(): number {
    return ++this.#serial;
  }

  /** A receipt that no known transaction has. */
  receipt(): string {
    for (;;) {
      const fresh = receipt(this.random, this.now());
      if (!this.store.transactions.has(fresh)) return fresh;
    }
  }

  record(transaction: TransactionRecord): void {
    this.store.transactions.put(transaction.receipt, transaction);
  }

  /** An SMS, as people get it after every payment. */
  tell(phone: string, text: string): void {
    const id = String(this.serial());
    this.store.messages.put(id, { id, at: this.now(), phone, text });
  }

  /** Makes the changes since the last commit permanent. Call it before anything of them is told to the outside. */
  commit(): void {
    const meta = this.store.meta.get("meta");
    if (meta?.serial !== this.#serial || meta.random !== this.random.state) {
      this.store.meta.put("meta", { random: this.random.state, serial: this.#serial, now: this.now() });
    }
    this.store.commit();
  }
}
