import type { B2cV3Request } from "@mpesa/raw";
import type { InitiatorParams } from "../initiator/params.ts";

/** What every payout to a phone number takes. */
export interface PayoutParams extends InitiatorParams {
  /** Who gets the money: `0712 345 678`, `+254712345678`, `254712345678`. */
  phoneNumber: string | number;
  /** Whole shillings. @limits B2cV3Request.Amount: an integer from 10 to 250,000 */
  amount: number;
  /** A second note. @limits B2cV3Request.Occassion: 1 to 100 characters */
  occasion?: string;
  /**
   * Your unique ID of this payout. Store it before the call: it finds the payout again.
   *
   * @limits B2cV3Request.OriginatorConversationID: 1 to 50 characters
   * @default a random UUID, which is in the result and in every error
   */
  originatorConversationId?: string;
}

/** A payout that M-Pesa refuses to make twice under one id. */
export interface DeduplicatedPayoutParams extends PayoutParams {
  /**
   * Sends the same id again when an answer is lost. M-Pesa refuses a second request with that id, which then counts
   * as accepted. @default false
   */
  resend?: boolean;
}

/** A payout to an M-Pesa customer. */
export interface B2cPayParams extends DeduplicatedPayoutParams {
  /** What the customer sees it as. `SalaryPayment` no longer reaches numbers without M-Pesa. @default "BusinessPayment" */
  commandId?: B2cV3Request["CommandID"];
  /** Version 1 has no own id, so nothing refuses a second payout. @default the client's apiVersion.b2c, or "v3" */
  apiVersion?: "v1" | "v3";
}

/** The document that must belong to the phone number. */
export type IdentityDocument = "nationalId" | "militaryId" | "alienId" | "diplomaticId" | "passport";

/** A payout that is made only if the identity document belongs to the number. */
export interface B2cPayWithIdCheckParams extends PayoutParams {
  /** @default "BusinessPayment" */
  commandId?: B2cV3Request["CommandID"];
  /** The kind of document. */
  idType: IdentityDocument;
  /** The number on the document; kept out of errors and events. */
  idNumber: string;
}

/** A payout to the owner of a Pochi la Biashara. */
export interface B2cPayPochiParams extends DeduplicatedPayoutParams {}
