import type { CallOptions } from "../call.ts";
import { type MpesaPromise, startCall } from "../call.ts";
import type { InitiatorLink } from "../initiator/link.ts";
import type { Acknowledgement } from "../initiator/submit.ts";
import { type B2bExpressCheckoutResult, b2bExpressCheckout } from "./express-checkout.ts";
import type {
  B2bBuyGoodsParams,
  B2bExpressCheckoutParams,
  B2bPayBillParams,
  B2bPayTaxParams,
  B2bSendParams,
  B2bTopUpParams,
  B2bTransferParams,
} from "./params.ts";
import { buyGoods, payBill, payTax, send, topUpB2c, transfer } from "./payment.ts";

/**
 * Payments from your short code to other organisations, and between your own accounts. None is known to be
 * deduplicated, so none is ever sent twice.
 *
 * All but `expressCheckout` resolve when M-Pesa has queued the payment; whether it was paid comes to `resultUrl`.
 * Each throws MpesaValidationError, MpesaConfigError (the initiator's password cannot be encrypted here), MpesaAuthError,
 * MpesaRateLimitError, MpesaApiError or MpesaConnectionError when nothing was paid, and MpesaOutcomeUnknownError when it
 * may have been.
 */
export interface B2b {
  /**
   * Pays another organisation's pay bill from your working account.
   *
   * @example
   * await mpesa.b2b.payBill({ payBill: "600000", account: "INV-1042", amount: 1000 });
   */
  payBill(params: B2bPayBillParams, options?: CallOptions): MpesaPromise<Acknowledgement>;
  /**
   * Pays a till from your working account.
   *
   * @example
   * await mpesa.b2b.buyGoods({ till: "600000", amount: 1000 });
   */
  buyGoods(params: B2bBuyGoodsParams, options?: CallOptions): MpesaPromise<Acknowledgement>;
  /**
   * Moves money from your working account to the utility account of a payout (B2C) short code.
   *
   * @example
   * await mpesa.b2b.topUpB2c({ b2cShortCode: "600000", amount: 50_000 });
   */
  topUpB2c(params: B2bTopUpParams, options?: CallOptions): MpesaPromise<Acknowledgement>;
  /**
   * Moves money between the working and the utility account of your own short code. Safaricom must allow it first.
   *
   * @example
   * await mpesa.b2b.transfer({ from: "working", to: "utility", amount: 50_000 });
   */
  transfer(params: B2bTransferParams, options?: CallOptions): MpesaPromise<Acknowledgement>;
  /**
   * Pays tax to the Kenya Revenue Authority.
   *
   * @example
   * await mpesa.b2b.payTax({ paymentRegistrationNumber: "PRN1234567890", amount: 2390 });
   */
  payTax(params: B2bPayTaxParams, options?: CallOptions): MpesaPromise<Acknowledgement>;
  /**
   * Shows a payment prompt on the phone of a merchant's till (USSD push). Resolves when it was accepted; whether the
   * merchant pays comes to `callbackUrl`.
   *
   * @example
   * await mpesa.b2b.expressCheckout({ till: "600001", amount: 71, reference: "ORDER-1042", partnerName: "Example Supplies" });
   */
  expressCheckout(params: B2bExpressCheckoutParams, options?: CallOptions): MpesaPromise<B2bExpressCheckoutResult>;
  /**
   * Sends any command of the business payment request, legacy ones included.
   *
   * @example
   * await mpesa.b2b.send({ commandId: "MerchantToMerchantTransfer", receiver: "600000", amount: 1000 });
   */
  send(params: B2bSendParams, options?: CallOptions): MpesaPromise<Acknowledgement>;
}

export function createB2b(link: InitiatorLink): B2b {
  return {
    payBill: (params, options) => startCall(options, (scope) => payBill(link, params, scope)),
    buyGoods: (params, options) => startCall(options, (scope) => buyGoods(link, params, scope)),
    topUpB2c: (params, options) => startCall(options, (scope) => topUpB2c(link, params, scope)),
    transfer: (params, options) => startCall(options, (scope) => transfer(link, params, scope)),
    payTax: (params, options) => startCall(options, (scope) => payTax(link, params, scope)),
    expressCheckout: (params, options) => startCall(options, (scope) => b2bExpressCheckout(link.core, params, scope)),
    send: (params, options) => startCall(options, (scope) => send(link, params, scope)),
  };
}
