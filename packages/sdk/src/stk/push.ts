import type { StkPushResponse } from "@mpesa/raw";
import { stkPushRequestConstraints as rules } from "@mpesa/raw/constraints";
import type { CallOptions } from "../call.ts";
import { type Core, requireId } from "../core.ts";
import { text as textOf } from "../http/error-body.ts";
import { parsePhoneNumber, parseShortCode, receivingShortCode, wireNumber } from "../validate/formats.ts";
import { amount, text } from "../validate/limits.ts";
import { check, either, object, optional, orClient, type ShapeOf } from "../validate/schema.ts";
import { urlParameter } from "../validate/urls.ts";
import { type StkCredentials, signStk, stkCredentials } from "./credentials.ts";

/** Paying a pay bill: the number (the client's by default) and the account. */
export interface PayToPayBill {
  payBill?: string;
  /** Shown in the prompt. @limits StkPushRequest.AccountReference: 1 to 12 characters */
  account: string;
  till?: never;
  store?: never;
  reference?: never;
}

/** Paying a till: its number, the store (head office) number that owns the passkey, and a note for the prompt. */
export interface PayToTill {
  till: string;
  /** @default the client's shortCode */
  store?: string;
  /** Shown in the prompt. @limits StkPushRequest.AccountReference: 1 to 12 characters @default the till number */
  reference?: string;
  payBill?: never;
  account?: never;
}

/** What to ask of whom. */
export interface StkPushParams extends StkCredentials {
  /** What the customer pays into; a mix of the two does not compile, and is refused from JavaScript. */
  payTo: PayToPayBill | PayToTill;
  /** Who pays and gets the prompt: `0712 345 678`, `+254712345678`, `254712345678`. */
  phoneNumber: string | number;
  /** Whole shillings. @limits StkPushRequest.Amount: an integer from 1 to 250,000 */
  amount: number;
  /** Where the outcome is posted. @default the client's callbackUrl */
  callbackUrl?: string | URL;
  /** A note for the payer. @limits StkPushRequest.TransactionDesc: 1 to 13 characters @default the account or reference */
  description?: string;
}

/** An accepted push. Keep `checkoutRequestId`: it is in the callback and finds the prompt again. */
export interface StkPushResult {
  /** Opaque; holds the payer's number, so it is personal data in logs. */
  readonly checkoutRequestId: string;
  /** Also in the callback; empty where the answer lacks it. */
  readonly merchantRequestId: string;
  /** The short code that signed it; for a till, its store. The query must name the same one. */
  readonly shortCode: string;
  /** M-Pesa's text beside the acceptance; empty where there is none. */
  readonly responseDescription: string;
  /** M-Pesa's text for the customer; empty where there is none. */
  readonly customerMessage: string;
  /** The answer as it came. */
  readonly raw: StkPushResponse;
}

const payTo = object(
  {},
  either(
    {
      payBill: { payBill: receivingShortCode, account: text(rules.AccountReference) },
      till: { till: parseShortCode, store: receivingShortCode, reference: optional(text(rules.AccountReference)) },
    },
    {
      rule: "must name a pay bill with an account, or a till with its store",
      fix: "Pass { payBill, account } for a pay bill, or { till, store, reference } for a till.",
      fallback: "payBill",
    },
  ),
);

const pushParams = object(
  {
    phoneNumber: parsePhoneNumber,
    amount: amount(rules.Amount),
    callbackUrl: orClient("callbackUrl", urlParameter("callbackUrl")),
    payTo,
    description: optional(text(rules.TransactionDesc)),
  } satisfies ShapeOf<Omit<StkPushParams, keyof StkCredentials>>,
  stkCredentials,
);

const RECOVERY =
  "There is no query for a push whose answer was lost: wait for the callback, whose URL should hold a reference of yours.";

export async function stkPush(core: Core, params: StkPushParams, options?: CallOptions): Promise<StkPushResult> {
  const { body, shortCode } = buildPush(core, params);
  const raw = await core.request("stkPush", body, { options, recovery: RECOVERY });
  return {
    checkoutRequestId: requireId("stkPush", raw, "CheckoutRequestID"),
    merchantRequestId: textOf(raw.MerchantRequestID) ?? "",
    shortCode,
    responseDescription: textOf(raw.ResponseDescription) ?? "",
    customerMessage: textOf(raw.CustomerMessage) ?? "",
    raw,
  };
}

function buildPush(core: Core, params: StkPushParams) {
  const { phoneNumber, amount, callbackUrl, payTo, description, ...signer } = check(
    "stkPush",
    pushParams,
    params,
    core,
  );
  const isTill = payTo.kind === "till";
  const shortCode = isTill ? payTo.store : payTo.payBill;
  const reference = isTill ? (payTo.reference ?? payTo.till) : payTo.account;
  const { password, timestamp } = signStk(shortCode, signer, core.config.time.now);
  const body = {
    BusinessShortCode: wireNumber(shortCode),
    Password: password,
    Timestamp: timestamp,
    TransactionType: isTill ? "CustomerBuyGoodsOnline" : "CustomerPayBillOnline",
    Amount: amount,
    PartyA: wireNumber(phoneNumber),
    PartyB: wireNumber(isTill ? payTo.till : payTo.payBill),
    PhoneNumber: wireNumber(phoneNumber),
    CallBackURL: callbackUrl,
    AccountReference: reference,
    TransactionDesc: description ?? reference,
  } as const;
  return { body, shortCode };
}
