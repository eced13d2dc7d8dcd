import { reversalRequestConstraints as rules } from "@mpesa/raw/constraints";
import { identifierTypes } from "@mpesa/raw/platform";
import type { CallOptions } from "../core.ts";
import type { InitiatorLink } from "../initiator/link.ts";
import { checkShared, type InitiatorParams } from "../initiator/params.ts";
import { type Acknowledgement, submit } from "../initiator/submit.ts";
import { parseAmount } from "../values/amount.ts";
import { Checks } from "../values/checks.ts";
import { parseReceipt } from "../values/receipt.ts";
import { wireNumber } from "../values/wire-number.ts";

/** Which payment to return. */
export interface ReversalParams extends InitiatorParams {
  /** The M-Pesa receipt of the customer's payment. */
  receipt: string;
  /** What it was about, in whole shillings. */
  amount: number;
}

export async function reverse(
  link: InitiatorLink,
  params: ReversalParams,
  options?: CallOptions,
): Promise<Acknowledgement> {
  const checks = new Checks("reversal");
  const TransactionID = checks.take("receipt", parseReceipt(params.receipt));
  const Amount = checks.take("amount", parseAmount(params.amount, rules.Amount));
  const { initiator, shortCode, wire } = checkShared(link, checks, params, {
    rule: rules.Remarks,
    remarks: "Reversal",
  });
  checks.done();
  const [CommandID] = rules.CommandID.enum;
  return submit(link, {
    id: "reversal",
    initiator,
    body: (SecurityCredential) => ({
      Initiator: initiator.name,
      SecurityCredential,
      CommandID,
      TransactionID,
      Amount,
      ReceiverParty: wireNumber(shortCode),
      RecieverIdentifierType: identifierTypes.reversal,
      ...wire,
    }),
    options,
    recovery: `Find out with mpesa.transactions.status({ receipt: ${JSON.stringify(TransactionID)} }).`,
  });
}
