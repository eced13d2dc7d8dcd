import type { Outcome } from "../codes/code.ts";
import type { AnyMpesaError } from "../errors/is-mpesa-error.ts";
import type { InitiatorParams } from "../initiator/params.ts";
import type { Acknowledgement } from "../initiator/submit.ts";
import type { PulledTransaction, PullRange } from "../pull/query.ts";
import type { StkQueryResult } from "../stk/query.ts";

interface Known {
  /** In shillings, as your records have it: a number, or a decimal in a text such as `"168.00"`. */
  amount: number | string;
}

/** A customer's payment whose receipt you have: C2B, or a prompt whose callback came. */
export interface KnownReceipt extends Known {
  /** The M-Pesa receipt (`TransID`). */
  receipt: string;
  /** May be there for a prompt; the receipt is what is looked up. */
  checkoutRequestId?: string | null | undefined;
  originatorConversationId?: null | undefined;
  conversationId?: null | undefined;
}

/** A prompt (STK push) whose end you do not know. */
export interface KnownPrompt extends Known {
  checkoutRequestId: string;
  /** The short code of the push (for a till, its store). @default `shortCode` of the call */
  shortCode?: string;
  /** Whose phone it was sent to. With it or `account`, a paid prompt can find its receipt. */
  phoneNumber?: string | number;
  /** The account of the push. */
  account?: string;
  receipt?: null | undefined;
  originatorConversationId?: null | undefined;
  conversationId?: null | undefined;
}

/** A payout or business payment (B2C, Pochi, B2B, tax) whose end you do not know. One of the two ids is enough. */
export type KnownPayout = Known & {
  /** The short code that paid. @default `shortCode` of the call */
  shortCode?: string;
  receipt?: null | undefined;
  checkoutRequestId?: null | undefined;
} & (
    | { originatorConversationId: string; conversationId?: string | null | undefined }
    | { originatorConversationId?: null | undefined; conversationId: string }
  );

/** One payment of your records, null meaning absent. Fields of your own may be on it; it comes back as it is. */
export type KnownPayment = KnownReceipt | KnownPrompt | KnownPayout;

/** What a status query told about a payout: the value that `@mpesa/sdk/callbacks` parses, or your own record of it. */
export interface PayoutSettlement {
  /** Of the payout, not of the query. */
  readonly outcome: Outcome;
  /** Of the payout, in shillings. */
  readonly amount?: number | { readonly value: number } | undefined;
  /** Of the query. */
  readonly resultCode?: string | undefined;
  /** Of the query; a result that names another query is ignored. */
  readonly conversationId?: string | undefined;
  /** Of the query, likewise. */
  readonly originatorConversationId?: string | undefined;
  /** Of the payout, as the result names it; a result about another payout leaves yours `unknown`. */
  readonly askedOriginatorConversationId?: string | undefined;
  /** Of the payout, likewise. */
  readonly askedConversationId?: string | undefined;
}

/** Tells when the result of a status query has come. */
export interface StatusResults<S extends PayoutSettlement = PayoutSettlement> {
  /** Resolves with the result, at once if it came already. `signal` aborts when nobody waits any more. */
  wait(query: Acknowledgement, signal: AbortSignal): Promise<S | undefined>;
}

/** What to compare. */
export interface ReconcileParams<T extends KnownPayment = KnownPayment, S extends PayoutSettlement = PayoutSettlement>
  extends PullRange,
    Pick<InitiatorParams, "initiator" | "resultUrl" | "timeoutUrl"> {
  /**
   * What you believe: the receipts of the range, and every prompt and payout that is still open, however old. It is read
   * to its end before anything is sent.
   */
  known: Iterable<T> | AsyncIterable<T>;
  /** For prompts of another short code than the client's. @default the client's passkey */
  passkey?: string;
  /** Hears of the results of status queries, which come to `resultUrl`. Without it, payouts stay `open`. */
  results?: StatusResults<S>;
  /** Milliseconds to wait for each result. @default 60000 */
  resultTimeoutMs?: number;
}

/** What was found out about one of your payments. Which part is there depends on what it is. */
export interface Finding<T extends KnownPayment = KnownPayment, S extends PayoutSettlement = PayoutSettlement> {
  /** Your entry. */
  readonly known: T;
  /** Its row in Safaricom's list. For a paid prompt, where exactly one row fits. */
  readonly transaction: PulledTransaction | undefined;
  /** A prompt's state. */
  readonly status: StkQueryResult | undefined;
  /** The status query of a payout; its result names these ids. */
  readonly query: Acknowledgement | undefined;
  /** What `results` told about a payout. */
  readonly result: S | undefined;
}

/** A payment that Safaricom lists and `known` does not name. */
export interface MissingHere<T extends KnownPayment = KnownPayment> {
  readonly transaction: PulledTransaction;
  /**
   * Prompts of yours that it may belong to, because number and account do not contradict, and the amount is the same or
   * number or account agree. If there are any, credit nothing twice: it may be the money of one of them. Rows that
   * may belong to the same prompts share one frozen list.
   */
  readonly candidates: readonly T[];
}

/** Each known payment is in exactly one list, `missingHere` aside, which has what you do not know. */
export interface ReconcileReport<T extends KnownPayment = KnownPayment, S extends PayoutSettlement = PayoutSettlement> {
  /**
   * Whether every payment is accounted for: the list was read to its end, nothing is `open`, `unknown` or
   * `missingThere`, and nothing in `missingHere` has candidates. If not, run it again later.
   */
  readonly complete: boolean;
  /** Money moved, as you believe. The query of a prompt tells no amount: it is compared where there is a `transaction`. */
  readonly matched: readonly Finding<T, S>[];
  /** Money came that you do not know of. Record it by its receipt, once: it may have arrived after `known` was read. */
  readonly missingHere: readonly MissingHere<T>[];
  /**
   * You know of it and Safaricom does not: a receipt that the list lacks, a payout that the status query does not find.
   * That proves nothing yet, because either may be late. Look again before you act, and never pay again because of it.
   */
  readonly missingThere: readonly Finding<T, S>[];
  /** Money moved, but not as much as you believe, or more. */
  readonly differentAmount: readonly (Finding<T, S> & {
    /** In shillings, what Safaricom says. */
    readonly amountThere: number;
  })[];
  /** It ended, and no money moved. */
  readonly failed: readonly Finding<T, S>[];
  /** Not decided yet, or asked and not answered yet. */
  readonly open: readonly Finding<T, S>[];
  /** Nothing could be found out. Never treat it as failed. */
  readonly unknown: readonly (Finding<T, S> & {
    /** Why. `MpesaValidationError`: the entry itself is wrong, or names the same payment as an earlier one. */
    readonly error: AnyMpesaError;
  })[];
  /** Why the list could not be read to its end; what is not in its first part is `unknown` then. */
  readonly pullError: AnyMpesaError | undefined;
}
