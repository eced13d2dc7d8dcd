import { ResultCode } from "@mpesa/raw/codes";
import { accountNames, resultQueues, taxShortCode } from "@mpesa/raw/platform";
import type { Engine } from "../engine/engine.ts";
import { balanceOf, canGive, lend, money, move, organisationAccount, toCents } from "../engine/ledger.ts";
import { organisationOf, partyName } from "../engine/parties.ts";
import { compactTime } from "../engine/time.ts";
import { insists } from "../scenario.ts";
import type { Cents, ConversationRecord, OrganisationRecord } from "../state/records.ts";
import { payCharge } from "./charges.ts";
import type { Execution, Pair, ResultStyle } from "./initiator.ts";

/** Money between organisations, or between the accounts of one. */
export const business: ResultStyle = {
  execute: pay,
  party: "PartyA",
  textual: true,
  queue: resultQueues.b2b,
  references: (body) => [
    ["BillReferenceNumber", String(body["AccountReference"] ?? "")],
    ...(body["Occassion"] === undefined ? [] : [["Occassion"] as Pair]),
  ],
};

/** Which account gives and which takes, for the commands that differ from "working to utility". */
const routes: Readonly<Record<string, { from: string; to: string; own?: boolean; free?: boolean }>> = {
  BusinessBuyGoods: { from: accountNames.working, to: accountNames.merchant },
  BusinessTransferFromMMFToUtility: { from: accountNames.working, to: accountNames.utility, own: true, free: true },
  BusinessTransferFromUtilityToMMF: { from: accountNames.utility, to: accountNames.working, own: true, free: true },
  MerchantTransferFromMerchantToWorking: {
    from: accountNames.merchant,
    to: accountNames.working,
    own: true,
    free: true,
  },
  MerchantToMerchantTransfer: { from: accountNames.merchant, to: accountNames.merchant },
  BusinessToBusinessTransfer: { from: accountNames.working, to: accountNames.working },
  DisburseFundsToBusiness: { from: accountNames.working, to: accountNames.working },
};

function pay(
  engine: Engine,
  { body, operation, conversationId, originatorConversationId, scenario }: ConversationRecord,
  payer: OrganisationRecord,
): Execution {
  const command = String(body["CommandID"]);
  const route = routes[command] ?? { from: accountNames.working, to: accountNames.utility };
  const receiver = organisationOf(engine, body["PartyB"]);
  const sure = insists(scenario);
  if (!receiver) return { code: ResultCode.ReceiverNotFound };
  if (!sure && route.own && receiver.shortCode !== payer.shortCode) return { code: ResultCode.NotChildOrganisation };
  if (!sure && operation === "taxRemittance" && receiver.shortCode !== taxShortCode)
    return { code: ResultCode.ReceiverNotFound };
  const reference = String(body["AccountReference"] ?? "");
  if (!sure && command === "BusinessPayBill" && reference === "") return { code: ResultCode.AccountReferenceInvalid };
  const from = organisationAccount(payer.shortCode, route.from);
  const wanted = organisationAccount(receiver.shortCode, route.to);
  // The portal lets goods be bought from numbers that hold no merchant account.
  const to = engine.store.accounts.has(wanted) ? wanted : organisationAccount(receiver.shortCode, accountNames.utility);
  if (!engine.store.accounts.has(from)) return { code: ResultCode.ProductNotPermitted };
  if (from === to) return { code: ResultCode.ReceiverInvalid };
  const amount = toCents(String(body["Amount"]));
  if (sure) lend(engine, from, amount);
  if (!canGive(engine, from, amount)) return { code: ResultCode.InsufficientFunds };
  const receipt = engine.receipt();
  move(engine, { receipt, from, to, amount, text: `${command} ${reference}`.trim() });
  const charge = route.free ? 0 : payCharge(engine, payer, receipt, "business");
  engine.record({
    receipt,
    operation,
    at: engine.now(),
    amount,
    charge,
    from,
    to,
    fromParty: partyName(engine, payer.shortCode),
    toParty: partyName(engine, receiver.shortCode),
    fromAccount: route.from,
    phone: null,
    shortCode: receiver.shortCode,
    reference,
    conversationId,
    originatorConversationId,
    reversedBy: null,
    reason: command,
  });
  const after = balanceOf(engine, from);
  const map = `{Amount={CurrencyCode=KES, MinimumAmount=${after}, BasicAmount=${money(after)}}}`;
  return {
    code: ResultCode.Completed,
    receipt,
    parameters: [
      ["DebitAccountBalance", map],
      ["Amount", money(amount)],
      ["DebitPartyAffectedAccountBalance", balanceRecord(route.from, after)],
      ["TransCompletedTime", compactTime(engine.now())],
      ["DebitPartyCharges", charge ? `Business Pay Bill Charge|KES|${money(charge)}` : ""],
      ["ReceiverPartyPublicName", partyName(engine, receiver.shortCode)],
      ["Currency", "KES"],
      ["InitiatorAccountCurrentBalance", map],
    ],
  };
}

/** `Working Account|KES|700000.00|700000.00|0.00|0.00`: total, available, reserved, uncleared. */
export function balanceRecord(name: string, balance: Cents): string {
  return `${name}|KES|${money(balance)}|${money(balance)}|0.00|0.00`;
}
