import type { B2bRequest } from "@mpesa/raw";
import type { InitiatorParams } from "../initiator/params.ts";

/** What every payment from your short code takes. */
export interface BusinessPaymentParams extends InitiatorParams {
  /** Whole shillings, 1 or more: the limit of customers' transactions does not hold between organisations. */
  amount: number;
  /** A second note, at most 100 characters. */
  occasion?: string;
  /**
   * Your unique id of this payment, at most 50 characters. Undocumented for business payments, in production use, and
   * not known to refuse a second request.
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
  /** The account there, at most 13 characters. */
  account: string;
}

/** A payment to a till. */
export interface B2bBuyGoodsParams extends RequestedPaymentParams {
  /** The till that gets the money. */
  till: string;
  /** At most 13 characters. */
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
  /** At most 13 characters. */
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
  /** At most 13 characters; `BusinessPayBill` needs it. */
  account?: string;
  /** @default "4", a short code */
  receiverIdentifierType?: "2" | "4";
}

/** A tax payment to the Kenya Revenue Authority. */
export interface B2bPayTaxParams extends BusinessPaymentParams {
  /** The payment registration number (PRN) that the authority issued, at most 13 characters. */
  paymentRegistrationNumber: string;
}

/** A payment prompt on the phone of a merchant's till. */
export interface B2bExpressCheckoutParams {
  /** The till of the merchant who pays. */
  till: string;
  /** Your pay bill, which gets the money. @default the client's shortCode */
  payBill?: string;
  /** Whole shillings, 1 or more: the limit of customers' transactions does not hold between organisations. */
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
