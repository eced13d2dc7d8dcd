import { ResultCode } from "@mpesa/raw/codes";
import { accountNames, idTypes, resultQueues } from "@mpesa/raw/platform";
import type { Engine } from "../engine/engine.ts";
import {
  balanceOf,
  canGive,
  customerAccount,
  lend,
  money,
  move,
  organisationAccount,
  toCents,
} from "../engine/ledger.ts";
import { customerOf, partyName } from "../engine/parties.ts";
import { dottedTime } from "../engine/time.ts";
import { insists } from "../scenario.ts";
import type { ConversationRecord, OrganisationRecord } from "../state/records.ts";
import { payCharge } from "./charges.ts";
import { refuseReceiver } from "./customer-money.ts";
import type { Execution, ResultStyle } from "./initiator.ts";

/** Money from the utility account to a customer, a Pochi or a customer whose identity is checked. */
export const payout: ResultStyle = { execute: payOut, party: "PartyA", queue: resultQueues.b2c };

function payOut(
  engine: Engine,
  { body, operation, conversationId, originatorConversationId, scenario }: ConversationRecord,
  organisation: OrganisationRecord,
): Execution {
  const customer = customerOf(engine, String(body["PartyB"]));
  const sure = insists(scenario);
  if (operation === "b2cValidatedPayment" && !sure) {
    if (body["IDType"] !== idTypes.nationalId) return { code: ResultCode.IdTypeNotFound };
    if (body["IDNumber"] !== customer.idNumber) return { code: ResultCode.IdNumberMismatch };
  }
  if (!customer.registered && !sure) return { code: ResultCode.ReceiverNotRegistered };
  const amount = toCents(String(body["Amount"]));
  const from = organisationAccount(organisation.shortCode, accountNames.utility);
  const to = customerAccount(customer.phone);
  if (sure) lend(engine, from, amount);
  if (!canGive(engine, from, amount)) return { code: ResultCode.InsufficientFunds };
  const refused = sure ? undefined : refuseReceiver(engine, customer, amount);
  if (refused) return { code: refused };
  const receipt = engine.receipt();
  move(engine, { receipt, from, to, amount, text: `${String(body["CommandID"])}, ${String(body["Remarks"])}` });
  const charge = payCharge(engine, organisation, receipt, "payout");
  engine.record({
    receipt,
    operation,
    at: engine.now(),
    amount,
    charge,
    from,
    to,
    fromParty: partyName(engine, organisation.shortCode),
    toParty: partyName(engine, customer.phone),
    fromAccount: accountNames.utility,
    phone: customer.phone,
    shortCode: organisation.shortCode,
    reference: "",
    conversationId,
    originatorConversationId,
    reversedBy: null,
    reason: "Business Payment to Customer via API",
  });
  engine.tell(customer.phone, `${receipt} Confirmed. You have received Ksh${money(amount)} from ${organisation.name}.`);
  const left = (name: string): number => balanceOf(engine, organisationAccount(organisation.shortCode, name)) / 100;
  return {
    code: ResultCode.Completed,
    receipt,
    parameters: [
      ["TransactionAmount", amount / 100],
      ["TransactionReceipt", receipt],
      ["B2CRecipientIsRegisteredCustomer", "Y"],
      ["B2CChargesPaidAccountAvailableFunds", left(accountNames.charges)],
      ["ReceiverPartyPublicName", partyName(engine, customer.phone)],
      ["TransactionCompletedDateTime", dottedTime(engine.now())],
      ["B2CUtilityAccountAvailableFunds", left(accountNames.utility)],
      ["B2CWorkingAccountAvailableFunds", left(accountNames.working)],
    ],
  };
}
