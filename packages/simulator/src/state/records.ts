import type { OperationId } from "@mpesa/raw";
import type { Scenario } from "../scenario.ts";

/** Money is kept in whole cents: fees have decimals, and sums must be exact. */
export type Cents = number;

/** What a customer does with a prompt: by hand, or by itself as soon as the prompt is on the screen. */
export type PromptAction =
  | { readonly kind: "pin"; readonly pin?: string }
  | { readonly kind: "cancel" }
  | { readonly kind: "ignore" };

export interface CustomerRecord {
  phone: string;
  name: string;
  pin: string;
  idNumber: string;
  /** Whether the number has an M-Pesa account. */
  registered: boolean;
  /** Whether the phone can be reached: off or out of range means no prompt. */
  reachable: boolean;
  pinTries: number;
  pinLocked: boolean;
  /** Decisions for prompts to come, oldest first. */
  decisions: PromptAction[];
  /** What happens when there is no decision. */
  habit: PromptAction | null;
  /** What may be spent in a day. */
  limit: Cents;
  day: string;
  spentToday: Cents;
}

export interface InitiatorRecord {
  name: string;
  password: string;
  /** The only credential accepted besides one made with the simulator's own key. */
  securityCredential: string | null;
  tries: number;
  locked: boolean;
}

export interface C2bUrls {
  version: 1 | 2;
  responseType: string;
  confirmationUrl: string;
  validationUrl: string;
}

export interface OrganisationRecord {
  shortCode: string;
  name: string;
  kind: "payBill" | "till" | "store";
  /** A till's store. */
  store: string | null;
  passkey: string | null;
  initiators: InitiatorRecord[];
  externalValidation: boolean;
  /** The phone that gets prompts for a till (B2B express checkout). */
  operatorPhone: string | null;
  urls: C2bUrls | null;
  pullRegistered: boolean;
}

export interface AccountRecord {
  id: string;
  owner: string;
  name: string;
  balance: Cents;
  /** The balance may not fall below it; null for accounts that may. */
  floor: Cents | null;
}

/** One movement between two accounts; both sides of the double entry. */
export interface EntryRecord {
  id: string;
  at: number;
  receipt: string;
  from: string;
  to: string;
  amount: Cents;
  text: string;
}

export interface TransactionRecord {
  receipt: string;
  operation: OperationId | "customerPayment";
  at: number;
  amount: Cents;
  charge: Cents;
  /** Accounts. */
  from: string;
  to: string;
  /** "number - name" of both. */
  fromParty: string;
  toParty: string;
  fromAccount: string;
  phone: string | null;
  shortCode: string;
  reference: string;
  conversationId: string | null;
  originatorConversationId: string | null;
  reversedBy: string | null;
  reason: string;
}

export type PromptState = "sent" | "shown" | "processing" | "finished";

/** A payment prompt on a customer's phone (STK) or on a merchant's (USSD). */
export interface PromptRecord {
  id: string;
  kind: "stk" | "ussd";
  requestId: string;
  phone: string;
  payer: string;
  amount: Cents;
  business: string;
  shortCode: string;
  receiver: string;
  /** The TransactionType of an STK push. */
  command: string;
  /** The job that ends it, to be taken off when it ends otherwise. */
  endJob: string | null;
  reference: string;
  description: string;
  callbackUrl: string;
  at: number;
  state: PromptState;
  /** How often it was asked for: the forms of "pending" follow each other. */
  queries: number;
  resultCode: string | null;
  resultDescription: string | null;
  receipt: string | null;
  scenario: Scenario | null;
}

/** A request that was acknowledged and whose result is still to come. */
export interface ConversationRecord {
  conversationId: string;
  originatorConversationId: string;
  operation: OperationId;
  body: Record<string, unknown>;
  at: number;
  resultCode: string | null;
  receipt: string | null;
  scenario: Scenario | null;
}

/** A customer's own payment to a short code, on its way through validation. */
export interface PaymentRecord {
  receipt: string;
  operation: OperationId | "customerPayment";
  at: number;
  phone: string;
  shortCode: string;
  /** Buy goods rather than pay bill. */
  goods: boolean;
  reference: string;
  amount: Cents;
  state: "validating" | "completed" | "rejected";
  resultCode: string | null;
  scenario: Scenario | null;
}

export interface TokenRecord {
  token: string;
  consumerKey: string;
  expiresAt: number;
}

export interface JobRecord {
  id: string;
  at: number;
  kind: JobKind;
  /** The record that it is for. */
  ref: string;
  /** The id of what was asked for; of a delivery, what its callback is about. Missing in older state files. */
  about?: string;
}

export type JobKind = "showPrompt" | "endPrompt" | "completePrompt" | "execute" | "validatePayment" | "deliver";

/** A job that threw an error, because of a bug of the simulator or an edited state file. It is not tried again. */
export interface FailureRecord {
  id: string;
  at: number;
  job: JobKind;
  /** The operation whose request planned the job, where it is known. */
  operation: OperationId | "customerPayment" | null;
  /** The CheckoutRequestID, ConversationID, receipt or callback ID that the job was for. */
  about: string;
  /** The message of the error. */
  problem: string;
}

/** One answer of your endpoint, or why there was none. */
export interface Attempt {
  readonly at: number;
  readonly status: number | null;
  readonly body: string | null;
  readonly problem: string | null;
}

export type CallbackState = "scheduled" | "held" | "delivered" | "failed" | "lost" | "blocked";

export interface CallbackRecord {
  id: string;
  at: number;
  /** The spec's name of the callback: callback, result, timeout, validation, confirmation. */
  name: string;
  operation: OperationId | "customerPayment";
  /** The id the callback is about: CheckoutRequestID, ConversationID or receipt. */
  about: string;
  url: string;
  headers: Record<string, string>;
  body: unknown;
  state: CallbackState;
  /** How many deliveries are meant to happen. */
  wanted: number;
  attempts: Attempt[];
}

export interface RequestRecord {
  id: string;
  at: number;
  operation: OperationId | null;
  method: string;
  path: string;
  /** As it was sent, with secrets blanked. */
  body: unknown;
  status: number | null;
  answer: unknown;
  /** What the simulator did to it: a fault, a scenario, the reason of a refusal. */
  note: string | null;
}

export interface MessageRecord {
  id: string;
  at: number;
  phone: string;
  text: string;
}

export interface ScenarioRecord {
  id: string;
  target: string;
  scenario: Scenario;
  /** Null means until it is taken off. */
  remaining: number | null;
}

export interface MetaRecord {
  random: number;
  serial: number;
  now: number;
}
