import type { UssdPushResponse } from "@mpesa/raw";
import { ussdPushRequestConstraints as rules } from "@mpesa/raw/constraints";
import type { CallOptions, Core } from "../core.ts";
import { text } from "../transport/error-body.ts";
import { checkUrl } from "../urls.ts";
import { parseAmount } from "../values/amount.ts";
import { Checks } from "../values/checks.ts";
import { checkOwnShortCode } from "../values/own-short-code.ts";
import { parseShortCode } from "../values/short-code.ts";
import { parseText } from "../values/text.ts";
import type { B2bExpressCheckoutParams } from "./params.ts";

/** A merchant's prompt that was accepted for sending; whether it is paid comes to `callbackUrl`. */
export interface B2bExpressCheckoutResult {
  /** The id made or taken before sending. */
  readonly requestRefId: string;
  /** M-Pesa's text beside the acceptance; empty where there is none. */
  readonly responseDescription: string;
  /** The answer as it came. */
  readonly raw: UssdPushResponse;
}

export async function b2bExpressCheckout(
  core: Core,
  params: B2bExpressCheckoutParams,
  options?: CallOptions,
): Promise<B2bExpressCheckoutResult> {
  const checks = new Checks("ussdPush");
  const primaryShortCode = checks.take("till", parseShortCode(params.till));
  const receiverShortCode = checkOwnShortCode(
    checks,
    params.payBill === undefined ? core.config.shortCode : params.payBill,
    "payBill",
  );
  const amount = checks.take("amount", parseAmount(params.amount, rules.amount));
  const paymentRef = checks.take("reference", parseText(params.reference, rules.paymentRef));
  const partnerName = checks.take("partnerName", parseText(params.partnerName, rules.partnerName));
  const callbackUrl = checkUrl(core, checks, "callbackUrl", params.callbackUrl, core.config.callbackUrl);
  const RequestRefID = checks.take(
    "requestRefId",
    parseText(params.requestRefId ?? crypto.randomUUID(), rules.RequestRefID),
  );
  checks.done({ requestRefId: RequestRefID });
  // The portal's sample has the numbers of this request as text.
  const body = {
    primaryShortCode,
    receiverShortCode,
    amount: String(amount),
    paymentRef,
    callbackUrl,
    partnerName,
    RequestRefID,
  };
  const raw = await core.call("ussdPush", body, {
    options,
    ids: { requestRefId: RequestRefID },
    secrets: [],
    recovery: "Nothing looks it up: wait for the callback, whose URL should hold a reference of yours.",
  });
  return { requestRefId: RequestRefID, responseDescription: text(raw.status) ?? "", raw };
}
