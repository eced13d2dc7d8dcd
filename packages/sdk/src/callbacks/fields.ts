import type { CallbackKind, ResultKind } from "./types.ts";
import { accounts, charges, instant, money, party, phoneNumber, text, transactionId, yesNo } from "./values.ts";

/** How a field is read: the first of its wire names that has a value wins. */
export type Fields = readonly (readonly [field: string, read: Reader, names: readonly string[]])[];
type Reader = (value: unknown) => unknown;

/**
 * Readers, each with the fields that it reads: `field`, where the wire has the same name but for letter case, or
 * `field=WireName|OtherWireName`. One table serves every product, since no two of them give a name different senses.
 */
export const FIELDS: Fields = /* @__PURE__ */ table([
  [
    text,
    "resultCode resultDescription=ResultDesc resultType merchantRequestId checkoutRequestId originatorConversationId " +
      "conversationId originalConversationId requestId paymentReference status commandId partyA " +
      "partyB=PartyB|ReceiverParty occasion transactionType shortCode=BusinessShortCode " +
      "billReference=BillReference|BillRefNumber|BillReferenceNumber invoiceNumber thirdPartyTransId firstName " +
      "middleName lastName sender organizationName currency errorMessage=ErrorMsg transactionStatus debitAccountType " +
      "reason=TransactionReason reasonType originalTransactionId",
  ],
  [transactionId, "transactionId=TransactionID|TransID receipt=MpesaReceiptNumber|TransactionReceipt|ReceiptNo"],
  [
    money,
    "amount=Amount|TransAmount|TransactionAmount balance charge orgAccountBalance " +
      "debitAccountBalance=DebitAccountBalance|DebitAccountCurrentBalance " +
      "initiatorBalance=InitiatorAccountCurrentBalance utilityBalance=B2CUtilityAccountAvailableFunds " +
      "workingBalance=B2CWorkingAccountAvailableFunds chargesPaidBalance=B2CChargesPaidAccountAvailableFunds",
  ],
  [
    instant,
    "transactionDate transactedAt=TransTime|trxDate initiatedAt=InitiatedTime finalisedAt=FinalisedTime " +
      "completedAt=TransCompletedTime|TransactionCompletedDateTime|BOCompletedTime",
  ],
  [phoneNumber, "phoneNumber=PhoneNumber|MSISDN"],
  [
    party,
    "receiver=ReceiverPartyPublicName debitParty=DebitPartyName|DebitPartyPublicName " +
      "creditParty=CreditPartyName|CreditPartyPublicName",
  ],
  [yesNo, "receiverIsRegistered=B2CRecipientIsRegisteredCustomer"],
  [charges, "charges=DebitPartyCharges"],
  [accounts, "accounts=AccountBalance|DebitPartyAffectedAccountBalance|DebitAccountBalance"],
]);

/** A status result repeats these names in its list, for the transaction that was asked about. */
export const ASKED: Fields = /* @__PURE__ */ table([
  [text, "askedConversationId=ConversationID askedOriginatorConversationId=OriginatorConversationID"],
]);

/** The products that answer in a `Result` envelope. */
export const RESULT_KINDS: readonly ResultKind[] = ["b2c", "pochi", "b2b", "tax", "balance", "status", "reversal"];

/** Each field that is missing is an issue; where all are, the body is something else. */
export const EXPECTED: Readonly<Record<Exclude<CallbackKind, ResultKind> | "result", string>> = {
  result: "resultCode originatorConversationId conversationId",
  stk: "resultCode checkoutRequestId",
  timeout: "originatorConversationId commandId",
  c2bValidation: "transactionId amount",
  c2bConfirmation: "transactionId amount",
  ussd: "resultCode requestId",
  pull: "transactions",
};

function table(rows: readonly (readonly [read: Reader, fields: string])[]): Fields {
  return rows.flatMap(([read, fields]) =>
    fields.split(" ").map((spec) => {
      const [field = "", names = field] = spec.split("=");
      return [field, read, names.split("|")] as const;
    }),
  );
}
