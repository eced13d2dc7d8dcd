import type { CallbackKind, ResultKind } from "./types.ts";
import { accounts, charges, instant, money, party, phoneNumber, text, transactionId, yesNo } from "./values.ts";

/** How a field is read: the first of its wire names that has a value wins. */
export type Fields = readonly (readonly [field: string, read: Reader, names: readonly string[]])[];
type Reader = (value: unknown) => unknown;

/**
 * Readers, each with the fields that it reads: `field`, where the wire has the same name but for letter case, or
 * `field=WireName`, and `|OtherWireName` behind. One table serves every product, since no two of them give a name
 * different senses.
 */
export const FIELDS: Fields = /* @__PURE__ */ table([
  [
    text,
    "resultCode resultDescription=ResultDesc resultType merchantRequestId checkoutRequestId originatorConversationId " +
      "conversationId originalConversationId requestId paymentReference status commandId partyA " +
      "partyB|ReceiverParty occasion transactionType shortCode=BusinessShortCode " +
      "billReference|BillRefNumber|BillReferenceNumber invoiceNumber thirdPartyTransId firstName " +
      "middleName lastName sender organizationName currency errorMessage=ErrorMsg transactionStatus debitAccountType " +
      "reason=TransactionReason reasonType originalTransactionId",
  ],
  [transactionId, "transactionId|TransID receipt=MpesaReceiptNumber|TransactionReceipt|ReceiptNo"],
  [
    money,
    "amount|TransAmount|TransactionAmount balance charge orgAccountBalance " +
      "debitAccountBalance|DebitAccountCurrentBalance creditAccountBalance " +
      "initiatorBalance=InitiatorAccountCurrentBalance utilityBalance=B2CUtilityAccountAvailableFunds " +
      "workingBalance=B2CWorkingAccountAvailableFunds chargesPaidBalance=B2CChargesPaidAccountAvailableFunds",
  ],
  [
    instant,
    "transactionDate transactedAt=TransTime|trxDate initiatedAt=InitiatedTime finalisedAt=FinalisedTime " +
      "completedAt=TransCompletedTime|TransactionCompletedDateTime|BOCompletedTime",
  ],
  [phoneNumber, "phoneNumber|MSISDN"],
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

/** What every result has, as `EXPECTED` for the other kinds. */
export const EXPECTED_OF_RESULT = "resultCode originatorConversationId conversationId";

/** Each field that is missing is an issue; where all are, the body is something else. */
export const EXPECTED: Readonly<Record<Exclude<CallbackKind, ResultKind>, string>> = {
  stk: "resultCode checkoutRequestId",
  timeout: "originatorConversationId",
  c2bValidation: "transactionId amount",
  c2bConfirmation: "transactionId amount",
  ussd: "resultCode requestId",
  pull: "transactions",
};

function table(rows: readonly (readonly [read: Reader, fields: string])[]): Fields {
  return rows.flatMap(([read, fields]) =>
    fields.split(" ").map((spec) => {
      const [first = "", ...others] = spec.split("|");
      const [field = "", name = field] = first.split("=");
      return [field, read, [name, ...others]] as const;
    }),
  );
}
