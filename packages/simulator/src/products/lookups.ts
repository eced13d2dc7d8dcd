import { ResultCode } from "@mpesa/raw/codes";
import { accountNames, resultQueues } from "@mpesa/raw/platform";
import { charges } from "../defaults.ts";
import type { Engine } from "../engine/engine.ts";
import { balanceOf, canGive, lend, money, move, organisationAccount, toCents } from "../engine/ledger.ts";
import { customerOf, partyName } from "../engine/parties.ts";
import { compactTime } from "../engine/time.ts";
import { insists } from "../scenario.ts";
import type { ConversationRecord, OrganisationRecord, TransactionRecord } from "../state/records.ts";
import { balanceRecord } from "./business.ts";
import { refuseReceiver } from "./customer-money.ts";
import type { Execution, Pair, ResultStyle } from "./initiator.ts";

/** The balances of an organisation's accounts. */
export const balance: ResultStyle = {
  execute: tellBalance,
  party: "PartyA",
  textual: true,
  queue: resultQueues.balance,
};

/** The state of any transaction, by receipt or by the ids of its request. */
export const status: ResultStyle = { execute: tellStatus, party: "PartyA", queue: resultQueues.status };

/** A customer's payment back to the customer, once. */
export const reversal: ResultStyle = { execute: reverse, party: "ReceiverParty", queue: resultQueues.reversal };

function tellBalance(engine: Engine, _conversation: ConversationRecord, { shortCode }: OrganisationRecord): Execution {
  const records = Object.values(accountNames)
    .filter((name) => engine.store.accounts.has(organisationAccount(shortCode, name)))
    .map((name) => balanceRecord(name, balanceOf(engine, organisationAccount(shortCode, name))));
  return {
    code: ResultCode.Completed,
    parameters: [
      ["AccountBalance", records.join("&")],
      ["BOCompletedTime", compactTime(engine.now())],
    ],
  };
}

function tellStatus(engine: Engine, { body }: ConversationRecord, { shortCode }: OrganisationRecord): Execution {
  const receipt = String(body["TransactionID"] ?? "");
  const conversation = receipt ? undefined : conversationOf(engine, String(body["OriginalConversationID"] ?? ""));
  if (!receipt && !conversation)
    return { code: body["OriginalConversationID"] ? ResultCode.ReceiptDoesNotExist : ResultCode.InvalidParameter };
  const found = receipt || conversation?.receipt;
  const transaction = found ? engine.store.transactions.get(found) : undefined;
  if (transaction)
    return transaction.fromParty.startsWith(shortCode) || transaction.shortCode === shortCode
      ? describe(transaction)
      : { code: ResultCode.ReceiptDoesNotExist };
  if (!conversation) return { code: ResultCode.ReceiptDoesNotExist };
  const time = Number(compactTime(conversation.at));
  return {
    code: ResultCode.Completed,
    parameters: [
      ["DebitPartyName", partyName(engine, String(conversation.body["PartyA"] ?? shortCode))],
      ["OriginatorConversationID", conversation.originatorConversationId],
      ["InitiatedTime", time],
      ["TransactionReason"],
      ["TransactionStatus", conversation.resultCode === null ? "Initiated" : "Declined"],
      ["Amount", String(conversation.body["Amount"] ?? "0")],
      ["ConversationID", conversation.conversationId],
      ["ReceiptNo"],
    ],
  };
}

/** The reason of a success is a valueless key, and the customer comes under a second DebitPartyName, as seen on the wire. */
function describe(transaction: TransactionRecord): Execution {
  const time = Number(compactTime(transaction.at));
  const charged = transaction.charge === charges.payout ? `Fee For B2C Payment|KES|${money(transaction.charge)}` : "";
  const parameters: Pair[] = [
    ["DebitPartyName", transaction.fromParty],
    ["DebitPartyName", transaction.toParty],
    ["OriginatorConversationID", transaction.originatorConversationId ?? ""],
    ["InitiatedTime", time],
    ["DebitAccountType", transaction.fromAccount],
    ["DebitPartyCharges", charged],
    ["TransactionReason"],
    ["ReasonType", transaction.reason],
    ["TransactionStatus", "Completed"],
    ["FinalisedTime", time],
    ["Amount", String(transaction.amount / 100)],
    ["ConversationID", transaction.conversationId ?? ""],
    ["ReceiptNo", transaction.receipt],
  ];
  return { code: ResultCode.Completed, parameters };
}

function conversationOf(engine: Engine, id: string): ConversationRecord | undefined {
  const { conversations, originators } = engine.store;
  return conversations.get(id) ?? conversations.get(originators.get(id)?.conversationId ?? "");
}

function reverse(
  engine: Engine,
  { body, operation, conversationId, originatorConversationId, scenario }: ConversationRecord,
  receiver: OrganisationRecord,
): Execution {
  const original = engine.store.transactions.get(String(body["TransactionID"]));
  if (
    !original ||
    original.shortCode !== receiver.shortCode ||
    original.phone === null ||
    original.from.startsWith(receiver.shortCode)
  ) {
    return { code: ResultCode.OriginalTransactionInvalid };
  }
  if (original.reversedBy) return { code: ResultCode.AlreadyReversed };
  const amount = toCents(String(body["Amount"]));
  if (amount > original.amount) return { code: ResultCode.OriginalTransactionInvalid };
  const sure = insists(scenario);
  if (sure) lend(engine, original.to, amount);
  if (!canGive(engine, original.to, amount)) return { code: ResultCode.InsufficientFunds };
  const customer = customerOf(engine, original.phone);
  const refused = sure ? undefined : refuseReceiver(engine, customer, amount);
  // The reversal table has no code for a full account; the debit side's limit is the nearest.
  if (refused) return { code: ResultCode.DebitPartyInvalidState };
  const receipt = engine.receipt();
  move(engine, { receipt, from: original.to, to: original.from, amount, text: `Reversal of ${original.receipt}` });
  original.reversedBy = receipt;
  engine.record(original);
  engine.record({
    receipt,
    operation,
    at: engine.now(),
    amount,
    charge: 0,
    from: original.to,
    to: original.from,
    fromParty: original.toParty,
    toParty: original.fromParty,
    fromAccount: original.to.split(":")[1] ?? "",
    phone: null,
    shortCode: receiver.shortCode,
    reference: original.receipt,
    conversationId,
    originatorConversationId,
    reversedBy: null,
    reason: "Reversal",
  });
  engine.tell(
    customer.phone,
    `${receipt} Confirmed. Ksh${money(amount)} of ${original.receipt} was returned by ${receiver.name}.`,
  );
  return {
    code: ResultCode.Completed,
    receipt,
    parameters: [
      ["DebitAccountBalance", balanceRecord(original.to.split(":")[1] ?? "", balanceOf(engine, original.to))],
      ["Amount", amount / 100],
      ["TransCompletedTime", Number(compactTime(engine.now()))],
      ["OriginalTransactionID", original.receipt],
      ["Charge", 0],
      ["CreditPartyPublicName", original.fromParty],
      ["DebitPartyPublicName", original.toParty],
    ],
  };
}
