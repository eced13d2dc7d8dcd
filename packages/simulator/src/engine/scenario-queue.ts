import type { OperationId } from "@mpesa/raw";
import { type Scenario, scenarioTargets, targets } from "../scenario.ts";
import type { ScenarioRecord } from "../state/records.ts";
import type { Table } from "../state/table.ts";

/** Ids in the order of their making, by target. */
type ByTarget = Map<string, Set<string>>;

/** What requests are to meet, over its table so that it survives a restart, and found without looking at all of it. */
export class ScenarioQueue {
  readonly #rows: Table<ScenarioRecord>;
  readonly #nextId: () => number;
  /** Those that are used up, and those that hold until they are taken off. */
  readonly #once: ByTarget = new Map();
  readonly #standing: ByTarget = new Map();
  readonly #targets = new Map<OperationId, readonly string[]>();

  constructor(rows: Table<ScenarioRecord>, nextId: () => number) {
    this.#rows = rows;
    this.#nextId = nextId;
    for (const record of rows.values()) this.#index(record);
  }

  /** Queues a scenario; `times` null means until it is taken off. Returns its id. */
  add(target: string, scenario: Scenario, times: number | null): string {
    const id = String(this.#nextId());
    this.#index(this.#rows.put(id, { id, target, scenario, remaining: times }));
    return id;
  }

  remove(id: string): void {
    const record = this.#rows.get(id);
    if (record) this.#of(record).get(record.target)?.delete(id);
    this.#rows.delete(id);
  }

  clear(): void {
    for (const { id } of [...this.#rows.values()]) this.remove(id);
  }

  /**
   * The scenario for a request, used up by one. What was queued once comes before what holds until taken off, so that a
   * switched-on fault can be interrupted.
   */
  take(operation: OperationId): Scenario | null {
    if (this.#rows.size === 0) return null;
    const found = this.#first(this.#once, operation) ?? this.#first(this.#standing, operation);
    if (!found) return null;
    if (found.remaining !== null) {
      found.remaining -= 1;
      if (found.remaining <= 0) this.remove(found.id);
      else this.#rows.put(found.id, found);
    }
    return found.scenario;
  }

  #first(ids: ByTarget, operation: OperationId): ScenarioRecord | undefined {
    let first: string | undefined;
    for (const target of this.#targetsOf(operation)) {
      const [id] = ids.get(target) ?? [];
      if (id !== undefined && (first === undefined || Number(id) < Number(first))) first = id;
    }
    return first === undefined ? undefined : this.#rows.get(first);
  }

  #targetsOf(operation: OperationId): readonly string[] {
    const known = this.#targets.get(operation);
    if (known) return known;
    const found = scenarioTargets.filter((target) => targets(target, operation));
    this.#targets.set(operation, found);
    return found;
  }

  #of({ remaining }: ScenarioRecord): ByTarget {
    return remaining === null ? this.#standing : this.#once;
  }

  #index(record: ScenarioRecord): void {
    const ids = this.#of(record);
    const same = ids.get(record.target);
    if (same) same.add(record.id);
    else ids.set(record.target, new Set([record.id]));
  }
}
