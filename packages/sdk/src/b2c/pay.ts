import type { B2cV3Request, B2cValidatedRequest } from "@mpesa/raw";
import {
  b2cV1RequestConstraints,
  b2cValidatedRequestConstraints,
  pochiRequestConstraints,
  b2cV3RequestConstraints as rules,
} from "@mpesa/raw/constraints";
import { idTypes } from "@mpesa/raw/platform";
import type { CallOptions } from "../core.ts";
import type { InitiatorLink } from "../initiator/link.ts";
import { checkShared, type SharedFields } from "../initiator/params.ts";
import { type PayoutAcknowledgement, statusRecovery, submitPayout } from "../initiator/submit.ts";
import { parseAmount } from "../values/amount.ts";
import { Checks } from "../values/checks.ts";
import { parseChoice } from "../values/choice.ts";
import { bad } from "../values/parsed.ts";
import { parsePhoneNumber, phoneSecrets } from "../values/phone-number.ts";
import { parseOptionalText, parseText } from "../values/text.ts";
import { wireNumber } from "../values/wire-number.ts";
import type {
  B2cPayParams,
  B2cPayPochiParams,
  B2cPayWithIdCheckParams,
  IdentityDocument,
  PayoutParams,
} from "./params.ts";

const REMARKS = "Payment";

export async function b2cPay(
  link: InitiatorLink,
  params: B2cPayParams,
  options?: CallOptions,
): Promise<PayoutAcknowledgement> {
  const version = params.apiVersion ?? link.core.config.apiVersion?.b2c ?? "v3";
  const isV1 = version === "v1";
  const checks = new Checks(isV1 ? "b2cPaymentV1" : "b2cPaymentV3");
  checks.take("apiVersion", parseChoice(version, ["v1", "v3"], 'Leave it out for "v3".'));
  const payout = checkPayout(link, checks, params);
  const CommandID = checkCommand(checks, params.commandId);
  if (isV1) checkV1(checks, params);
  checks.done(isV1 ? {} : { originatorConversationId: payout.id });
  const { shared, phoneNumber } = payout;
  if (isV1) {
    const submission = {
      id: "b2cPaymentV1",
      body: (SecurityCredential: string) => ({
        InitiatorName: shared.initiator.name,
        SecurityCredential,
        CommandID,
        // Version 1's sample has its numbers as text.
        Amount: String(params.amount),
        PartyA: shared.shortCode,
        PartyB: phoneNumber,
        ...shared.wire,
        ...payout.note,
      }),
      recovery: "Version 1 has no own id to look it up by: wait for the result at resultUrl.",
    } as const;
    return submitPayout(
      link,
      { ...submission, initiator: shared.initiator, options, secrets: phoneSecrets(phoneNumber) },
      false,
    );
  }
  const body = (credential: string): B2cV3Request => ({ ...payoutBody(payout, credential), CommandID });
  return submitPayout(link, { id: "b2cPaymentV3", body, ...sending(payout, options) }, params.resend === true);
}

export async function b2cPayWithIdCheck(
  link: InitiatorLink,
  params: B2cPayWithIdCheckParams,
  options?: CallOptions,
): Promise<PayoutAcknowledgement> {
  const checks = new Checks("b2cValidatedPayment");
  const payout = checkPayout(link, checks, params);
  const CommandID = checkCommand(checks, params.commandId);
  const kinds = Object.keys(idTypes) as IdentityDocument[];
  const idType = checks.take("idType", parseChoice(params.idType, kinds, "Say which document idNumber is on."));
  const IDNumber = checks.take("idNumber", parseText(params.idNumber, b2cValidatedRequestConstraints.IDNumber));
  checks.done({ originatorConversationId: payout.id });
  const extra = { CommandID, IDType: idTypes[idType], IDNumber };
  const body = (credential: string): B2cValidatedRequest => ({ ...payoutBody(payout, credential), ...extra });
  const common = sending(payout, options);
  return submitPayout(
    link,
    { id: "b2cValidatedPayment", body, ...common, secrets: [...common.secrets, IDNumber] },
    false,
  );
}

export async function b2cPayPochi(
  link: InitiatorLink,
  params: B2cPayPochiParams,
  options?: CallOptions,
): Promise<PayoutAcknowledgement> {
  const checks = new Checks("pochiPayment");
  const payout = checkPayout(link, checks, params, pochiRequestConstraints);
  checks.done({ originatorConversationId: payout.id });
  const [CommandID] = pochiRequestConstraints.CommandID.enum;
  const body = (credential: string) => ({ ...payoutBody(payout, credential), CommandID });
  return submitPayout(link, { id: "pochiPayment", body, ...sending(payout, options) }, params.resend === true);
}

interface Payout {
  readonly shared: SharedFields;
  readonly phoneNumber: string;
  readonly amount: number;
  readonly id: string;
  readonly note: { readonly Occassion?: string };
}

type PayoutRules = Pick<
  typeof rules | typeof pochiRequestConstraints,
  "Amount" | "Remarks" | "Occassion" | "OriginatorConversationID"
>;

function checkPayout(link: InitiatorLink, checks: Checks, params: PayoutParams, limits: PayoutRules = rules): Payout {
  const phoneNumber = checks.take("phoneNumber", parsePhoneNumber(params.phoneNumber));
  const amount = checks.take("amount", parseAmount(params.amount, limits.Amount));
  const shared = checkShared(link, checks, params, { rule: limits.Remarks, remarks: REMARKS });
  const occasion = checks.take("occasion", parseOptionalText(params.occasion, limits.Occassion));
  const given = params.originatorConversationId ?? crypto.randomUUID();
  const id = checks.take("originatorConversationId", parseText(given, limits.OriginatorConversationID));
  return { shared, phoneNumber, amount, id, note: occasion === undefined ? {} : { Occassion: occasion } };
}

function payoutBody({ shared, phoneNumber, amount, id, note }: Payout, SecurityCredential: string) {
  return {
    OriginatorConversationID: id,
    InitiatorName: shared.initiator.name,
    SecurityCredential,
    Amount: amount,
    PartyA: wireNumber(shared.shortCode),
    PartyB: wireNumber(phoneNumber),
    ...shared.wire,
    ...note,
  };
}

function sending({ shared, phoneNumber, id }: Payout, options: CallOptions | undefined) {
  return {
    initiator: shared.initiator,
    options,
    originatorConversationId: id,
    secrets: phoneSecrets(phoneNumber),
    recovery: statusRecovery(id),
  };
}

function checkCommand(checks: Checks, value: unknown): B2cV3Request["CommandID"] {
  return checks.take(
    "commandId",
    parseChoice(value ?? "BusinessPayment", b2cV1RequestConstraints.CommandID.enum, "Leave it out for the plain one."),
  );
}

/** Version 1 cannot carry an id; silently dropping one would promise a protection that is not there. */
function checkV1(checks: Checks, { originatorConversationId, resend }: B2cPayParams): void {
  if (originatorConversationId !== undefined) {
    checks.take(
      "originatorConversationId",
      bad(originatorConversationId, "does not exist in version 1", 'Leave it out, or use apiVersion "v3".'),
    );
  }
  if (resend)
    checks.take("resend", bad(resend, "is not safe in version 1", 'Every request pays there: use apiVersion "v3".'));
}
