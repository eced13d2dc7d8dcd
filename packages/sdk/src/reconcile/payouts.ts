import { resultCodes } from "@mpesa/raw/codes";
import type { CallOptions } from "../call.ts";
import { lookupCode } from "../codes/lookup.ts";
import { type AnyMpesaError, isMpesaError, MpesaOutcomeUnknownError, nameOf } from "../errors.ts";
import { areDifferentIds } from "../http/to-error.ts";
import type { InitiatorLink } from "../initiator/link.ts";
import type { Acknowledgement } from "../initiator/submit.ts";
import { type TransactionStatusParams, transactionStatus } from "../transactions/status.ts";
import { isSameAmount, type PayoutEntry } from "./known.ts";
import type { PayoutSettlement, ReconcileParams, StatusResults } from "./types.ts";

/**
 * A payout with its status query and a promise of the query's result, or with the error of the query. The promise never
 * rejects.
 */
export type AskedPayout<T, S> = { readonly entry: PayoutEntry<T> } & (
  | { readonly query: Acknowledgement; readonly result: Promise<S | undefined>; readonly error?: undefined }
  | { readonly query?: undefined; readonly error: AnyMpesaError }
);

/**
 * Sends the status queries one after the other. Results are posted to `resultUrl`; the wait for a result begins when
 * its query is sent.
 */
export async function askPayouts<T, S extends PayoutSettlement>(
  link: InitiatorLink,
  entries: readonly PayoutEntry<T>[],
  {
    params,
    shortCode,
    options,
    stop,
    resultTimeoutMs,
  }: {
    params: Pick<ReconcileParams<never, S>, "initiator" | "resultUrl" | "timeoutUrl" | "results">;
    shortCode: string;
    options: CallOptions | undefined;
    stop: AbortSignal;
    resultTimeoutMs: number;
  },
): Promise<AskedPayout<T, S>[]> {
  const { initiator, resultUrl, timeoutUrl, results } = params;
  const asked: AskedPayout<T, S>[] = [];
  let rejection: AnyMpesaError | undefined;
  for (const entry of entries) {
    try {
      if (rejection) throw rejection;
      const statusParams: TransactionStatusParams = {
        ...(entry.name === "conversationId" ? { conversationId: entry.id } : { originatorConversationId: entry.id }),
        party: { shortCode: entry.shortCode ?? shortCode },
        ...(initiator && { initiator }),
        ...(resultUrl && { resultUrl }),
        ...(timeoutUrl && { timeoutUrl }),
      };
      const query = await transactionStatus(link, statusParams, { ...options, signal: stop });
      asked.push({ entry, query, result: waitForResult(link, results, query, { stop, resultTimeoutMs }) });
    } catch (error) {
      if (!isMpesaError(error)) throw error;
      // An error of keys, product or initiator applies to every query, and repeated wrong passwords lock the initiator.
      if (error.type === "MpesaAuthError" || error.type === "MpesaConfigError") rejection = error;
      asked.push({ entry, error });
    }
  }
  return asked;
}

/**
 * Resolves with the result of a query, or with `undefined` if no result arrives in time. A late result can be found by
 * the query's IDs.
 */
async function waitForResult<S extends PayoutSettlement>(
  { core }: InitiatorLink,
  results: StatusResults<S> | undefined,
  query: Acknowledgement,
  { stop, resultTimeoutMs }: { stop: AbortSignal; resultTimeoutMs: number },
): Promise<S | undefined> {
  if (!results) return undefined;
  const ended = new AbortController();
  const signal = AbortSignal.any([stop, ended.signal]);
  const warn = (message: string): void => core.emit({ type: "warning", code: "resultsFailed", message });
  try {
    // Called in an async function, so that an error that `wait` throws becomes a rejection.
    const waiting = (async () => results.wait(query, signal))();
    const result = await Promise.race([waiting, core.config.time.sleep(resultTimeoutMs, signal).then(() => undefined)]);
    if (result === undefined || result === null) return undefined;
    const isOfAnotherQuery =
      areDifferentIds(result.conversationId, query.conversationId) ||
      areDifferentIds(result.originatorConversationId, query.originatorConversationId);
    if (!isOfAnotherQuery) {
      const { conversationId, originatorConversationId } = query;
      await core.guard.observe({ resultCode: result.resultCode, conversationId, originatorConversationId });
      return result;
    }
    warn("`results.wait` resolved with the result of another query. The payout stays open.");
  } catch (cause) {
    warn(`\`results.wait\` failed (${nameOf(cause)}). The payout stays open.`);
  } finally {
    ended.abort();
  }
  return undefined;
}

/** The list of the report in which a payout belongs, with the facts that this list requires. */
export type PayoutPlacement =
  | { readonly list: "matched" | "missingThere" | "failed" | "open" }
  | { readonly list: "differentAmount"; readonly amountThere: number }
  | { readonly list: "unknown"; readonly error: AnyMpesaError };

/** Decides in which list of the report a payout belongs, by the result of its status query. */
export function placePayout<T>(entry: PayoutEntry<T>, settlement: PayoutSettlement): PayoutPlacement {
  const { amount, id, name } = entry;
  const { outcome, amount: paid, resultCode } = settlement;
  const unknown = (what: string): PayoutPlacement => {
    const hint = "Run the reconciliation again later. Do not pay again.";
    const ids = { [name]: id };
    const error = new MpesaOutcomeUnknownError(what, { operation: "transactionStatus", ids, hint });
    return { list: "unknown", error };
  };
  if (isAboutAnother(entry, settlement)) return unknown("the result of the status query is about another payment.");
  switch (outcome) {
    case "succeeded": {
      const amountThere = typeof paid === "object" ? paid?.value : paid;
      if (typeof amountThere !== "number" || !Number.isFinite(amountThere))
        return unknown("the payout succeeded, but the result contains no amount.");
      return isSameAmount(amount, amountThere) ? { list: "matched" } : { list: "differentAmount", amountThere };
    }
    case "failed":
      return { list: "failed" };
    case "pending":
      return { list: "open" };
    default:
  }
  if (resultCode === undefined)
    return unknown("the status query timed out in M-Pesa's queue, or its result cannot be read.");
  if (lookupCode(resultCodes, String(resultCode), { operation: "transactionStatus" })?.customer === "notFound")
    return { list: "missingThere" };
  return unknown(
    `the status query ended with result code ${resultCode}, and its result does not contain the outcome of the payout.`,
  );
}

/**
 * Returns whether a result is about a payout other than the entry. If one of the two IDs is equal, the result is about
 * the right payout.
 */
function isAboutAnother<T>(
  { id, name }: PayoutEntry<T>,
  { askedOriginatorConversationId, askedConversationId }: PayoutSettlement,
): boolean {
  const [sameKind, otherKind] =
    name === "conversationId"
      ? [askedConversationId, askedOriginatorConversationId]
      : [askedOriginatorConversationId, askedConversationId];
  return areDifferentIds(sameKind, id) && otherKind?.trim() !== id;
}
