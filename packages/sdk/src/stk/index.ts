import type { CallOptions } from "../call.ts";
import { type MpesaPromise, startCall } from "../call.ts";
import type { Core } from "../core.ts";
import type { Pace } from "./pace.ts";
import { type StkPushParams, type StkPushResult, stkPush } from "./push.ts";
import { type StkQueryParams, type StkQueryResult, stkQuery } from "./query.ts";
import type { StkSettlement } from "./settlement.ts";
import { type StkWaitOptions, type StkWaitResult, type StkWaitTarget, stkWait } from "./wait.ts";

/** Payment prompts on a customer's phone (M-Pesa Express, STK push). */
export interface Stk {
  /**
   * Shows a payment prompt. Resolves when Daraja accepted it; whether the customer pays comes to `callbackUrl`.
   * Never sent twice: there is no deduplication key, and two pushes are two prompts.
   *
   * @throws MpesaValidationError, MpesaAuthError, MpesaRateLimitError, MpesaApiError, MpesaConnectionError: no prompt was sent.
   * @throws MpesaOutcomeUnknownError when a prompt may be on the phone; only the callback tells then.
   * @example
   * const push = await mpesa.stk.push({
   *   payTo: { payBill: "174379", account: "INV-1" },
   *   phoneNumber: "0712 345 678",
   *   amount: 100,
   *   callbackUrl: "https://example.com/stk/9f2c",
   * });
   */
  push(params: StkPushParams, options?: CallOptions): MpesaPromise<StkPushResult>;
  /**
   * Asks once for the state of a prompt. Every form in which Daraja says "not yet" is `pending`.
   * The sandbox allows 5 queries a minute, one every 12 seconds.
   *
   * @throws MpesaValidationError, MpesaAuthError, MpesaRateLimitError, MpesaApiError, MpesaConnectionError, MpesaOutcomeUnknownError.
   * @example
   * const { outcome } = await mpesa.stk.query({ checkoutRequestId: push.checkoutRequestId });
   */
  query(params: StkQueryParams, options?: CallOptions): MpesaPromise<StkQueryResult>;
  /**
   * Waits until the prompt is paid, has failed, or the time is up (`unknown`). The first query leaves after 12 seconds,
   * the next ones every 15 seconds. All waits of this client share one line: in the sandbox for 4 queries a minute, in
   * production for `maxQueriesPerSecond`; and all pause when the gateway asks for it. Lost responses, busy gateways and
   * faults of M-Pesa do not end the wait, nor does a response or a callback that names another prompt.
   *
   * Aborting ends the waiting, not the charge: the promise rejects with the signal's reason, the prompt stays on the
   * phone, and the customer may still pay. The ids are all it takes to wait again later, in another process too.
   *
   * @throws MpesaValidationError; MpesaAuthError or MpesaApiError when the query itself is refused. `ids` of the error
   *   still names the prompt. The signal's reason when aborted.
   * @example
   * const { outcome, code } = await mpesa.stk.wait(push, { signal: AbortSignal.timeout(60_000) });
   * if (outcome === "failed") console.log(code.meaning);
   * @example
   * // Ends at once when the callback comes first.
   * await mpesa.stk.wait({ checkoutRequestId }, { settled: { wait: (id, signal) => myCallbacks.next(id, signal) } });
   */
  wait<T extends StkSettlement = StkSettlement>(
    push: StkPushResult | StkWaitTarget,
    options?: StkWaitOptions<T>,
  ): Promise<StkWaitResult<T>>;
}

/** @param pace The rhythm of the client's queries; everything that queries prompts shares it. */
export function createStk(core: Core, pace: Pace): Stk {
  return {
    wait: (push, options) => stkWait(core, pace, push, options ?? {}),
    push: (params, options) => startCall(options, (scope) => stkPush(core, params, scope)),
    query: (params, options) => startCall(options, (scope) => stkQuery(core, params, scope)),
  };
}
