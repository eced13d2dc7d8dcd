import { statusRequestConstraints as rules } from "@mpesa/raw/constraints";
import type { CallOptions } from "../core.ts";
import type { InitiatorLink } from "../initiator/link.ts";
import { checkShared, type InitiatorParams } from "../initiator/params.ts";
import { checkParty, type TransactionParty } from "../initiator/party.ts";
import { type Acknowledgement, submit } from "../initiator/submit.ts";
import { Checks } from "../values/checks.ts";
import { bad } from "../values/parsed.ts";
import { parseReceipt } from "../values/receipt.ts";
import { parseOptionalText, parseText } from "../values/text.ts";

/** Which transaction to ask about: by one of the three names it may have. */
export type TransactionStatusParams = Omit<InitiatorParams, "shortCode"> & {
  /** Who took part in it. @default the client's shortCode */
  party?: TransactionParty;
  /** A second note, at most 100 characters. */
  occasion?: string;
} & (
    | { /** The M-Pesa receipt. */ receipt: string; originatorConversationId?: never; conversationId?: never }
    | {
        /** Your id of the request, when its receipt never came. */ originatorConversationId: string;
        receipt?: never;
        conversationId?: never;
      }
    | {
        /** M-Pesa's id of the request, when its receipt never came. */ conversationId: string;
        receipt?: never;
        originatorConversationId?: never;
      }
  );

export async function transactionStatus(
  link: InitiatorLink,
  params: TransactionStatusParams,
  options?: CallOptions,
): Promise<Acknowledgement> {
  const checks = new Checks("transactionStatus");
  const transaction = checkTransaction(checks, params);
  const party = checkParty(checks, params.party, link.core.config);
  const { initiator, wire } = checkShared(link, checks, params, { rule: rules.Remarks, remarks: "Status" });
  const occasion = checks.take("occasion", parseOptionalText(params.occasion, rules.Occasion));
  checks.done();
  const [CommandID] = rules.CommandID.enum;
  return submit(link, {
    id: "transactionStatus",
    initiator,
    body: (SecurityCredential) => ({
      Initiator: initiator.name,
      SecurityCredential,
      CommandID,
      ...transaction,
      ...party,
      ...wire,
      ...(occasion !== undefined && { Occasion: occasion }),
    }),
    options,
  });
}

function checkTransaction(
  checks: Checks,
  params: TransactionStatusParams,
): { TransactionID: string; OriginalConversationID?: string } {
  const { receipt, originatorConversationId, conversationId } = params;
  const named = Object.entries({ receipt, originatorConversationId, conversationId }).filter(
    ([, value]) => value !== undefined,
  );
  const [[field, value] = ["receipt", undefined]] = named;
  if (named.length !== 1) {
    const fix = "Give one of receipt, originatorConversationId and conversationId.";
    const rule = named.length === 0 ? "or another name of the transaction is needed" : "must be its only name";
    return checks.take("receipt", bad(receipt, rule, fix));
  }
  if (field === "receipt") return { TransactionID: checks.take(field, parseReceipt(value)) };
  // Production sends the receipt empty in this case, so the key is there.
  return {
    TransactionID: "",
    OriginalConversationID: checks.take(field, parseText(value, rules.OriginalConversationID)),
  };
}
