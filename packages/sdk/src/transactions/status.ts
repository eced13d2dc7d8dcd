import { statusRequestConstraints as rules } from "@mpesa/raw/constraints";
import type { CallOptions } from "../call.ts";
import type { InitiatorLink } from "../initiator/link.ts";
import {
  type InitiatorParams,
  party,
  partyBody,
  signedAbout,
  signedBody,
  type TransactionParty,
} from "../initiator/params.ts";
import { type Acknowledgement, submit } from "../initiator/submit.ts";
import { parseReceipt } from "../validate/formats.ts";
import { text } from "../validate/limits.ts";
import { check, object, oneOf, optional, type ShapeOf } from "../validate/schema.ts";

/** Which transaction to ask about: by one of the three names it may have. */
export type TransactionStatusParams = Omit<InitiatorParams, "shortCode"> & {
  /** Who took part in it. @default the client's shortCode */
  party?: TransactionParty;
  /** A second note. @limits StatusRequest.Occasion: 1 to 100 characters */
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

const requestId = text(rules.OriginalConversationID);

const statusParams = object(
  {
    party,
    ...signedAbout(rules.Remarks, "Status"),
    occasion: optional(text(rules.Occasion)),
  } satisfies ShapeOf<Omit<TransactionStatusParams, "receipt" | "originatorConversationId" | "conversationId">>,
  oneOf(
    { receipt: parseReceipt, originatorConversationId: requestId, conversationId: requestId },
    {
      field: "receipt",
      rule: "or exactly one other identifier of the transaction is required",
      fix: "Pass one of receipt, originatorConversationId and conversationId.",
    },
  ),
);

export async function transactionStatus(
  link: InitiatorLink,
  params: TransactionStatusParams,
  options?: CallOptions,
): Promise<Acknowledgement> {
  const values = check("transactionStatus", statusParams, params, link.core);
  const { initiator, kind, value, occasion } = values;
  const [CommandID] = rules.CommandID.enum;
  return submit(link, {
    id: "transactionStatus",
    initiator,
    body: (SecurityCredential) => ({
      Initiator: initiator.name,
      SecurityCredential,
      CommandID,
      // Production sends the receipt empty where the query names a request, so the key is there.
      ...(kind === "receipt" ? { TransactionID: value } : { TransactionID: "", OriginalConversationID: value }),
      ...partyBody(values.party),
      ...signedBody(values),
      ...(occasion !== undefined && { Occasion: occasion }),
    }),
    options,
  });
}
