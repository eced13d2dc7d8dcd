import { C2bReplyCode, codeTexts, ErrorCode, ResponseCode } from "@mpesa/raw/codes";
import { attempt, newCallback, postCallback } from "../callbacks/post.ts";
import { SUCCESS, textOf } from "../codes.ts";
import type { Engine } from "../engine/engine.ts";
import { requestId } from "../engine/ids.ts";
import { balanceOf, customerAccount, money, toCents } from "../engine/ledger.ts";
import { customerOf, incomeAccount, organisationOf, partyName } from "../engine/parties.ts";
import { sha256 } from "../engine/sha256.ts";
import { compactTime } from "../engine/time.ts";
import type { Call, Reply } from "../gateway/call.ts";
import { refusal, refuseField } from "../gateway/refusals.ts";
import { insists, type Scenario } from "../scenario.ts";
import type { OrganisationRecord, PaymentRecord } from "../state/records.ts";
import { refusePayer, spend } from "./customer-money.ts";

/** Registers the two URLs; in production once. */
export function register(engine: Engine, { body, operation }: Call): Reply {
  const organisation = organisationOf(engine, body["ShortCode"]);
  if (!organisation) return refuseField(engine, "ShortCode");
  if (organisation.urls && engine.settings.environment === "production") {
    return refusal(engine, ErrorCode.InternalServerError, codeTexts.error.UrlsAlreadyRegistered);
  }
  organisation.urls = {
    version: operation === "c2bRegisterV1" ? 1 : 2,
    responseType: String(body["ResponseType"]),
    confirmationUrl: String(body["ConfirmationURL"]),
    validationUrl: String(body["ValidationURL"]),
  };
  engine.store.organisations.put(organisation.shortCode, organisation);
  return accepted(engine);
}

/** A made-up customer pays a short code; sandbox only. */
export function simulate(engine: Engine, { body, operation, scenario }: Call): Reply {
  const organisation = organisationOf(engine, body["ShortCode"]);
  if (!organisation) return refuseField(engine, "ShortCode");
  const goods = body["CommandID"] === "CustomerBuyGoodsOnline";
  if (goods && body["BillRefNumber"]) return refuseField(engine, "BillRefNumber");
  const payment = startPayment(engine, operation, organisation, {
    phone: String(body["Msisdn"]),
    amount: toCents(String(body["Amount"])),
    reference: String(body["BillRefNumber"] ?? ""),
    goods,
    scenario: scenario?.callback || scenario?.resultCode ? scenario : null,
  });
  return { ...accepted(engine), about: payment.receipt };
}

/** Zeros were seen in the sandbox; the portal has one. */
function accepted(engine: Engine): Reply {
  const body = {
    OriginatorCoversationID: requestId(engine.random),
    ResponseCode: engine.settings.environment === "sandbox" ? ResponseCode.AcceptedZeros : ResponseCode.Accepted,
    ResponseDescription: textOf("response", ResponseCode.AcceptedZeros),
  };
  return { status: 200, body };
}

/** Begins a customer's own payment: validation, then the money, then the confirmation. */
export function startPayment(
  engine: Engine,
  operation: PaymentRecord["operation"],
  { shortCode }: OrganisationRecord,
  {
    phone,
    amount,
    reference,
    goods,
    scenario,
  }: { phone: string; amount: number; reference: string; goods: boolean; scenario: Scenario | null },
): PaymentRecord {
  customerOf(engine, phone);
  const receipt = engine.receipt();
  const at = engine.now();
  const payment = {
    receipt,
    operation,
    at,
    phone,
    shortCode,
    goods,
    reference,
    amount,
    state: "validating",
    resultCode: null,
    scenario,
  } as const;
  engine.schedule.add(at + engine.settings.delays.validationMs, "validatePayment", receipt);
  return engine.store.payments.put(receipt, { ...payment });
}

/** Asks the validation URL, where there is one, and then moves the money or does not. */
export async function validatePayment(engine: Engine, receipt: string): Promise<void> {
  const payment = engine.store.payments.get(receipt);
  const organisation = organisationOf(engine, payment?.shortCode);
  if (payment?.state !== "validating" || !organisation) return;
  const { urls } = organisation;
  if (payment.scenario?.resultCode) return conclude(engine, payment, organisation, payment.scenario.resultCode, "");
  const refused = refusePayer(engine, customerOf(engine, payment.phone), payment.amount, false);
  if (refused) return conclude(engine, payment, organisation, refused, "");
  if (!urls || !organisation.externalValidation) return conclude(engine, payment, organisation, SUCCESS, "");
  const { operation, scenario } = payment;
  const body = notice(engine, payment, organisation, "", "");
  const call = newCallback(engine, {
    operation,
    name: "validation",
    about: receipt,
    shortCode: organisation.shortCode,
    url: urls.validationUrl,
    body,
  });
  if (scenario?.callback === "lost") {
    call.state = "lost";
    engine.store.callbacks.put(call.id, call);
  }
  const answer =
    scenario?.callback === "lost" ? undefined : await attempt(engine, call, engine.settings.validationDeadlineMs);
  const reply = answer?.status === 200 ? parse(answer.body) : undefined;
  const silent = urls.responseType === "Completed" ? SUCCESS : C2bReplyCode.OtherError;
  const code = reply ? String(reply["ResultCode"] ?? C2bReplyCode.OtherError) : silent;
  conclude(
    engine,
    payment,
    organisation,
    /^0+$/.test(code) ? SUCCESS : code,
    String(reply?.["ThirdPartyTransID"] ?? ""),
  );
}

function conclude(
  engine: Engine,
  payment: PaymentRecord,
  organisation: OrganisationRecord,
  code: string,
  thirdParty: string,
): void {
  const { receipt, amount, phone, goods, reference, operation, scenario } = payment;
  const customer = customerOf(engine, phone);
  // The validation took its time, and the money may be gone.
  const final = code === SUCCESS ? (refusePayer(engine, customer, amount, insists(scenario)) ?? SUCCESS) : code;
  payment.state = final === SUCCESS ? "completed" : "rejected";
  payment.resultCode = final;
  engine.store.payments.put(receipt, payment);
  if (final !== SUCCESS) {
    engine.tell(phone, `Your payment of Ksh${money(amount)} to ${organisation.name} was not accepted (${final}).`);
    return;
  }
  const to = incomeAccount(organisation);
  spend(engine, customer, { receipt, to, amount, text: `Paid by customer, ${reference}` });
  engine.record({
    receipt,
    operation,
    at: engine.now(),
    amount,
    charge: 0,
    from: customerAccount(phone),
    to,
    fromParty: partyName(engine, phone),
    toParty: partyName(engine, organisation.shortCode),
    fromAccount: "M-PESA Account",
    phone,
    shortCode: organisation.shortCode,
    reference,
    conversationId: null,
    originatorConversationId: null,
    reversedBy: null,
    reason: goods ? "Pay merchant" : "Pay Bill",
  });
  engine.tell(
    phone,
    `${receipt} Confirmed. Ksh${money(amount)} paid to ${organisation.name}${reference ? `, account ${reference}` : ""}.`,
  );
  if (!organisation.urls) return;
  const body = notice(engine, payment, organisation, money(balanceOf(engine, to)), thirdParty);
  const url = organisation.urls.confirmationUrl;
  postCallback(engine, {
    operation,
    name: "confirmation",
    about: receipt,
    shortCode: organisation.shortCode,
    url,
    body,
    scenario,
  });
}

function notice(
  engine: Engine,
  payment: PaymentRecord,
  organisation: OrganisationRecord,
  balance: string,
  thirdParty: string,
): unknown {
  const { phone, receipt, amount, goods, reference } = payment;
  const version = payment.operation === "c2bSimulateV1" ? 1 : (organisation.urls?.version ?? 2);
  const [first = "", ...others] = customerOf(engine, phone).name.split(" ");
  const names = version === 2 ? ["", ""] : [others.length > 1 ? (others[0] ?? "") : "", others.at(-1) ?? ""];
  return {
    TransactionType: goods ? "Buy Goods" : "Pay Bill",
    TransID: receipt,
    TransTime: compactTime(payment.at),
    TransAmount: money(amount),
    BusinessShortCode: organisation.shortCode,
    BillRefNumber: reference,
    InvoiceNumber: "",
    OrgAccountBalance: balance,
    ThirdPartyTransID: thirdParty,
    MSISDN: version === 2 ? `${phone.slice(0, 4)} ***** ${phone.slice(-3)}` : sha256(phone),
    FirstName: first,
    MiddleName: names[0],
    LastName: names[1],
  };
}

function parse(text: string | null): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text ?? "");
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}
