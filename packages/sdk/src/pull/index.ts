import type { CallOptions } from "../call.ts";
import { type MpesaPromise, startCall } from "../call.ts";
import type { Core } from "../core.ts";
import {
  type PulledTransaction,
  type PullPage,
  type PullQueryParams,
  type PullRange,
  pullQuery,
  pullTransactions,
} from "./query.ts";
import { type PullRegisterParams, type PullRegistration, pullRegister } from "./register.ts";

/**
 * Customer payments of the last 48 hours, for notices that were missed. Every call throws MpesaValidationError,
 * MpesaAuthError, MpesaRateLimitError, MpesaApiError, MpesaConnectionError or MpesaOutcomeUnknownError, and repeating it
 * is safe after each of them.
 */
export interface Pull {
  /**
   * Opens the pull service for a short code, once; another time resolves with `alreadyRegistered`.
   *
   * @example
   * await mpesa.pull.register({ nominatedNumber: "0722 000 000", callbackUrl: "https://example.com/pull" });
   */
  register(params: PullRegisterParams, options?: CallOptions): MpesaPromise<PullRegistration>;
  /**
   * Fetches one page of payments; a page is said to hold 100, and an empty one means that there are no more.
   * An MpesaApiError of the kind `pullNothingAvailable` is about the service: it has nothing for the short code yet.
   *
   * @example
   * const { transactions } = await mpesa.pull.query({ from, to, offset: 100 });
   */
  query(params: PullQueryParams, options?: CallOptions): MpesaPromise<PullPage>;
  /**
   * Goes through all payments of a range, each once, fetching pages as they are needed. A range that begins more than
   * 48 hours ago is refused, because Daraja keeps no more; one that reaches far into the future is split.
   *
   * @example
   * const to = new Date();
   * const from = new Date(to.getTime() - 24 * 3_600_000);
   * for await (const { transactionId, amount } of mpesa.pull.transactions({ from, to })) console.log(transactionId, amount);
   */
  transactions(range: PullRange, options?: CallOptions): AsyncGenerator<PulledTransaction, void, undefined>;
}

export function createPull(core: Core): Pull {
  return {
    register: (params, options) => startCall(options, (scope) => pullRegister(core, params, scope)),
    query: (params, options) => startCall(options, (scope) => pullQuery(core, params, scope)),
    transactions: (range, options) => pullTransactions(core, range, options),
  };
}
