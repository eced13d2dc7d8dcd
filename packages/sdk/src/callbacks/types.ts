import type {
  b2bFields,
  b2cFields,
  balanceFields,
  c2bConfirmationFields,
  c2bValidationFields,
  FieldReader,
  pochiFields,
  pullRowFields,
  reversalFields,
  statusFields,
  stkFields,
  taxFields,
  timeoutFields,
  ussdFields,
} from "@mpesa/raw/callback-fields";
import type { Code, Outcome } from "../codes/code.ts";
import type { AccountBalance, Charge, Instant, Money, Party, PhoneNumber } from "./value-types.ts";
import type { FieldList } from "./values.ts";

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
  /** Names that came and feed no field here, as the wire spells them. Their values are in `raw`. */
  readonly unknownFields: readonly string[];
}

/** The value that each way of reading gives. */
export interface FieldValues {
  readonly text: string;
  readonly receipt: string;
  readonly money: Money;
  readonly instant: Instant;
  readonly phoneNumber: PhoneNumber;
  readonly party: Party;
  readonly yesNo: boolean;
  readonly charges: readonly Charge[];
  readonly accounts: readonly AccountBalance[];
}

/** The fields that the spec lists for a kind, each with the type that it is read as. */
type FieldsOf<Table extends Readonly<Record<string, { readonly as: FieldReader }>>> = {
  readonly [Field in keyof Table]?: FieldValues[Table[Field]["as"]];
};

interface KnownCode extends Code {
  readonly known: true;
}

/**
 * An outcome has the code that proves it, and `Certain`: what names the payment. Without them the outcome is unknown.
 * Nothing else is certain: a few successes come without receipt, so write `receipt ?? …`.
 */
type Decided<Certain = unknown, Open = unknown> =
  | ({
      readonly outcome: "succeeded" | "failed" | "pending";
      readonly resultCode: string;
      /** Meaning of `resultCode` in this product, as `explain()` of `@mpesa/sdk/codes` returns it. */
      readonly code: KnownCode;
    } & Certain)
  | ({
      readonly outcome: "unknown";
      /** Meaning of `resultCode` in this product, as `explain()` of `@mpesa/sdk/codes` returns it. Absent without a code. */
      readonly code?: Code;
    } & Open);

/** Result of an STK push. Match it by `checkoutRequestId`. */
export type StkCallback = Recognised<"stk"> &
  FieldsOf<typeof stkFields> & {
    /** The metadata items as they came. */
    readonly items: FieldList;
  } & Decided<{ readonly checkoutRequestId: string }>;

interface ResultBase<Kind extends ResultKind> extends Recognised<Kind> {
  /** The result parameters as they came. */
  readonly parameters: FieldList;
  /** The reference items as they came. */
  readonly references: FieldList;
}

/** Result of a B2C payment. */
export type B2cResult = ResultBase<"b2c"> & FieldsOf<typeof b2cFields> & Decided;

/** Result of a payment to a Pochi la Biashara. */
export type PochiResult = ResultBase<"pochi"> & FieldsOf<typeof pochiFields> & Decided;

/** Result of a B2B payment, a top up or a move between own accounts. */
export type B2bResult = ResultBase<"b2b"> & FieldsOf<typeof b2bFields> & Decided;

/** Result of a tax remittance. */
export type TaxResult = ResultBase<"tax"> & FieldsOf<typeof taxFields> & Decided;

/** Result of an account balance query. */
export type BalanceResult = ResultBase<"balance"> & FieldsOf<typeof balanceFields> & Decided;

/**
 * Result of a transaction status query. Two things can succeed here: the query (`queryOutcome`, from the result code)
 * and the transaction that you asked about (`outcome`, from its status). `outcome` is `unknown` when the query failed.
 */
export type StatusResult = ResultBase<"status"> &
  FieldsOf<typeof statusFields> &
  Decided<
    { readonly queryOutcome: "succeeded"; readonly transactionStatus: string },
    { readonly queryOutcome: Outcome }
  >;

/** Result of a reversal. Its `transactionId` is the receipt of the reversal itself. */
export type ReversalResult = ResultBase<"reversal"> & FieldsOf<typeof reversalFields> & Decided;

/**
 * A request that waited too long in the queue. M-Pesa posts back the request itself, or a `Result` that says so. The
 * request may still be carried out: ask for its status, and do not send it again.
 */
export interface TimeoutCallback extends Recognised<"timeout">, FieldsOf<typeof timeoutFields> {
  readonly outcome: "unknown";
  /** The product of the request, from the route, its command or its queue. An issue reports that it is open. */
  readonly product?: ResultKind;
}

interface C2bVersion {
  /** Which version of the registration sends it, by the form of the phone number. */
  readonly version?: "v1" | "v2";
}

/** A customer's payment that waits for your decision. No money has moved. */
export interface C2bValidation extends Recognised<"c2bValidation">, FieldsOf<typeof c2bValidationFields>, C2bVersion {}

/** A customer's payment that was made. */
export interface C2bConfirmation
  extends Recognised<"c2bConfirmation">,
    FieldsOf<typeof c2bConfirmationFields>,
    C2bVersion {}

/** Result of a B2B express checkout prompt. Match it by `requestId`. */
export type UssdCallback = Recognised<"ussd"> & FieldsOf<typeof ussdFields> & Decided<{ readonly requestId: string }>;

/** One transaction of a pull notification. */
export interface PullNotificationRow extends FieldsOf<typeof pullRowFields> {}

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
