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
  /** The result code that the callback, the result or the answer carries; money moves only for success. */
  readonly resultCode?: string;
  /** Its text. @default the text seen on the wire for the code */
  readonly resultDescription?: string;
  /** The ResponseCode of the acknowledgement. Only zeros mean acceptance; with anything else nothing is processed. */
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

/** Whether a target names this operation. */
export function targets(target: string, operation: OperationId): boolean {
  return target === "any" || target === operation || (products[target as Product]?.includes(operation) ?? false);
}

/** Every name that a scenario may be for. */
export const scenarioTargets: readonly ScenarioTarget[] = [
  "any",
  ...(Object.keys(products) as Product[]),
  ...(Object.keys(operationTable) as OperationId[]).filter((id) => !(id in products)),
];

/** @throws TypeError when the target or a field of the scenario is unknown */
export function checkScenario(target: string, scenario: Scenario): void {
  if (!scenarioTargets.includes(target as ScenarioTarget)) {
    throw new TypeError(`"${target}" is no operation or product; use one of ${scenarioTargets.join(", ")}`);
  }
  const known = [
    "resultCode",
    "resultDescription",
    "responseCode",
    "errorCode",
    "errorMessage",
    "status",
    "fault",
    "processed",
    "callback",
    "timeout",
  ];
  for (const field of Object.keys(scenario)) {
    if (!known.includes(field))
      throw new TypeError(`a scenario has no field "${field}"; it may have ${known.join(", ")}`);
  }
  check("fault", scenario.fault, networkFaults);
  check("callback", scenario.callback, callbackFaults);
  for (const field of ["resultCode", "resultDescription", "responseCode", "errorCode", "errorMessage"] as const)
    checkType(field, scenario[field], "string");
  for (const field of ["processed", "timeout"] as const) checkType(field, scenario[field], "boolean");
  const { status = 500, resultCode = SUCCESS } = scenario;
  if (!(Number.isInteger(status) && status >= 200 && status <= 599))
    throw new TypeError("status must be a whole number from 200 to 599");
  // Other zeros would tell of a success without the money having moved.
  if (/^0{2,}$/.test(resultCode) && !targets(target, "qrGenerate"))
    throw new TypeError(`resultCode "${resultCode}": success is written "0" here`);
}

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

function checkType(field: string, value: unknown, type: "string" | "boolean"): void {
  if (value !== undefined && (typeof value !== type || value === ""))
    throw new TypeError(`${field} must be a ${type}${type === "string" ? " that is not empty" : ""}`);
}

function check(field: string, value: string | undefined, allowed: readonly string[]): void {
  if (value !== undefined && !allowed.includes(value))
    throw new TypeError(`${field} must be one of ${allowed.join(", ")}`);
}
