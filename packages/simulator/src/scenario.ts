import { type OperationId, operationTable } from "@mpesa/raw";
import { SUCCESS } from "./codes.ts";

/**
 * What goes wrong between the caller and the gateway.
 *
 * | fault | what the caller sees | processed |
 * |---|---|---|
 * | `refuse` | the connection was refused | no |
 * | `reset` | the connection broke | no |
 * | `dropAnswer` | the connection broke | yes: the money may have moved |
 * | `stall` | nothing, until it gives up | no |
 * | `gatewayTimeout` | HTTP 504 | yes |
 * | `html503`, `html403` | a firewall's page | no |
 * | `spikeArrest` | HTTP 429 | no |
 */
export type NetworkFault =
  | "refuse"
  | "reset"
  | "dropAnswer"
  | "stall"
  | "gatewayTimeout"
  | "html503"
  | "html403"
  | "spikeArrest";

/** What happens to a callback on its way. `reordered`: it waits until the next other callback has been delivered. */
export type CallbackFault = "duplicate" | "late" | "early" | "lost" | "reordered";

/** What shall happen instead of the ordinary. Fields may be combined. */
export interface Scenario {
  /**
   * The result code that the callback, the result or the answer carries. Money moves only for `"0"`, which means success
   * whatever PIN, limits and initiator say: a payer who has too little is lent the rest, as a movement of the ledger. What
   * success needs must be there all the same: where a short code, a receipt or an account does not exist, or a payment is
   * reversed already, `"0"` means the ordinary course. Codes that the spec does not know are taken if they look like codes.
   */
  readonly resultCode?: string;
  /** Its text. @default the text seen on the wire for the code */
  readonly resultDescription?: string;
  /** The ResponseCode of the acknowledgement (USSD push: its `code`). Only zeros mean acceptance; with anything else nothing is processed. */
  readonly responseCode?: string;
  /** The request is refused with this code of the spec's `error`, `fault` or `http` scope, and not processed. */
  readonly errorCode?: string;
  /** Its text, which tells apart the meanings of one code. */
  readonly errorMessage?: string;
  /** HTTP status of the refusal. @default the status seen with the code */
  readonly status?: number;
  readonly fault?: NetworkFault;
  /** Whether a request with a fault is processed all the same. @default see {@link NetworkFault} */
  readonly processed?: boolean;
  readonly callback?: CallbackFault;
  /** The queue gives up: the request itself is posted to QueueTimeOutURL and nothing is done. */
  readonly timeout?: boolean;
}

/** A product, as shorthand for its operations. */
export type Product =
  | "token"
  | "stk"
  | "stkQuery"
  | "c2b"
  | "b2c"
  | "pochi"
  | "b2b"
  | "tax"
  | "ussd"
  | "balance"
  | "status"
  | "reversal"
  | "qr"
  | "pull";

/** What a scenario is for: one operation, all of a product, or any request. */
export type ScenarioTarget = OperationId | Product | "any";

const products: Readonly<Record<Product, readonly OperationId[]>> = {
  token: ["generateToken"],
  stk: ["stkPush"],
  stkQuery: ["stkQuery"],
  c2b: ["c2bRegisterV1", "c2bRegisterV2", "c2bSimulateV1", "c2bSimulateV2"],
  b2c: ["b2cPaymentV1", "b2cPaymentV3", "b2cValidatedPayment"],
  pochi: ["pochiPayment"],
  b2b: ["b2bPayment"],
  tax: ["taxRemittance"],
  ussd: ["ussdPush"],
  balance: ["accountBalance"],
  status: ["transactionStatus"],
  reversal: ["reversal"],
  qr: ["qrGenerate"],
  pull: ["pullRegister", "pullQuery"],
};

/** The operations that a target names. */
export function operationsOf(target: ScenarioTarget): readonly OperationId[] {
  if (target === "any") return Object.keys(operationTable) as OperationId[];
  return products[target as Product] ?? [target as OperationId];
}

/** Whether a target names this operation. */
export function targets(target: string, operation: OperationId): boolean {
  return operationsOf(target as ScenarioTarget).includes(operation);
}

/** Whether a scenario insists on success, so that nothing in its way counts. */
export function insists(scenario: Scenario | null): boolean {
  return scenario?.resultCode === SUCCESS;
}

/** Every name that a scenario may be for. */
export const scenarioTargets: readonly ScenarioTarget[] = [
  "any",
  ...(Object.keys(products) as Product[]),
  ...(Object.keys(operationTable) as OperationId[]).filter((id) => !(id in products)),
];

/** The faults by name, for menus. */
export const networkFaults: readonly NetworkFault[] = [
  "refuse",
  "reset",
  "dropAnswer",
  "stall",
  "gatewayTimeout",
  "html503",
  "html403",
  "spikeArrest",
];
export const callbackFaults: readonly CallbackFault[] = ["duplicate", "late", "early", "lost", "reordered"];
