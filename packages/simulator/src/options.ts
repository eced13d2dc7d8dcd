import type { MpesaEnvironment } from "@mpesa/raw";
import { sandbox, validationDeadlineMs } from "@mpesa/raw/platform";
import { hostOf } from "./callbacks/hosts.ts";
import { checkOptions } from "./check-options.ts";
import { delays, deliveryTimeoutMs } from "./defaults.ts";
import type { StateFile } from "./state/store.ts";

/** An app of the portal: the keys that get a token. */
export interface AppOptions {
  consumerKey: string;
  consumerSecret: string;
}

/** An API user that acts for an organisation. */
export interface InitiatorOptions {
  name: string;
  password: string;
  /** Accept exactly this credential, besides one made with the simulator's own key. @default any well-formed one that the simulator cannot open */
  securityCredential?: string;
  /** Whether the user is locked, as after three wrong passwords: every request ends with result 8006. @default false */
  locked?: boolean;
}

/** A pay bill, a till or a store. Amounts are whole or decimal shillings. */
export interface OrganisationOptions {
  shortCode: string;
  name?: string;
  /** @default "payBill" */
  kind?: "payBill" | "till" | "store";
  /** A till's store. */
  store?: string;
  passkey?: string;
  /** @default the sandbox's testapi */
  initiators?: InitiatorOptions[];
  /** Whether C2B validation is switched on. @default true */
  externalValidation?: boolean;
  /** The phone that gets the prompts of B2B express checkout. */
  operatorPhone?: string;
  /** Opening balances of the working, utility and (tills) merchant accounts. @default 1000000 each */
  balance?: number;
}

/** A person with a phone. */
export interface CustomerOptions {
  phone: string;
  name?: string;
  /** @default "1234" */
  pin?: string;
  /** Shillings, up to 500000. @default 50000 */
  balance?: number;
  /** Shillings that the person may spend in a day. @default 500000 */
  limit?: number;
  /** The national ID that a checked payout with IDType "01" is compared with. @default "00000000" */
  idNumber?: string;
  /** Whether the number has an M-Pesa account. @default true */
  registered?: boolean;
  /** Whether the phone is on and in range. @default true */
  reachable?: boolean;
}

/** How long things take, in milliseconds. */
export interface Delays {
  /** From the push until the prompt is on the screen. @default 1000 */
  promptMs: number;
  /** From the PIN until the money has moved and the callback leaves. @default 1500 */
  processingMs: number;
  /** From an acknowledgement until its result. @default 2000 */
  resultMs: number;
  /** From a customer's own payment until the validation call. @default 500 */
  validationMs: number;
  /** What `late` adds to a callback. @default 60000 */
  lateMs: number;
}

/** How to set up a simulator. Everything has a default. */
export interface SimulatorOptions {
  /** The same seed and the same script give the same bytes. @default 1 */
  seed?: number | string;
  /** `virtual` stands still until `advance` or `settled`; `real` runs. @default "virtual" */
  clock?: "virtual" | "real";
  /** Where a virtual clock starts, in milliseconds since 1970. @default 2026-10-06T09:00:00+03:00 */
  startAt?: number;
  /** Production refuses http callbacks, C2B simulate and a second C2B registration. @default "sandbox" */
  environment?: MpesaEnvironment;
  /** Who gets tokens. @default one app with the keys in `simulator.credentials` */
  apps?: "any" | AppOptions[];
  /**
   * Added to the sandbox's own; the same short code replaces. One that a state file knows already stays as it is there,
   * money included.
   */
  organisations?: OrganisationOptions[];
  /**
   * Known from the start; any other number becomes a customer when it is first used. Of two with one number, however
   * written, the later counts. One that a state file knows already stays as it is there.
   */
  customers?: CustomerOptions[];
  /** Delivers callbacks. @default globalThis.fetch */
  fetch?: (request: Request) => Promise<Response>;
  /** Host names besides loopback that callbacks may go to, at any port; case does not matter. @default none */
  allowedCallbackHosts?: readonly string[];
  /**
   * Milliseconds of real time that your endpoint may take; C2B validation has its own deadline of 8 seconds.
   * @default 4000 on a virtual clock, 10000 on a real one
   */
  deliveryTimeoutMs?: number;
  /** Milliseconds a C2B validation may take. @default 8000 */
  validationDeadlineMs?: number;
  delays?: Partial<Delays>;
  /** Whether the measured throttles answer 429. @default true on a real clock, false on a virtual one */
  rateLimits?: boolean;
  /** Whether magic phone numbers and amounts do what the table says. @default true */
  magic?: boolean;
  /** How many requests, callbacks and transactions are remembered. @default 5000 */
  history?: number;
  /** Where state survives the process. @default nowhere */
  state?: StateFile;
}

/** Options with their defaults. */
export interface Settings extends Required<Omit<SimulatorOptions, "state" | "delays" | "startAt">> {
  readonly delays: Delays;
  readonly startAt: number;
}

/** The keys of the app that is known when `apps` is left out. They are no secret. */
const defaultApp: AppOptions = { consumerKey: "simulator-key", consumerSecret: "simulator-secret" };

/** @throws TypeError that names every option that makes no sense */
export function settle(options: SimulatorOptions): Settings {
  checkOptions(options);
  const clock = options.clock ?? "virtual";
  return {
    seed: options.seed ?? 1,
    clock,
    startAt: options.startAt ?? Date.UTC(2026, 9, 6, 6),
    environment: options.environment ?? "sandbox",
    apps: options.apps ?? [defaultApp],
    organisations: options.organisations ?? [],
    customers: options.customers ?? [],
    fetch: options.fetch ?? ((request) => globalThis.fetch(request)),
    allowedCallbackHosts: (options.allowedCallbackHosts ?? []).map((name) => hostOf(name) ?? name),
    deliveryTimeoutMs: options.deliveryTimeoutMs ?? deliveryTimeoutMs[clock],
    validationDeadlineMs: options.validationDeadlineMs ?? validationDeadlineMs,
    delays: { ...delays, ...options.delays },
    rateLimits: options.rateLimits ?? clock === "real",
    magic: options.magic ?? true,
    history: options.history ?? 5_000,
  };
}

/** What a client needs to talk to a simulator with default settings; the fields are named as the SDK's options. */
export interface SimulatorCredentials {
  readonly consumerKey: string;
  readonly consumerSecret: string;
  readonly shortCode: string;
  readonly passkey: string;
}

export function credentialsOf({ apps }: Settings): SimulatorCredentials {
  const app = (apps === "any" ? undefined : apps[0]) ?? defaultApp;
  return { ...app, shortCode: sandbox.shortCode, passkey: sandbox.passkey };
}
