import type { B2bRequest } from "@mpesa/raw";
import type { InitiatorParams } from "../initiator/params.ts";

/** What every payment from your short code takes. */
export interface BusinessPaymentParams extends InitiatorParams {
  /** Whole shillings: the limit of customers' transactions does not hold between organisations. @limits B2bRequest.Amount: an integer of at least 1 */
  amount: number;
  /** A second note. @limits B2bRequest.Occassion: 1 to 100 characters */
  occasion?: string;
  /**
   * Your unique ID of this payment. Undocumented for business payments, in production use, and not known to reject a
   * second request.
   *
   * @limits B2bRequest.OriginatorConversationID: 1 to 50 characters
   * @default a random UUID, which is in every error
   */
  originatorConversationId?: string;
}

/** The same where a customer can be behind it. */
export interface RequestedPaymentParams extends BusinessPaymentParams {
  /** The customer on whose behalf you pay. */
  requester?: string | number;
}

/** A payment to another organisation's pay bill. */
export interface B2bPayBillParams extends RequestedPaymentParams {
  /** The pay bill that gets the money. */
  payBill: string;
  /** The account there. @limits B2bRequest.AccountReference: 1 to 13 characters */
  account: string;
}

/** A payment to a till. */
export interface B2bBuyGoodsParams extends RequestedPaymentParams {
  /** The till that gets the money. */
  till: string;
  /** A note for the receiver. @limits B2bRequest.AccountReference: 1 to 13 characters */
  account?: string;
  /**
   * What the receiver is called on the wire. Disputed: the portal says `"4"`, production software sends `"2"`. Try the
   * other one when the result says that the receiver is invalid. @default "4"
   */
  receiverIdentifierType?: "2" | "4";
}

/** A top-up of a payout short code from your working account. */
export interface B2bTopUpParams extends RequestedPaymentParams {
  /** The payout (B2C) short code whose utility account gets the money. */
  b2cShortCode: string;
  /** A note for the receiver. @limits B2bRequest.AccountReference: 1 to 13 characters */
  account?: string;
}

/** A move between the two accounts of your own short code; needs Safaricom's permission. */
export type B2bTransferParams = RequestedPaymentParams &
  (
    | { /** The account that pays. */ from: "working"; to: "utility" }
    | { from: "utility" /** The account that gets the money. */; to: "working" }
  );

/** Any command of the business payment request, for those that have no method of their own. */
export interface B2bSendParams extends RequestedPaymentParams {
  /** The command as the wire has it. The six of Daraja 1.0 have no current documentation. */
  commandId: B2bRequest["CommandID"];
  /** The short code that gets the money; your own for moves between accounts. */
  receiver: string;
  /** Required for `BusinessPayBill`. @limits B2bRequest.AccountReference: 1 to 13 characters */
  account?: string;
  /** @default "4", a short code */
  receiverIdentifierType?: "2" | "4";
}

/** A tax payment to the Kenya Revenue Authority. */
export interface B2bPayTaxParams extends BusinessPaymentParams {
  /** The payment registration number (PRN) that the authority issued. @limits TaxRequest.AccountReference: 1 to 13 characters */
  paymentRegistrationNumber: string;
}

/** A payment prompt on the phone of a merchant's till. */
export interface B2bExpressCheckoutParams {
  /** The till of the merchant who pays. */
  till: string;
  /** Your pay bill, which gets the money. @default the client's shortCode */
  payBill?: string;
  /** Whole shillings: the limit of customers' transactions does not hold between organisations. @limits UssdPushRequest.amount: an integer of at least 1 */
  amount: number;
  /** Shown to the merchant. */
  reference: string;
  /** Your name, shown to the merchant. */
  partnerName: string;
  /** Where the outcome is posted. @default the client's callbackUrl */
  callbackUrl?: string | URL;
  /** Your unique id of the request. @default a random UUID */
  requestRefId?: string;
}
