export type { Customer, Prompt } from "./customer.ts";
export { type MagicValue, magicValues } from "./gateway/magic.ts";
export type { LedgerView } from "./ledger-view.ts";
export type {
  AppOptions,
  CustomerOptions,
  Delays,
  InitiatorOptions,
  OrganisationOptions,
  SimulatorCredentials,
  SimulatorOptions,
} from "./options.ts";
export {
  type CallbackFault,
  type NetworkFault,
  type Product,
  type Scenario,
  type ScenarioTarget,
  scenarioTargets,
} from "./scenario.ts";
export { createSimulator, type Simulator, type SimulatorClock } from "./simulator.ts";
export type {
  AccountRecord,
  Attempt,
  CallbackRecord,
  CallbackState,
  Cents,
  EntryRecord,
  FailureRecord,
  JobKind,
  MessageRecord,
  RequestRecord,
  TransactionRecord,
} from "./state/records.ts";
export type { StateFile } from "./state/store.ts";
export type { Change } from "./state/table.ts";
