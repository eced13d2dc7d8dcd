import type { Outcome } from "../codes/code.ts";
import type { AnyMpesaError } from "../errors.ts";
import type { InitiatorParams } from "../initiator/params.ts";
import type { Acknowledgement } from "../initiator/submit.ts";
import type { PulledTransaction, PullRange } from "../pull/query.ts";
import type { StkQueryResult } from "../stk/query.ts";

interface KnownAmount {
  /** The amount in shillings, above 0, as your records contain it: a number, or a decimal string such as `"168.00"`. */
  amount: number | string;
}

/** A customer's payment whose receipt you have: a C2B payment, or a prompt whose callback has arrived. */
export interface KnownReceipt extends KnownAmount {
  /** The M-Pesa receipt, such as `NLJ7RT61SV` (`TransID`). */
  receipt: string;
  /** The ID of the prompt, which is ignored because the receipt is looked up. */
  checkoutRequestId?: string | null | undefined;
  originatorConversationId?: null | undefined;
  conversationId?: null | undefined;
}

/** A prompt (STK push) whose outcome you do not know. */
export interface KnownPrompt extends KnownAmount {
  /** The ID of the prompt, from the acknowledgement of the STK push. */
  checkoutRequestId: string;
  /** The short code of the STK push: for a till, the store number. @default `shortCode` of the reconciliation */
  shortCode?: string;
  /**
   * The phone number that received the prompt. With the phone number or `account`, the row of a paid prompt can be
   * found.
   */
  phoneNumber?: string | number;
  /** The account of the STK push. */
  account?: string;
  receipt?: null | undefined;
  originatorConversationId?: null | undefined;
  conversationId?: null | undefined;
}

/** A payout or business payment (B2C, Pochi, B2B, tax) whose outcome you do not know. One of its two IDs is enough. */
export type KnownPayout = KnownAmount & {
  /** The short code that paid. @default `shortCode` of the reconciliation */
  shortCode?: string;
  receipt?: null | undefined;
  checkoutRequestId?: null | undefined;
} & (
    | { originatorConversationId: string; conversationId?: string | null | undefined }
    | { originatorConversationId?: null | undefined; conversationId: string }
  );

/**
 * A payment of your records. `null` means absent. Additional fields are allowed; the report contains the same object.
 */
export type KnownPayment = KnownReceipt | KnownPrompt | KnownPayout;

/**
 * The result of a payout's status query: the value that `@mpesa/sdk/callbacks` parses, or your own record of this
 * value.
 */
export interface PayoutSettlement {
  /** The outcome of the payout, not of the query. */
  readonly outcome: Outcome;
  /** The amount of the payout in shillings. */
  readonly amount?: number | { readonly value: number } | undefined;
  /** The result code of the query. */
  readonly resultCode?: string | undefined;
  /** The `conversationId` of the query. A result with the ID of another query is ignored. */
  readonly conversationId?: string | undefined;
  /** The `originatorConversationId` of the query. A result with the ID of another query is ignored. */
  readonly originatorConversationId?: string | undefined;
  /**
   * The `originatorConversationId` of the payout that the result is about. If the result is about another payout, the
   * entry ends in `unknown`.
   */
  readonly askedOriginatorConversationId?: string | undefined;
  /**
   * The `conversationId` of the payout that the result is about. If the result is about another payout, the entry ends
   * in `unknown`.
   */
  readonly askedConversationId?: string | undefined;
}

/** A way to wait for the results of status queries. */
export interface StatusResults<S extends PayoutSettlement = PayoutSettlement> {
  /**
   * Resolves with the result of a status query: at once if the result has arrived already, and with `undefined` if
   * there will be none. An error leaves the payout `open` and is reported in a `warning` event.
   *
   * @param query The acknowledgement of the query, whose IDs the result contains too.
   * @param signal Aborts when the reconciliation stops waiting.
   */
  wait(query: Acknowledgement, signal: AbortSignal): Promise<S | undefined>;
}

/** Parameters of {@link Reconcile}. */
export interface ReconcileParams<T extends KnownPayment = KnownPayment, S extends PayoutSettlement = PayoutSettlement>
  extends PullRange,
    Pick<InitiatorParams, "initiator" | "resultUrl" | "timeoutUrl"> {
  /**
   * The payments in your records: all receipts of the time range, and every prompt and payout that is still open,
   * however old. `known` is read to its end before anything is sent.
   */
  known: Iterable<T> | AsyncIterable<T>;
  /** The passkey of the prompts' short code. @default the client's passkey */
  passkey?: string;
  /**
   * A way to wait for the results of status queries, which are posted to `resultUrl`. Without `results`, payouts stay
   * `open`.
   */
  results?: StatusResults<S>;
  /** Milliseconds to wait for each result, from 1 to 2,147,483,647. @default 60000 */
  resultTimeoutMs?: number;
}

/** A finding about one of your payments. The kind of payment decides which properties are present. */
export interface Finding<T extends KnownPayment = KnownPayment, S extends PayoutSettlement = PayoutSettlement> {
  /** Your entry of `known`, unchanged. */
  readonly known: T;
  /** The payment's row in Safaricom's list. A paid prompt has a row only if exactly one row fits. */
  readonly transaction: PulledTransaction | undefined;
  /** The result of a prompt's query. */
  readonly status: StkQueryResult | undefined;
  /** The acknowledgement of a payout's status query. The query's result contains the same IDs. */
  readonly query: Acknowledgement | undefined;
  /** The result with which `results.wait` resolved for a payout. */
  readonly result: S | undefined;
}

/** A payment in Safaricom's list whose receipt `known` does not contain. */
export interface MissingHere<T extends KnownPayment = KnownPayment> {
  /** The row in Safaricom's list. */
  readonly transaction: PulledTransaction;
  /**
   * Your prompts to which the payment may belong: phone number and account do not contradict, and either the amount is
   * the same, or phone number or account are the same. If there are candidates, the payment may belong to one of these
   * prompts: check before you record the payment, so that no payment is credited twice. Rows with the same candidates
   * share one frozen list.
   */
  readonly candidates: readonly T[];
}

/**
 * The result of a reconciliation. Each payment of `known` is in exactly one list. `missingHere` contains the payments
 * that your records lack.
 */
export interface ReconcileReport<T extends KnownPayment = KnownPayment, S extends PayoutSettlement = PayoutSettlement> {
  /**
   * True if every payment is accounted for: Safaricom's list was read to its end, the lists `open`, `unknown` and
   * `missingThere` are empty, and no payment in `missingHere` has candidates. If `false`, run the reconciliation again
   * later.
   */
  readonly complete: boolean;
  /**
   * Payments that succeeded with the amount in your records. The query of a prompt returns no amount, so the amount of
   * a prompt is compared only if there is a `transaction`.
   */
  readonly matched: readonly Finding<T, S>[];
  /**
   * Payments that your records lack. Record each payment once, by its receipt, because the payment may have been
   * recorded after `known` was read.
   */
  readonly missingHere: readonly MissingHere<T>[];
  /**
   * Payments that Safaricom did not find: receipts that the list lacks, and payouts that the status query does not
   * find. A missing payment is no proof that no money moved, because lists and queries may be late. Run the
   * reconciliation again before you act, and never pay again because a payment is in this list.
   */
  readonly missingThere: readonly Finding<T, S>[];
  /** Payments that succeeded with a smaller or larger amount than in your records. */
  readonly differentAmount: readonly (Finding<T, S> & {
    /** The amount at Safaricom, in shillings. */
    readonly amountThere: number;
  })[];
  /** Payments that failed: no money moved. */
  readonly failed: readonly Finding<T, S>[];
  /** Payments without an outcome yet, including payouts whose status query has no result yet. */
  readonly open: readonly Finding<T, S>[];
  /** Payments whose outcome could not be found out. Never treat these payments as failed. */
  readonly unknown: readonly (Finding<T, S> & {
    /** The reason. With `MpesaValidationError`, the entry is invalid or names the same payment as an earlier entry. */
    readonly error: AnyMpesaError;
  })[];
  /**
   * The error because of which Safaricom's list could not be read to its end. Receipts that the incomplete list lacks
   * are in `unknown`.
   */
  readonly pullError: AnyMpesaError | undefined;
}
