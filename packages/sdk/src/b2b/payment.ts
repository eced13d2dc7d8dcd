import type { B2bRequest, TaxRequest } from "@mpesa/raw";
import { b2bRequestConstraints as rules, taxRequestConstraints } from "@mpesa/raw/constraints";
import { identifierTypes, taxShortCode } from "@mpesa/raw/platform";
import type { CallOptions } from "../core.ts";
import type { InitiatorLink } from "../initiator/link.ts";
import { checkShared, type SharedFields } from "../initiator/params.ts";
import { type Acknowledgement, statusRecovery, submit } from "../initiator/submit.ts";
import { parseAmount } from "../values/amount.ts";
import { Checks } from "../values/checks.ts";
import { parseChoice } from "../values/choice.ts";
import { parsePhoneNumber, phoneSecrets } from "../values/phone-number.ts";
import { parseShortCode } from "../values/short-code.ts";
import { parseOptionalText, parseText } from "../values/text.ts";
import { wireNumber } from "../values/wire-number.ts";
import type { B2bPayTaxParams, BusinessPaymentParams, RequestedPaymentParams } from "./params.ts";

/** What one command does to the common request; each value with the name under which the caller gave it. */
export interface Command {
  readonly id: (checks: Checks) => B2bRequest["CommandID"];
  /** Who gets the money. Left out: the own short code. */
  readonly receiver?: { readonly field: string; readonly value: unknown };
  readonly account?: string | undefined;
  readonly identifierType?: string | undefined;
}

/** Sends one command of the business payment request. */
export async function b2bPayment(
  link: InitiatorLink,
  params: RequestedPaymentParams,
  command: Command,
  options?: CallOptions,
): Promise<Acknowledgement> {
  const checks = new Checks("b2bPayment");
  const CommandID = command.id(checks);
  const { receiver } = command;
  const partyB = receiver && checks.take(receiver.field, parseShortCode(receiver.value));
  const account = checkAccount(checks, CommandID, command.account);
  const shared = checkShared(link, checks, params, { rule: rules.Remarks, remarks: "Payment" });
  const amount = checks.take("amount", parseAmount(params.amount, rules.Amount));
  const occasion = checks.take("occasion", parseOptionalText(params.occasion, rules.Occassion));
  const requester =
    params.requester === undefined ? undefined : checks.take("requester", parsePhoneNumber(params.requester));
  const id = checkId(checks, params);
  const { till, shortCode } = identifierTypes;
  const type = checks.take(
    "receiverIdentifierType",
    parseChoice(command.identifierType ?? shortCode, [shortCode, till], 'Leave it out for "4".'),
  );
  checks.done({ originatorConversationId: id });
  const body = (SecurityCredential: string): B2bRequest => ({
    OriginatorConversationID: id,
    ...business(shared, SecurityCredential),
    CommandID,
    RecieverIdentifierType: type,
    Amount: amount,
    PartyB: wireNumber(partyB ?? shared.shortCode),
    ...(account !== undefined && { AccountReference: account }),
    ...(requester !== undefined && { Requester: requester }),
    ...(occasion !== undefined && { Occassion: occasion }),
  });
  return submit(link, {
    id: "b2bPayment",
    initiator: shared.initiator,
    body,
    options,
    originatorConversationId: id,
    secrets: requester === undefined ? [] : phoneSecrets(requester),
    recovery: statusRecovery(id),
  });
}

export async function b2bPayTax(
  link: InitiatorLink,
  params: B2bPayTaxParams,
  options?: CallOptions,
): Promise<Acknowledgement> {
  const checks = new Checks("taxRemittance");
  const limits = taxRequestConstraints;
  const prn = checks.take(
    "paymentRegistrationNumber",
    parseText(params.paymentRegistrationNumber, limits.AccountReference),
  );
  const shared = checkShared(link, checks, params, { rule: limits.Remarks, remarks: "Tax" });
  const amount = checks.take("amount", parseAmount(params.amount, limits.Amount));
  const occasion = checks.take("occasion", parseOptionalText(params.occasion, limits.Occassion));
  const id = checkId(checks, params);
  checks.done({ originatorConversationId: id });
  const [CommandID] = limits.CommandID.enum;
  const body = (SecurityCredential: string): TaxRequest => ({
    OriginatorConversationID: id,
    ...business(shared, SecurityCredential),
    CommandID,
    RecieverIdentifierType: identifierTypes.shortCode,
    Amount: amount,
    PartyB: wireNumber(taxShortCode) as TaxRequest["PartyB"],
    AccountReference: prn,
    ...(occasion !== undefined && { Occassion: occasion }),
  });
  return submit(link, {
    id: "taxRemittance",
    initiator: shared.initiator,
    body,
    options,
    originatorConversationId: id,
    recovery: statusRecovery(id),
  });
}

/** The caller's id of the payment, or a new one. */
function checkId(checks: Checks, { originatorConversationId = crypto.randomUUID() }: BusinessPaymentParams): string {
  return checks.take("originatorConversationId", parseText(originatorConversationId, rules.OriginatorConversationID));
}

function business({ initiator, shortCode, wire }: SharedFields, SecurityCredential: string) {
  return {
    Initiator: initiator.name,
    SecurityCredential,
    SenderIdentifierType: identifierTypes.shortCode,
    PartyA: wireNumber(shortCode),
    ...wire,
  };
}

/** A pay bill credits an account; everywhere else the reference is only a note. */
function checkAccount(checks: Checks, commandId: B2bRequest["CommandID"], value: unknown): string | undefined {
  const parse = commandId === "BusinessPayBill" ? parseText : parseOptionalText;
  return checks.take<string | undefined>("account", parse(value, rules.AccountReference));
}
