import type { Code, Outcome } from "../codes/code.ts";
import type { FieldList } from "./field-list.ts";
import type { AccountBalance, Charge, Instant, Money, Party, PhoneNumber } from "./value-types.ts";

/**
 * The products whose result comes in a `Result` envelope. They share one shape, so the route should say which it is.
 */
export type ResultKind = "b2c" | "pochi" | "b2b" | "tax" | "balance" | "status" | "reversal";

/** Everything that can arrive. */
export type CallbackKind = ResultKind | "stk" | "timeout" | "c2bValidation" | "c2bConfirmation" | "ussd" | "pull";

export type { Code, Outcome };

/**
 * How sure the kind is: `certain` when you named it, otherwise as the fields suggest. A result whose kind is a `guess`
 * has an unknown outcome, and an issue that asks for the product.
 */
export type Confidence = "certain" | "likely" | "guess";

/** Something that could not be read. The original is in `raw`. */
export interface CallbackIssue {
  /** The field of the result, such as `amount`; `kind` or `product` if it is open; empty for the whole body. */
  readonly path: string;
  /** What is wrong with the field and, where you can help, what to do. Never contains the value. */
  readonly problem: string;
}

interface Base<Kind extends string> {
  readonly kind: Kind;
  /** Fields that were there but could not be read, and fields that were missed. */
  readonly issues: readonly CallbackIssue[];
  /** What came, untouched; only a SecurityCredential is redacted, also where it stands in a text. */
  readonly raw: unknown;
}

interface Recognised<Kind extends CallbackKind> extends Base<Kind> {
  readonly confidence: Confidence;
}

interface KnownCode extends Code {
  readonly known: true;
}

/** Whatever has an outcome has a code that this product is known to send. */
interface WithKnownCode {
  /** Always a string, also where the wire has a number. */
  readonly resultCode: string;
  /** Meaning of `resultCode` in this product, as `explain()` of `@mpesa/sdk/codes` returns it. */
  readonly code: KnownCode;
}

interface WithoutOutcome {
  readonly outcome: "unknown";
  /** Always a string, also where the wire has a number. Absent when none came. */
  readonly resultCode?: string;
  /** Meaning of `resultCode` in this product, as `explain()` of `@mpesa/sdk/codes` returns it. */
  readonly code?: Code;
}

type Decided = { readonly resultDescription?: string } & (
  | ({ readonly outcome: Exclude<Outcome, "unknown"> } & WithKnownCode)
  | WithoutOutcome
);

interface StkFields extends Recognised<"stk"> {
  readonly merchantRequestId?: string;
  /** Holds the payer's number in its last digits: personal data. */
  readonly checkoutRequestId?: string;
  readonly amount?: Money;
  /** The M-Pesa receipt. Comes with a success only; a few successes come without it, and are paid all the same. */
  readonly receipt?: string;
  readonly transactionDate?: Instant;
  readonly phoneNumber?: PhoneNumber;
  readonly balance?: Money;
  /** The metadata items as they came. */
  readonly items: FieldList;
}

/** Answer to an STK push. Match it by `checkoutRequestId`. */
export type StkCallback = StkFields & Decided;

interface ResultBase<Kind extends ResultKind> extends Recognised<Kind> {
  readonly resultType?: string;
  /** The id that you made, where the request took one. */
  readonly originatorConversationId?: string;
  /** M-Pesa's id of the request. */
  readonly conversationId?: string;
  /** The receipt of this transaction. Absent when the wire holds a placeholder of zeros, as failures do. */
  readonly transactionId?: string;
  /** Your note, where the request took one. */
  readonly occasion?: string;
  /** When M-Pesa was done with it. */
  readonly completedAt?: Instant;
  /** What went wrong, in the words of the back end. */
  readonly errorMessage?: string;
  /** The result parameters as they came. */
  readonly parameters: FieldList;
  /** The reference items as they came. */
  readonly references: FieldList;
}

interface PayoutFields {
  readonly amount?: Money;
  readonly receipt?: string;
  readonly receiver?: Party;
  /** Whether the receiver is an M-Pesa customer. */
  readonly receiverIsRegistered?: boolean;
  readonly utilityBalance?: Money;
  readonly workingBalance?: Money;
  readonly chargesPaidBalance?: Money;
}

/** Result of a B2C payment. */
export type B2cResult = ResultBase<"b2c"> & PayoutFields & Decided;

/** Result of a payment to a Pochi la Biashara. */
export type PochiResult = ResultBase<"pochi"> & PayoutFields & Decided;

interface BusinessFields {
  readonly amount?: Money;
  readonly receiver?: Party;
  /** The paying organisation, where the result names it. */
  readonly debitParty?: Party;
  /** The paid organisation, where the result names it. */
  readonly creditParty?: Party;
  readonly charges?: readonly Charge[];
  readonly currency?: string;
  readonly billReference?: string;
  /** What the debited account has left to spend. */
  readonly debitAccountBalance?: Money;
  /** The amount that the credited account has left to spend. */
  readonly creditAccountBalance?: Money;
  /** What the initiator's account has left to spend. */
  readonly initiatorBalance?: Money;
  /** The rows of the debited accounts. */
  readonly accounts?: readonly AccountBalance[];
}

/** Result of a B2B payment, a top up or a move between own accounts. */
export type B2bResult = ResultBase<"b2b"> & BusinessFields & Decided;

/** Result of a tax remittance. */
export type TaxResult = ResultBase<"tax"> & BusinessFields & Decided;

/** Result of an account balance query. */
export type BalanceResult = ResultBase<"balance"> & { readonly accounts?: readonly AccountBalance[] } & Decided;

interface StatusFields extends ResultBase<"status"> {
  /** Receipt of the transaction that you asked about. */
  readonly receipt?: string;
  readonly amount?: Money;
  /** The first `DebitPartyName`. */
  readonly debitParty?: Party;
  /** `CreditPartyName`, or the second `DebitPartyName`: the wire repeats that key. */
  readonly creditParty?: Party;
  readonly debitAccountType?: string;
  readonly initiatedAt?: Instant;
  readonly finalisedAt?: Instant;
  readonly charges?: readonly Charge[];
  readonly reason?: string;
  readonly reasonType?: string;
  /** Ids of the transaction that you asked about; those of the query are beside them. */
  readonly askedOriginatorConversationId?: string;
  readonly askedConversationId?: string;
}

/** The word of the wire: Completed, Cancelled, Declined, Expired, Initiated, Authorized, … */
type TransactionStatus = string;

type StatusDecided = { readonly resultDescription?: string } & (
  | ({
      readonly outcome: Exclude<Outcome, "unknown">;
      readonly queryOutcome: "succeeded";
      readonly transactionStatus: TransactionStatus;
    } & WithKnownCode)
  | (WithoutOutcome & { readonly queryOutcome: Outcome; readonly transactionStatus?: TransactionStatus })
);

/**
 * Result of a transaction status query. Two things can succeed here: the query (`queryOutcome`, from the result code)
 * and the transaction that you asked about (`outcome`, from its status). `outcome` is `unknown` when the query failed.
 */
export type StatusResult = StatusFields & StatusDecided;

interface ReversalFields extends ResultBase<"reversal"> {
  readonly amount?: Money;
  readonly originalTransactionId?: string;
  readonly charge?: Money;
  readonly debitParty?: Party;
  readonly creditParty?: Party;
  /** What the debited account has left to spend. */
  readonly debitAccountBalance?: Money;
  /** The rows of the debited accounts. */
  readonly accounts?: readonly AccountBalance[];
}

/** Result of a reversal. Its `transactionId` is the receipt of the reversal itself. */
export type ReversalResult = ReversalFields & Decided;

/**
 * A request that waited too long in the queue. M-Pesa posts back the request itself, or a `Result` that says so. The
 * request may still be carried out: ask for its status, and do not send it again.
 */
export interface TimeoutCallback extends Recognised<"timeout"> {
  readonly outcome: "unknown";
  /** The product of the request, from the route, its command or its queue. An issue reports that it is open. */
  readonly product?: ResultKind;
  readonly originatorConversationId?: string;
  readonly conversationId?: string;
  /** The text of a `Result`, such as `The service request has timed out.`. Its code means nothing here: see `raw`. */
  readonly resultDescription?: string;
  readonly resultType?: string;
  readonly commandId?: string;
  readonly amount?: Money;
  readonly partyA?: string;
  readonly partyB?: string;
  /** Of the payment that a status query was about. */
  readonly originalConversationId?: string;
  /** The receipt that a status query or a reversal was about; in a `Result`, its `TransactionID`. */
  readonly transactionId?: string;
  readonly occasion?: string;
}

interface C2bFields {
  /** `Pay Bill` or `Buy Goods`; older ones differ. */
  readonly transactionType?: string;
  readonly transactionId?: string;
  readonly transactedAt?: Instant;
  readonly amount?: Money;
  readonly shortCode?: string;
  /** The account number that the customer typed. Absent for buy goods. */
  readonly billReference?: string;
  readonly invoiceNumber?: string;
  /** Your balance after the payment; a validation has none yet. */
  readonly orgAccountBalance?: Money;
  /** What your answer to the validation put there. */
  readonly thirdPartyTransId?: string;
  /** Masked in version 2, hashed in version 1. */
  readonly phoneNumber?: PhoneNumber;
  readonly firstName?: string;
  readonly middleName?: string;
  readonly lastName?: string;
  /** Which version of the registration sends it, as the phone number tells. */
  readonly version?: "v1" | "v2";
}

/** A customer's payment that waits for your decision. No money has moved. */
export interface C2bValidation extends Recognised<"c2bValidation">, C2bFields {}

/** A customer's payment that was made. */
export interface C2bConfirmation extends Recognised<"c2bConfirmation">, C2bFields {}

interface UssdFields extends Recognised<"ussd"> {
  readonly resultType?: string;
  readonly amount?: Money;
  readonly requestId?: string;
  readonly conversationId?: string;
  readonly transactionId?: string;
  readonly status?: string;
  readonly paymentReference?: string;
}

/** Answer to a B2B express checkout prompt. */
export type UssdCallback = UssdFields & Decided;

/** One transaction of a pull notification. */
export interface PullNotificationRow {
  readonly transactionId?: string;
  /** Carries a `Z` on the wire and is taken at its word, though it may well mean Nairobi time. */
  readonly transactedAt?: Instant;
  readonly amount?: Money;
  readonly phoneNumber?: PhoneNumber;
  readonly sender?: string;
  readonly transactionType?: string;
  readonly billReference?: string;
  readonly organizationName?: string;
}

/** A pull notification. Its shape is documented nowhere; the rows of the pull query are looked for, and may be none. */
export interface PullNotification extends Recognised<"pull"> {
  readonly transactions: readonly PullNotificationRow[];
}

/** Not what the route or the fields promised. */
export interface Unrecognised extends Base<"unrecognised"> {}

/** Which type a kind gives. */
export interface CallbackOf {
  stk: StkCallback;
  b2c: B2cResult | TimeoutCallback;
  pochi: PochiResult | TimeoutCallback;
  b2b: B2bResult | TimeoutCallback;
  tax: TaxResult | TimeoutCallback;
  balance: BalanceResult | TimeoutCallback;
  status: StatusResult | TimeoutCallback;
  reversal: ReversalResult | TimeoutCallback;
  timeout: TimeoutCallback;
  c2bValidation: C2bValidation;
  c2bConfirmation: C2bConfirmation;
  ussd: UssdCallback;
  pull: PullNotification;
}

/** Any callback, told apart by `kind`. */
export type Callback = CallbackOf[CallbackKind] | Unrecognised;
