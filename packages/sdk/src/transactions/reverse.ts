import { reversalRequestConstraints as rules } from "@mpesa/raw/constraints";
import { identifierTypes } from "@mpesa/raw/platform";
import type { CallOptions } from "../call.ts";
import type { InitiatorLink } from "../initiator/link.ts";
import { type InitiatorParams, signed, signedBody } from "../initiator/params.ts";
import { type Acknowledgement, submit } from "../initiator/submit.ts";
import { parseReceipt, wireNumber } from "../validate/formats.ts";
import { amount } from "../validate/limits.ts";
import { check, object, type ShapeOf } from "../validate/schema.ts";

/** Which payment to return. */
export interface ReversalParams extends InitiatorParams {
  /** The M-Pesa receipt of the customer's payment. */
  receipt: string;
  /** What it was about, in whole shillings. */
  amount: number;
}

const reversalParams = object({
  receipt: parseReceipt,
  amount: amount(rules.Amount),
  ...signed(rules.Remarks, "Reversal"),
} satisfies ShapeOf<ReversalParams>);

export async function reverse(
  link: InitiatorLink,
  params: ReversalParams,
  options?: CallOptions,
): Promise<Acknowledgement> {
  const values = check("reversal", reversalParams, params, link.core);
  const { initiator, receipt, amount, shortCode } = values;
  const [CommandID] = rules.CommandID.enum;
  return submit(link, {
    id: "reversal",
    initiator,
    body: (SecurityCredential) => ({
      Initiator: initiator.name,
      SecurityCredential,
      CommandID,
      TransactionID: receipt,
      Amount: amount,
      ReceiverParty: wireNumber(shortCode),
      RecieverIdentifierType: identifierTypes.reversal,
      ...signedBody(values),
    }),
    options,
    recovery: `Find out with mpesa.transactions.status({ receipt: ${JSON.stringify(receipt)} }).`,
  });
}
