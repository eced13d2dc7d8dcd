import { randomUUID } from "node:crypto";
import type { CallbackEvent } from "@mpesa/sdk/callbacks";
import { customerMessages } from "@mpesa/sdk/codes";
import { requestPayment } from "../../../examples/stk-push.ts";
import { answerPrompt, callbackFor, lostAnswer, phoneNumber, type Stage } from "./stage.ts";

/** A customer pays. */
export async function paid(stage: Stage, loud: (isLoud: boolean) => void): Promise<void> {
  const { paper, shop, options } = stage;
  const reference = "INV-1042";
  loud(true);
  paper.step("Ask a customer to pay: mpesa.stk.push() gets a token first, once");
  const push = await requestPayment(options, await shop.handler.url("stk", { reference }));
  paper.note("The prompt is on its way. Reference and signature are in the callback URL.");

  paper.step("On the customer's phone");
  await answerPrompt(stage, "pay");

  paper.step("M-Pesa calls back; the handler checks the signature and gives your function a typed event");
  const event = await callbackFor(stage, reference, { detailed: true });
  loud(false);
  const { receipt, amount, transactionDate, checkoutRequestId } = paidStk(event);
  if (checkoutRequestId !== push.checkoutRequestId) throw new Error("The callback belongs to another push.");
  paper.facts({
    outcome: event.kind === "stk" ? event.outcome : "",
    reference: event.reference,
    receipt,
    amount: `${amount} KES`,
    transactionDate,
    checkoutRequestId: `${checkoutRequestId}   (the same as in step 2)`,
  });
}

/** A customer cancels. */
export async function cancelled(stage: Stage): Promise<void> {
  const { paper } = stage;
  const reference = "INV-1043";
  paper.step("Another one is cancelled: explain() says what that means");
  await push(stage, reference);
  await answerPrompt(stage, "cancel");
  const event = await callbackFor(stage, reference);
  if (event.kind !== "stk" || event.outcome !== "failed" || event.resultCode === undefined)
    throw new Error("The cancelled payment did not come out as failed.");
  const { name, meaning, hint, customer } = event.code;
  paper.facts({
    outcome: event.outcome,
    resultCode: `${event.resultCode}, ${name}`,
    meaning,
    "for you": hint,
    "in English": customerMessages[customer].en,
    "in Swahili": customerMessages[customer].sw,
  });
}

/** The answer to a push is lost after the prompt was sent. */
export async function lostPush(stage: Stage): Promise<void> {
  const { paper, simulator } = stage;
  const reference = "INV-1044";
  paper.step("The answer to a push is lost: nobody knows whether there is a prompt");
  simulator.next("stk", { fault: "dropAnswer" });
  const before = sentBy(stage, "stkPush");
  await sayUnknown(stage, push(stage, reference));
  paper.note("It is not sent again: two pushes are two charges. The prompt is there, and the customer pays:");
  await answerPrompt(stage, "pay");
  const { receipt, amount } = paidStk(await callbackFor(stage, reference));
  const sent = sentBy(stage, "stkPush") - before;
  paper.note(
    `Recovered: the signed path says ${reference}, paid ${amount} KES, receipt ${receipt}. Pushes sent: ${sent}.`,
  );
}

/** The answer and the result of a payout are both lost after the money has moved. */
export async function lostPayout(stage: Stage): Promise<void> {
  const { paper, simulator, mpesa, shop } = stage;
  const reference = "REFUND-7";
  paper.step("A refund with mpesa.b2c.pay(): its answer is lost, and so is its result");
  simulator.next("b2c", { fault: "dropAnswer", callback: "lost" });
  const originatorConversationId = randomUUID();
  const call = mpesa.b2c.pay({
    phoneNumber,
    amount: 50,
    remarks: "Refund of INV-1044",
    originatorConversationId,
    resultUrl: await shop.handler.url("b2c", { reference }),
    timeoutUrl: await shop.handler.url("timeout", { product: "b2c", reference }),
  });
  await sayUnknown(stage, call);
  await simulator.settled();

  paper.note("The id was made before sending, so mpesa.transactions.status({ originatorConversationId }) finds it:");
  const question = `${reference}-status`;
  await mpesa.transactions.status({
    originatorConversationId,
    resultUrl: await shop.handler.url("status", { reference: question }),
    timeoutUrl: await shop.handler.url("timeout", { product: "status", reference: question }),
  });
  const status = await callbackFor(stage, question);
  if (status.kind !== "status" || status.outcome !== "succeeded" || !status.receipt || !status.amount)
    throw new Error("The lost payout was not found.");
  const { transactionStatus = "", receipt, amount } = status;
  paper.facts({ outcome: status.outcome, transactionStatus, receipt, amount: `${amount.value} KES` });
}

/** Where the money went. */
export function ledger({ paper, simulator, options }: Stage): void {
  paper.step("The ledger: every shilling is accounted for");
  const { accounts, entries, transactions } = simulator.ledger;
  const named = (owner: string): string => (owner === options.shortCode ? "shop" : owner);
  const owners = new Map(accounts.map(({ id, owner }) => [id, owner === "mpesa" ? "M-Pesa" : named(owner)]));
  const receipts = new Set(transactions.map(({ receipt }) => receipt));
  for (const { receipt, from, to, amount, text } of entries) {
    // What is left are the opening balances.
    if (!receipts.has(receipt)) continue;
    const way = `${owners.get(from)} → ${owners.get(to)}`;
    paper.note(`${receipt}  ${(amount / 100).toFixed(2).padStart(7)} KES  ${way.padEnd(16)}  ${text}`);
  }
  paper.note(`All accounts together: ${simulator.ledger.total()}. Nothing was created, nothing was lost.`);
}

async function push({ mpesa, shop }: Stage, account: string): Promise<void> {
  const callbackUrl = await shop.handler.url("stk", { reference: account });
  await mpesa.stk.push({ payTo: { account }, phoneNumber, amount: 100, callbackUrl });
}

async function sayUnknown({ paper }: Stage, call: Promise<unknown>): Promise<void> {
  const error = await lostAnswer(call);
  paper.note(`${error.name}: ${error.message}`);
}

function sentBy({ simulator }: Stage, operation: string): number {
  return simulator.requests.filter((request) => request.operation === operation).length;
}

interface PaidStk {
  readonly receipt: string;
  readonly amount: number;
  readonly transactionDate: string;
  readonly checkoutRequestId: string | undefined;
}

function paidStk(event: CallbackEvent): PaidStk {
  if (event.kind !== "stk" || event.outcome !== "succeeded")
    throw new Error("The callback does not tell of a payment.");
  const { receipt, amount, transactionDate, checkoutRequestId } = event;
  if (!receipt || !amount) throw new Error("The callback lacks the receipt or the amount.");
  return { receipt, amount: amount.value, transactionDate: transactionDate?.iso ?? "unknown", checkoutRequestId };
}
