import type { B2bRequest, TaxRequest } from "@mpesa/raw";
import { b2bRequestConstraints as rules, taxRequestConstraints as rulesOfTax } from "@mpesa/raw/constraints";
import { identifierTypes, taxShortCode } from "@mpesa/raw/platform";
import type { CallOptions } from "../call.ts";
import type { InitiatorLink } from "../initiator/link.ts";
import { type SignedValues, signed, signedBody } from "../initiator/params.ts";
import { type Acknowledgement, statusRecovery, submit } from "../initiator/submit.ts";
import { parsePhoneNumber, parseShortCode, wireNumber } from "../validate/formats.ts";
import { amount, choice, ownId, text } from "../validate/limits.ts";
import {
  check,
  type Fields,
  fields,
  invalid,
  object,
  optional,
  type ShapeOf,
  valid,
  withDefault,
} from "../validate/schema.ts";
import type {
  B2bBuyGoodsParams,
  B2bPayBillParams,
  B2bPayTaxParams,
  B2bSendParams,
  B2bTopUpParams,
  B2bTransferParams,
  BusinessPaymentParams,
  RequestedPaymentParams,
} from "./params.ts";

/** What an error contains, so that the payment is found again. */
const IDS = ["originatorConversationId"] as const;

const payment = {
  ...signed(rules.Remarks, "Payment"),
  amount: amount(rules.Amount),
  occasion: optional(text(rules.Occassion)),
  originatorConversationId: ownId(rules.OriginatorConversationID),
} satisfies ShapeOf<BusinessPaymentParams>;

const requestedPayment = {
  ...payment,
  requester: optional(parsePhoneNumber),
} satisfies ShapeOf<RequestedPaymentParams>;

const account = text(rules.AccountReference);
const { till: TILL, shortCode: SHORT_CODE } = identifierTypes;
const receiverIdentifierType = withDefault(choice([SHORT_CODE, TILL], `Omit it for "${SHORT_CODE}".`), SHORT_CODE);

const payBillParams = object({
  payBill: parseShortCode,
  account,
  ...requestedPayment,
} satisfies ShapeOf<B2bPayBillParams>);

const buyGoodsParams = object({
  till: parseShortCode,
  account: optional(account),
  ...requestedPayment,
  receiverIdentifierType,
} satisfies ShapeOf<B2bBuyGoodsParams>);

const topUpParams = object({
  b2cShortCode: parseShortCode,
  account: optional(account),
  ...requestedPayment,
} satisfies ShapeOf<B2bTopUpParams>);

/** The command that moves money from one account to the other. */
const direction: Fields<{ readonly commandId: B2bRequest["CommandID"] }> = {
  names: ["from", "to"],
  read({ from, to }) {
    if (from === "working" && to === "utility") return valid({ commandId: "BusinessTransferFromMMFToUtility" });
    if (from === "utility" && to === "working") return valid({ commandId: "BusinessTransferFromUtilityToMMF" });
    const fix = 'Pass { from: "working", to: "utility" }, or the reverse.';
    return invalid(from, "must be one of your two accounts, and `to` the other one", fix, "from");
  },
};
const transferParams = object(requestedPayment, direction);

const command = fields({
  commandId: choice(rules.CommandID.enum, "Choose one of CommandId."),
  account: optional(account),
});
const payBillCommand = fields({ commandId: choice(["BusinessPayBill"], ""), account });
/** A pay bill credits an account; everywhere else the account is only a note. */
const sentCommand: Fields<{ readonly commandId: B2bRequest["CommandID"]; readonly account: string | undefined }> = {
  names: command.names,
  read: (given, client) => (given["commandId"] === "BusinessPayBill" ? payBillCommand : command).read(given, client),
};
const sendParams = object(
  {
    receiver: parseShortCode,
    ...requestedPayment,
    receiverIdentifierType,
  } satisfies ShapeOf<Omit<B2bSendParams, "commandId" | "account">>,
  sentCommand,
);

const taxParams = object({
  paymentRegistrationNumber: text(rulesOfTax.AccountReference),
  ...payment,
  ...signed(rulesOfTax.Remarks, "Tax"),
  amount: amount(rulesOfTax.Amount),
  occasion: optional(text(rulesOfTax.Occassion)),
} satisfies ShapeOf<B2bPayTaxParams>);

export async function payBill(
  link: InitiatorLink,
  params: B2bPayBillParams,
  options?: CallOptions,
): Promise<Acknowledgement> {
  const { payBill, ...values } = check("b2bPayment", payBillParams, params, link.core, IDS);
  return pay(link, { commandId: "BusinessPayBill", receiver: payBill, ...values }, options);
}

export async function buyGoods(
  link: InitiatorLink,
  params: B2bBuyGoodsParams,
  options?: CallOptions,
): Promise<Acknowledgement> {
  const { till, ...values } = check("b2bPayment", buyGoodsParams, params, link.core, IDS);
  return pay(link, { commandId: "BusinessBuyGoods", receiver: till, ...values }, options);
}

export async function topUpB2c(
  link: InitiatorLink,
  params: B2bTopUpParams,
  options?: CallOptions,
): Promise<Acknowledgement> {
  const { b2cShortCode, ...values } = check("b2bPayment", topUpParams, params, link.core, IDS);
  return pay(link, { commandId: "BusinessPayToBulk", receiver: b2cShortCode, ...values }, options);
}

export async function transfer(
  link: InitiatorLink,
  params: B2bTransferParams,
  options?: CallOptions,
): Promise<Acknowledgement> {
  const values = check("b2bPayment", transferParams, params, link.core, IDS);
  return pay(link, { receiver: values.shortCode, ...values }, options);
}

export async function send(
  link: InitiatorLink,
  params: B2bSendParams,
  options?: CallOptions,
): Promise<Acknowledgement> {
  return pay(link, check("b2bPayment", sendParams, params, link.core, IDS), options);
}

export async function payTax(
  link: InitiatorLink,
  params: B2bPayTaxParams,
  options?: CallOptions,
): Promise<Acknowledgement> {
  const values = check("taxRemittance", taxParams, params, link.core, IDS);
  const [CommandID] = rulesOfTax.CommandID.enum;
  const body = (credential: string): TaxRequest => ({
    ...paymentBody(values, credential),
    CommandID,
    RecieverIdentifierType: SHORT_CODE,
    Amount: values.amount,
    PartyB: wireNumber(taxShortCode) as TaxRequest["PartyB"],
    AccountReference: values.paymentRegistrationNumber,
    ...noteBody(values),
  });
  return submit(link, { id: "taxRemittance", body, ...sending(values, options) });
}

interface PaymentValues extends SignedValues {
  readonly shortCode: string;
  readonly amount: number;
  readonly occasion: string | undefined;
  readonly originatorConversationId: string;
}

interface CommandValues extends PaymentValues {
  readonly commandId: B2bRequest["CommandID"];
  readonly receiver: string;
  readonly account?: string | undefined;
  readonly requester: string | undefined;
  readonly receiverIdentifierType?: B2bRequest["RecieverIdentifierType"];
}

/** Sends one command of the business payment request. */
function pay(link: InitiatorLink, values: CommandValues, options: CallOptions | undefined): Promise<Acknowledgement> {
  const { commandId, receiver, account, requester, receiverIdentifierType = SHORT_CODE } = values;
  const body = (credential: string): B2bRequest => ({
    ...paymentBody(values, credential),
    CommandID: commandId,
    RecieverIdentifierType: receiverIdentifierType,
    Amount: values.amount,
    PartyB: wireNumber(receiver),
    ...(account !== undefined && { AccountReference: account }),
    ...(requester !== undefined && { Requester: requester }),
    ...noteBody(values),
  });
  return submit(link, { id: "b2bPayment", body, ...sending(values, options) });
}

function paymentBody(values: PaymentValues, SecurityCredential: string) {
  const { initiator, shortCode, originatorConversationId } = values;
  return {
    OriginatorConversationID: originatorConversationId,
    Initiator: initiator.name,
    SecurityCredential,
    SenderIdentifierType: SHORT_CODE,
    PartyA: wireNumber(shortCode),
    ...signedBody(values),
  };
}

function noteBody({ occasion }: PaymentValues): { Occassion?: string } {
  return occasion === undefined ? {} : { Occassion: occasion };
}

function sending({ initiator, originatorConversationId: id }: PaymentValues, options: CallOptions | undefined) {
  return { initiator, options, originatorConversationId: id, recovery: statusRecovery(id) };
}
