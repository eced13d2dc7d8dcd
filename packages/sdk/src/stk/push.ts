import type { StkPushResponse } from "@mpesa/raw";
import { stkPushRequestConstraints as rules } from "@mpesa/raw/constraints";
import { type CallOptions, type Core, requireId } from "../core.ts";
import { text } from "../transport/error-body.ts";
import { checkUrl } from "../urls.ts";
import { parseAmount } from "../values/amount.ts";
import { Checks } from "../values/checks.ts";
import { checkNames } from "../values/names.ts";
import { bad } from "../values/parsed.ts";
import { parsePhoneNumber, phoneSecrets } from "../values/phone-number.ts";
import { parseShortCode } from "../values/short-code.ts";
import { parseOptionalText, parseText } from "../values/text.ts";
import { wireNumber } from "../values/wire-number.ts";
import { checkStkCredentials, type StkCredentials } from "./credentials.ts";

/** Paying a pay bill: the number (the client's by default) and the account, at most 12 characters, shown in the prompt. */
export interface PayToPayBill {
  payBill?: string;
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
  /** At most 12 characters, shown in the prompt. @default the till number */
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
  /** Whole shillings, 1 to 250,000. */
  amount: number;
  /** Where the outcome is posted. @default the client's callbackUrl */
  callbackUrl?: string | URL;
  /** At most 13 characters. @default the account or reference */
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

const RECOVERY =
  "There is no query for a push whose answer was lost: wait for the callback, whose URL should hold a reference of yours.";

export async function stkPush(core: Core, params: StkPushParams, options?: CallOptions): Promise<StkPushResult> {
  const { body, shortCode, password, phoneNumber } = buildPush(core, params);
  const raw = await core.call("stkPush", body, {
    options,
    secrets: [password, params.passkey, ...phoneSecrets(phoneNumber)],
    recovery: RECOVERY,
  });
  return {
    checkoutRequestId: requireId("stkPush", raw, "CheckoutRequestID"),
    merchantRequestId: text(raw.MerchantRequestID) ?? "",
    shortCode,
    responseDescription: text(raw.ResponseDescription) ?? "",
    customerMessage: text(raw.CustomerMessage) ?? "",
    raw,
  };
}

function buildPush(core: Core, params: StkPushParams) {
  const checks = new Checks("stkPush");
  const { payTo, description } = params;
  const phoneNumber = checks.take("phoneNumber", parsePhoneNumber(params.phoneNumber));
  const amount = checks.take("amount", parseAmount(params.amount, rules.Amount));
  const url = checkUrl(core, checks, "callbackUrl", params.callbackUrl, core.config.callbackUrl);
  const target = checkPayTo(checks, payTo, core.config.shortCode);
  const { shortCode, credentials } = checkStkCredentials(checks, core.config, target.owner, params);
  const note = checks.take("description", parseOptionalText(description, rules.TransactionDesc)) ?? target.reference;
  checks.done();
  const { password, timestamp } = credentials();
  const body = {
    BusinessShortCode: wireNumber(shortCode),
    Password: password,
    Timestamp: timestamp,
    TransactionType: target.type,
    Amount: amount,
    PartyA: wireNumber(phoneNumber),
    PartyB: wireNumber(target.receiver ?? shortCode),
    PhoneNumber: wireNumber(phoneNumber),
    CallBackURL: url,
    AccountReference: target.reference,
    TransactionDesc: note,
  } as const;
  return { body, shortCode, password, phoneNumber };
}

const PAY_BILL = ["payBill", "account"];
const TILL = ["till", "store", "reference"];

/** TypeScript refuses a mixed `payTo`; JavaScript must hear of it too. */
function checkPayTo(checks: Checks, payTo: PayToPayBill | PayToTill, own: string | undefined) {
  const { given, has } = checkNames(checks, "payTo", payTo, [...PAY_BILL, ...TILL]);
  const isTill = has("till") || has("store");
  if (PAY_BILL.some(has) === TILL.some(has)) {
    const fix = "Give { payBill, account } for a pay bill, or { till, store, reference } for a till.";
    checks.take("payTo", bad(payTo, "must name a pay bill with an account, or a till with its store", fix));
  }
  if (isTill) {
    const receiver = checks.take("payTo.till", parseShortCode(given["till"]));
    const reference =
      checks.take("payTo.reference", parseOptionalText(given["reference"], rules.AccountReference)) ?? receiver;
    return {
      type: "CustomerBuyGoodsOnline",
      receiver,
      reference,
      owner: { field: "payTo.store", value: has("store") ? given["store"] : own },
    } as const;
  }
  const reference = checks.take("payTo.account", parseText(given["account"], rules.AccountReference));
  return {
    type: "CustomerPayBillOnline",
    receiver: undefined,
    reference,
    owner: { field: "payTo.payBill", value: has("payBill") ? given["payBill"] : own },
  } as const;
}
