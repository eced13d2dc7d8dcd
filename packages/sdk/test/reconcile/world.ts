import type { PayoutSettlement, PullRange, ReconcileParams } from "../../src/index.ts";
import { type Answer, connect, json, NOW } from "../products/harness.ts";

export const range: PullRange = { from: new Date(NOW - 24 * 3_600_000), to: new Date(NOW) };

/** Where the queries of prompts leave without delay. */
export const production = { environment: "production", maxQueriesPerSecond: 1000 } as const;

export type Row = Record<string, unknown>;

/** A row of Safaricom's list. */
export function row(transactionId: string, more: Row = {}): Row {
  return { transactionId, msisdn: 722000000, amount: "168.00", billreference: "INV-1", ...more };
}

/** What Safaricom knows, as answers of its gateway. */
export interface World {
  readonly rows?: readonly Row[];
  /** Replaces the nth page. */
  readonly pull?: (nth: number) => Response | undefined;
  /** The result code of every prompt, or how a query is answered. */
  readonly stk?: string | Answer;
  readonly status?: Answer;
  /** The rows of a full page. @default 100 */
  readonly pageSize?: number;
}

export function world({ rows = [], pull, stk = "4999", status, pageSize = 100 }: World): Answer {
  let page = 0;
  return (one, nth) => {
    const { operation, body } = one;
    if (operation.id === "transactionStatus") {
      const ids = { OriginatorConversationID: "1-2-3", ConversationID: "AG_1" };
      return status?.(one, nth) ?? json({ ...ids, ResponseCode: "0", ResponseDescription: "ok" });
    }
    if (operation.id === "stkQuery") {
      if (typeof stk !== "string") return stk(one, nth);
      const ids = { MerchantRequestID: "22205-1", CheckoutRequestID: body["CheckoutRequestID"] };
      return json({ ResponseCode: "0", ResponseDescription: "ok", ...ids, ResultCode: stk, ResultDesc: "…" });
    }
    page += 1;
    const replaced = pull?.(page);
    if (replaced) return replaced;
    const offset = Number(body["OffSetValue"]);
    const part = rows.slice(offset, offset + pageSize);
    if (part.length === 0) return json({ RequestID: "1", ResponseCode: "1001", ResponseMessage: "No records found" });
    return json({ ResponseRefID: "1", ResponseCode: "1000", ResponseMessage: "Success", Response: [part] });
  };
}

export const RECEIPT = "UJ63T9K5AB";
export const PROMPT = "ws_CO_06102026095220417708374149";
export const PAYOUT = "payout-1";
export const receipt = { receipt: RECEIPT, amount: 168 };
export const prompt = { checkoutRequestId: PROMPT, amount: 168 };
export const payout = { originatorConversationId: PAYOUT, amount: 168 };

export function run(answer: Answer, params: Partial<ReconcileParams> & Pick<ReconcileParams, "known">) {
  return connect(answer, production).mpesa.reconcile({ ...range, ...params });
}

export const told = (settlement: PayoutSettlement | undefined) => ({ wait: async () => settlement });
