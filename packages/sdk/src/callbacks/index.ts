import { type ParseOptions, parse } from "./parse.ts";
import type {
  B2bResult,
  B2cResult,
  BalanceResult,
  C2bConfirmation,
  C2bValidation,
  Callback,
  CallbackKind,
  CallbackOf,
  PochiResult,
  PullNotification,
  ResultKind,
  ReversalResult,
  StatusResult,
  StkCallback,
  TaxResult,
  TimeoutCallback,
  Unrecognised,
  UssdCallback,
} from "./types.ts";

export * from "./handler/index.ts";
export type { ParseOptions } from "./parse.ts";
export { phoneNumberMatches } from "./phone-number-matches.ts";
export type * from "./types.ts";
export type * from "./value-types.ts";
export type { FieldEntry, FieldList } from "./values.ts";

/**
 * Reads any callback body, already parsed from JSON. Total: every value gives an object with a `kind`, and nothing
 * throws; what is not a callback comes back as `unrecognised` with its issues.
 *
 * Name the kind when the route tells it: results of different products look alike. Without it the fields decide, and
 * `confidence` says how well.
 *
 * @example
 * const callback = parseCallback(await request.json());
 * if (callback.kind === "stk" && callback.outcome === "failed") console.log(callback.resultCode, callback.code.fault);
 */
export function parseCallback(value: unknown): Callback;
export function parseCallback<Kind extends CallbackKind>(
  value: unknown,
  options: { readonly kind: Kind; readonly product?: ResultKind | undefined },
): CallbackOf[Kind] | Unrecognised;
export function parseCallback(value: unknown, options?: ParseOptions): Callback;
export function parseCallback(value: unknown, options?: ParseOptions): Callback {
  return parse(value, options);
}

const parserOf =
  <Kind extends CallbackKind>(kind: Kind) =>
  (value: unknown) =>
    parseCallback(value, { kind });

/**
 * Reads the answer to an STK push. Never throws.
 *
 * @example
 * const push = parseStkCallback(body);
 * if (push.kind === "stk" && push.outcome === "succeeded")
 *   markPaid(push.checkoutRequestId, push.receipt ?? "not known yet");
 */
export const parseStkCallback: (value: unknown) => StkCallback | Unrecognised = /* @__PURE__ */ parserOf("stk");

/**
 * Reads the result of a B2C payment. A queue timeout on the same route comes back as such. Never throws.
 *
 * @example
 * const result = parseB2cResult(body);
 * if (result.kind !== "unrecognised" && result.outcome === "unknown") askForStatus(result.originatorConversationId);
 */
export const parseB2cResult: (value: unknown) => B2cResult | TimeoutCallback | Unrecognised =
  /* @__PURE__ */ parserOf("b2c");

/**
 * Reads the result of a payment to a Pochi la Biashara. A queue timeout on the same route comes back as such. Never
 * throws.
 *
 * @example
 * const result = parsePochiResult(body);
 * if (result.kind === "pochi" && result.outcome === "failed") release(result.originatorConversationId);
 */
export const parsePochiResult: (value: unknown) => PochiResult | TimeoutCallback | Unrecognised =
  /* @__PURE__ */ parserOf("pochi");

/**
 * Reads the result of a B2B payment. A queue timeout on the same route comes back as such. Never throws.
 *
 * @example
 * const result = parseB2bResult(body);
 * if (result.kind === "b2b" && result.outcome === "succeeded") settle(result.billReference, result.amount?.text);
 */
export const parseB2bResult: (value: unknown) => B2bResult | TimeoutCallback | Unrecognised =
  /* @__PURE__ */ parserOf("b2b");

/**
 * Reads the result of a tax remittance. A queue timeout on the same route comes back as such. Never throws.
 *
 * @example
 * const result = parseTaxResult(body);
 * if (result.kind === "tax" && result.outcome === "succeeded") fileReceipt(result.billReference, result.transactionId);
 */
export const parseTaxResult: (value: unknown) => TaxResult | TimeoutCallback | Unrecognised =
  /* @__PURE__ */ parserOf("tax");

/**
 * Reads the result of an account balance query. A queue timeout on the same route comes back as such. Never throws.
 *
 * @example
 * const result = parseBalanceResult(body);
 * if (result.kind === "balance") result.accounts?.forEach(({ account, available }) => show(account, available?.text));
 */
export const parseBalanceResult: (value: unknown) => BalanceResult | TimeoutCallback | Unrecognised =
  /* @__PURE__ */ parserOf("balance");

/**
 * Reads the result of a transaction status query. A queue timeout on the same route comes back as such. Never throws.
 *
 * @example
 * const status = parseStatusResult(body);
 * if (status.kind === "status" && status.outcome === "succeeded" && status.askedConversationId)
 *   markPaid(status.askedConversationId, status.receipt ?? "not known yet");
 */
export const parseStatusResult: (value: unknown) => StatusResult | TimeoutCallback | Unrecognised =
  /* @__PURE__ */ parserOf("status");

/**
 * Reads the result of a reversal. A queue timeout on the same route comes back as such. Never throws.
 *
 * @example
 * const result = parseReversalResult(body);
 * if (result.kind === "reversal" && result.outcome === "succeeded") markReversed(result.originalTransactionId);
 */
export const parseReversalResult: (value: unknown) => ReversalResult | TimeoutCallback | Unrecognised =
  /* @__PURE__ */ parserOf("reversal");

/**
 * Reads a queue timeout: your own request, posted back. Its outcome is always `unknown`, and its SecurityCredential is
 * redacted in `raw`. Never throws.
 *
 * @param product Which product it was, if the route tells; otherwise its command does.
 * @example
 * const timeout = parseTimeout(body, "b2c");
 * if (timeout.kind === "timeout") askForStatus(timeout.originatorConversationId);
 */
export function parseTimeout(value: unknown, product?: ResultKind): TimeoutCallback | Unrecognised {
  return parseCallback(value, { kind: "timeout", product });
}

/**
 * Reads a customer's payment that waits for your decision. Never throws.
 *
 * @example
 * const payment = parseC2bValidation(body);
 * const account = payment.kind === "c2bValidation" ? payment.billReference : undefined;
 * const isKnown = account !== undefined && (await accountExists(account));
 * return Response.json(isKnown ? accept() : reject("C2B00012"));
 */
export const parseC2bValidation: (value: unknown) => C2bValidation | Unrecognised =
  /* @__PURE__ */ parserOf("c2bValidation");

/**
 * Reads a customer's payment that was made. Never throws.
 *
 * @example
 * const payment = parseC2bConfirmation(body);
 * if (payment.kind === "c2bConfirmation") credit(payment.billReference, payment.amount?.text, payment.transactionId);
 */
export const parseC2bConfirmation: (value: unknown) => C2bConfirmation | Unrecognised =
  /* @__PURE__ */ parserOf("c2bConfirmation");

/**
 * Reads the answer to a B2B express checkout prompt. Never throws.
 *
 * @example
 * const prompt = parseUssdCallback(body);
 * if (prompt.kind === "ussd" && prompt.outcome === "succeeded")
 *   markPaid(prompt.requestId, prompt.transactionId ?? "not known yet");
 */
export const parseUssdCallback: (value: unknown) => UssdCallback | Unrecognised = /* @__PURE__ */ parserOf("ussd");

/**
 * Reads a pull notification. Its shape is documented nowhere: take it as a sign to ask with `mpesa.pull`. Never throws.
 *
 * @example
 * const notification = parsePullNotification(body);
 * if (notification.kind === "pull") for (const row of notification.transactions) recordOnce(row.transactionId, row);
 */
export const parsePullNotification: (value: unknown) => PullNotification | Unrecognised =
  /* @__PURE__ */ parserOf("pull");
