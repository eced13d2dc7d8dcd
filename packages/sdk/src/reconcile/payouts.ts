import { resultCodes } from "@mpesa/raw/codes";
import { lookupCode } from "../codes/lookup.ts";
import type { CallOptions } from "../core.ts";
import { type AnyMpesaError, isMpesaError } from "../errors/is-mpesa-error.ts";
import { nameOf } from "../errors/name-of.ts";
import { MpesaOutcomeUnknownError } from "../errors/outcome-unknown-error.ts";
import type { InitiatorLink } from "../initiator/link.ts";
import type { Acknowledgement } from "../initiator/submit.ts";
import { type TransactionStatusParams, transactionStatus } from "../transactions/status.ts";
import { wait as sleep } from "../transport/backoff.ts";
import { differ } from "../transport/errors.ts";
import { type PayoutEntry, sameAmount } from "./known.ts";
import type { PayoutSettlement, ReconcileParams, StatusResults } from "./types.ts";

/** A payout with its query, and the result as soon as it has come; that promise never rejects. */
export type AskedPayout<T, S> = { readonly entry: PayoutEntry<T> } & (
  | { readonly query: Acknowledgement; readonly result: Promise<S | undefined>; readonly error?: undefined }
  | { readonly query?: undefined; readonly error: AnyMpesaError }
);

/** Sends the status queries one after the other. The results come to `resultUrl`; they are waited for meanwhile. */
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
  let refused: AnyMpesaError | undefined;
  for (const entry of entries) {
    try {
      if (refused) throw refused;
      const question: TransactionStatusParams = {
        ...(entry.name === "conversationId" ? { conversationId: entry.id } : { originatorConversationId: entry.id }),
        party: { shortCode: entry.shortCode ?? shortCode },
        ...(initiator && { initiator }),
        ...(resultUrl && { resultUrl }),
        ...(timeoutUrl && { timeoutUrl }),
      };
      const query = await transactionStatus(link, question, { ...options, signal: stop });
      asked.push({ entry, query, result: hear(link, results, query, { stop, resultTimeoutMs }) });
    } catch (error) {
      if (!isMpesaError(error)) throw error;
      // What is refused once is refused for all, and wrong passwords lock the initiator.
      if (error.type === "MpesaAuthError" || error.type === "MpesaConfigError") refused = error;
      asked.push({ entry, error });
    }
  }
  return asked;
}

/** The result of one query, or nothing when it does not come in time: then it is found under the ids of the query. */
async function hear<S extends PayoutSettlement>(
  { core }: InitiatorLink,
  results: StatusResults<S> | undefined,
  query: Acknowledgement,
  { stop, resultTimeoutMs }: { stop: AbortSignal; resultTimeoutMs: number },
): Promise<S | undefined> {
  if (!results) return undefined;
  const late = new AbortController();
  const signal = AbortSignal.any([stop, late.signal]);
  const warn = (message: string): void => core.emit({ type: "warning", code: "resultsFailed", message });
  try {
    // Called in an async function, so that a throw is a rejection too.
    const waiting = (async () => results.wait(query, signal))();
    const result = await Promise.race([waiting, sleep(resultTimeoutMs, signal).then(() => undefined)]);
    if (result === undefined || result === null) return undefined;
    const isOther =
      differ(result.conversationId, query.conversationId) ||
      differ(result.originatorConversationId, query.originatorConversationId);
    if (!isOther) {
      const { conversationId, originatorConversationId } = query;
      await core.guard.observe({ resultCode: result.resultCode, conversationId, originatorConversationId });
      return result;
    }
    warn("the results hook gave the result of another query; the payout stays open.");
  } catch (cause) {
    warn(`the results hook failed (${nameOf(cause)}); the payout stays open.`);
  } finally {
    late.abort();
  }
  return undefined;
}

/** What a result says about a payout. */
export type Verdict =
  | { readonly is: "matched" | "missingThere" | "failed" | "open" }
  | { readonly is: "differentAmount"; readonly amountThere: number }
  | { readonly is: "unknown"; readonly error: AnyMpesaError };

export function judge<T>(entry: PayoutEntry<T>, settlement: PayoutSettlement): Verdict {
  const { amount, id, name } = entry;
  const { outcome, amount: paid, resultCode } = settlement;
  const unknown = (what: string): Verdict => {
    const hint = "Ask again later; do not pay again.";
    const ids = { [name]: id };
    const error = new MpesaOutcomeUnknownError(what, { operation: "transactionStatus", ids, hint });
    return { is: "unknown", error };
  };
  if (isAboutAnother(entry, settlement)) return unknown("the result of the status query is about another payment.");
  switch (outcome) {
    case "succeeded": {
      const amountThere = typeof paid === "object" ? paid?.value : paid;
      if (typeof amountThere !== "number" || !Number.isFinite(amountThere))
        return unknown("it was paid, but the result tells no amount.");
      return sameAmount(amount, amountThere) ? { is: "matched" } : { is: "differentAmount", amountThere };
    }
    case "failed":
      return { is: "failed" };
    case "pending":
      return { is: "open" };
    default:
  }
  if (resultCode === undefined) return unknown("the query itself waited too long, or its result cannot be read.");
  if (lookupCode(resultCodes, String(resultCode), { operation: "transactionStatus" })?.customer === "notFound")
    return { is: "missingThere" };
  return unknown(`the status query ended with result ${resultCode} and did not tell what became of it.`);
}

/** Whether a result names another payout than the one that was asked about. Either of its two ids will do. */
function isAboutAnother<T>(
  { id, name }: PayoutEntry<T>,
  { askedOriginatorConversationId, askedConversationId }: PayoutSettlement,
): boolean {
  const [same, other] =
    name === "conversationId"
      ? [askedConversationId, askedOriginatorConversationId]
      : [askedOriginatorConversationId, askedConversationId];
  return differ(same, id) && other?.trim() !== id;
}
