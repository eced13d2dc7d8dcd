import type { UssdPushResponse } from "@mpesa/raw";
import { ussdPushRequestConstraints as rules } from "@mpesa/raw/constraints";
import type { CallOptions } from "../call.ts";
import type { Core } from "../core.ts";
import { text as textOf } from "../http/error-body.ts";
import { parseShortCode, receivingShortCode } from "../validate/formats.ts";
import { amount, ownId, text } from "../validate/limits.ts";
import { check, object, orClient, type ShapeOf } from "../validate/schema.ts";
import { urlParameter } from "../validate/urls.ts";
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

const checkoutParams = object({
  till: parseShortCode,
  payBill: receivingShortCode,
  amount: amount(rules.amount),
  reference: text(rules.paymentRef),
  partnerName: text(rules.partnerName),
  callbackUrl: orClient("callbackUrl", urlParameter("callbackUrl")),
  requestRefId: ownId(rules.RequestRefID),
} satisfies ShapeOf<B2bExpressCheckoutParams>);

export async function b2bExpressCheckout(
  core: Core,
  params: B2bExpressCheckoutParams,
  options?: CallOptions,
): Promise<B2bExpressCheckoutResult> {
  const values = check("ussdPush", checkoutParams, params, core, ["requestRefId"]);
  const { requestRefId } = values;
  // The portal's sample has the numbers of this request as text.
  const body = {
    primaryShortCode: values.till,
    receiverShortCode: values.payBill,
    amount: String(values.amount),
    paymentRef: values.reference,
    callbackUrl: values.callbackUrl,
    partnerName: values.partnerName,
    RequestRefID: requestRefId,
  };
  const raw = await core.request("ussdPush", body, {
    options,
    ids: { requestRefId },
    recovery: "Nothing looks it up: wait for the callback, whose URL should hold a reference of yours.",
  });
  return { requestRefId, responseDescription: textOf(raw.status) ?? "", raw };
}
