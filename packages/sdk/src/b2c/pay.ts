import type { B2cV1Request, B2cV3Request, B2cValidatedRequest } from "@mpesa/raw";
import {
  b2cValidatedRequestConstraints as rulesOfIdCheck,
  pochiRequestConstraints as rulesOfPochi,
  b2cV1RequestConstraints as rulesV1,
  b2cV3RequestConstraints as rulesV3,
} from "@mpesa/raw/constraints";
import { idTypes } from "@mpesa/raw/platform";
import type { CallOptions } from "../call.ts";
import type { InitiatorLink } from "../initiator/link.ts";
import type { InitiatorParams } from "../initiator/params.ts";
import { type SignedValues, signed, signedBody } from "../initiator/params.ts";
import { type PayoutAcknowledgement, statusRecovery, submitPayout } from "../initiator/submit.ts";
import { parsePhoneNumber, wireNumber } from "../validate/formats.ts";
import { amount, choice, ownId, text } from "../validate/limits.ts";
import { check, invalid, object, optional, type Parser, type ShapeOf, valid, withDefault } from "../validate/schema.ts";

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

const REMARKS = "Payment";
/** What an error contains, so that the payout is found again. */
const IDS = ["originatorConversationId"] as const;

const common = {
  phoneNumber: parsePhoneNumber,
  amount: amount(rulesV3.Amount),
  ...signed(rulesV3.Remarks, REMARKS),
  occasion: optional(text(rulesV3.Occassion)),
  originatorConversationId: ownId(rulesV3.OriginatorConversationID),
} satisfies ShapeOf<PayoutParams>;

const commandId = withDefault(choice(rulesV3.CommandID.enum, 'Omit it for "BusinessPayment".'), "BusinessPayment");
const resend: Parser<boolean> = (value) => valid(value === true);
const idType = Object.keys(idTypes) as IdentityDocument[];

const payParams = object({
  ...common,
  commandId,
  apiVersion: withDefault(choice(["v1", "v3"], 'Omit it for "v3".'), "v3"),
  resend,
} satisfies ShapeOf<B2cPayParams>);

/** Version 1 cannot carry an ID: ignoring one without a word would promise a protection that is not there. */
const payV1Params = object({
  ...common,
  amount: amount(rulesV1.Amount),
  remarks: withDefault(text(rulesV1.Remarks), REMARKS),
  occasion: optional(text(rulesV1.Occassion)),
  commandId,
  apiVersion: () => valid("v1"),
  originatorConversationId: (value) =>
    value === undefined
      ? valid(undefined)
      : invalid(value, "does not exist in version 1", 'Omit it, or use apiVersion "v3".'),
  resend: (value) =>
    value
      ? invalid(value, "is not safe in version 1", 'Use apiVersion "v3": in version 1 every request pays.')
      : valid(false),
} satisfies ShapeOf<B2cPayParams>);

const idCheckParams = object({
  ...common,
  commandId,
  idType: choice(idType, "Choose the document that idNumber is on."),
  idNumber: text(rulesOfIdCheck.IDNumber),
} satisfies ShapeOf<B2cPayWithIdCheckParams>);

const pochiParams = object({
  ...common,
  amount: amount(rulesOfPochi.Amount),
  resend,
} satisfies ShapeOf<B2cPayPochiParams>);

export async function b2cPay(
  link: InitiatorLink,
  params: B2cPayParams,
  options?: CallOptions,
): Promise<PayoutAcknowledgement> {
  const version = params?.apiVersion ?? link.core.config.apiVersion?.b2c;
  if (version === "v1") return payV1(link, params, options);
  const { commandId, resend, ...payout } = check("b2cPaymentV3", payParams, params, link.core, IDS);
  const body = (credential: string): B2cV3Request => ({ ...payoutBody(payout, credential), CommandID: commandId });
  return submitPayout(link, { id: "b2cPaymentV3", body, ...sending(payout, options) }, resend);
}

async function payV1(
  link: InitiatorLink,
  params: B2cPayParams,
  options: CallOptions | undefined,
): Promise<PayoutAcknowledgement> {
  const payout = check("b2cPaymentV1", payV1Params, params, link.core);
  const { initiator, phoneNumber } = payout;
  const body = (SecurityCredential: string): B2cV1Request => ({
    InitiatorName: initiator.name,
    SecurityCredential,
    CommandID: payout.commandId,
    // Version 1's sample has its numbers as text.
    Amount: String(payout.amount),
    PartyA: payout.shortCode,
    PartyB: phoneNumber,
    ...signedBody(payout),
    ...noteBody(payout),
  });
  const recovery = "Version 1 has no ID of yours to look it up by: wait for the result at resultUrl.";
  return submitPayout(link, { id: "b2cPaymentV1", initiator, body, options, recovery }, false);
}

export async function b2cPayWithIdCheck(
  link: InitiatorLink,
  params: B2cPayWithIdCheckParams,
  options?: CallOptions,
): Promise<PayoutAcknowledgement> {
  const values = check("b2cValidatedPayment", idCheckParams, params, link.core, IDS);
  const { commandId, idType, idNumber, ...payout } = values;
  const extra = { CommandID: commandId, IDType: idTypes[idType], IDNumber: idNumber };
  const body = (credential: string): B2cValidatedRequest => ({ ...payoutBody(payout, credential), ...extra });
  return submitPayout(link, { id: "b2cValidatedPayment", body, ...sending(payout, options) }, false);
}

export async function b2cPayPochi(
  link: InitiatorLink,
  params: B2cPayPochiParams,
  options?: CallOptions,
): Promise<PayoutAcknowledgement> {
  const { resend, ...payout } = check("pochiPayment", pochiParams, params, link.core, IDS);
  const [CommandID] = rulesOfPochi.CommandID.enum;
  const body = (credential: string) => ({ ...payoutBody(payout, credential), CommandID });
  return submitPayout(link, { id: "pochiPayment", body, ...sending(payout, options) }, resend);
}

interface Payout extends SignedValues {
  readonly shortCode: string;
  readonly phoneNumber: string;
  readonly amount: number;
  readonly occasion: string | undefined;
  readonly originatorConversationId: string;
}

function payoutBody(payout: Payout, SecurityCredential: string) {
  return {
    OriginatorConversationID: payout.originatorConversationId,
    InitiatorName: payout.initiator.name,
    SecurityCredential,
    Amount: payout.amount,
    PartyA: wireNumber(payout.shortCode),
    PartyB: wireNumber(payout.phoneNumber),
    ...signedBody(payout),
    ...noteBody(payout),
  };
}

function noteBody({ occasion }: Pick<Payout, "occasion">): { Occassion?: string } {
  return occasion === undefined ? {} : { Occassion: occasion };
}

function sending({ initiator, originatorConversationId: id }: Payout, options: CallOptions | undefined) {
  return {
    initiator,
    options,
    originatorConversationId: id,
    recovery: statusRecovery(id),
  };
}
