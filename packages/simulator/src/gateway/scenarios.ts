import type { OperationId } from "@mpesa/raw";
import type { Engine } from "../engine/engine.ts";
import { type Scenario, targets } from "../scenario.ts";

/** Queues a scenario; `times` null means until it is taken off. Gives its id. */
export function addScenario(engine: Engine, target: string, scenario: Scenario, times: number | null): string {
  const id = String(engine.serial());
  engine.store.scenarios.put(id, { id, target, scenario, remaining: times });
  return id;
}

/**
 * The scenario for a request, used up by one. What was queued once comes before what holds until taken off, so that a
 * switched-on fault can be interrupted.
 */
export function takeScenario(engine: Engine, operation: OperationId): Scenario | null {
  if (engine.store.scenarios.size === 0) return null;
  const fitting = [...engine.store.scenarios.values()].filter(({ target }) => targets(target, operation));
  const found = fitting.find(({ remaining }) => remaining !== null) ?? fitting[0];
  if (!found) return null;
  if (found.remaining !== null) {
    found.remaining -= 1;
    if (found.remaining <= 0) engine.store.scenarios.delete(found.id);
    else engine.store.scenarios.put(found.id, found);
  }
  return found.scenario;
}
