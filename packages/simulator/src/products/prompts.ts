import { customerMessages, StkResultCode, UssdPushCode } from "@mpesa/raw/codes";
import { accountNames, stkPromptMaxCharacters, stkQuery as timing } from "@mpesa/raw/platform";
import { postCallback } from "../callbacks/post.ts";
import { SUCCESS, textOf } from "../codes.ts";
import { triesUntilLock } from "../defaults.ts";
import type { Engine } from "../engine/engine.ts";
import { conversationId } from "../engine/ids.ts";
import { canGive, customerAccount, lend, money, move } from "../engine/ledger.ts";
import { customerOf, incomeAccount, organisationOf, partyName } from "../engine/parties.ts";
import { compactTime } from "../engine/time.ts";
import { insists } from "../scenario.ts";
import type { PromptAction, PromptRecord } from "../state/records.ts";
import { refusePayer, spend } from "./customer-money.ts";

const { en: PIN_WRONG } = customerMessages.wrongPin;
const { en: PIN_LOCKED } = customerMessages.pinLocked;

/** Sends a prompt to its phone; it ends by itself when nobody answers. */
export function sendPrompt(engine: Engine, prompt: PromptRecord): void {
  const { reachable, registered } = customerOf(engine, prompt.phone);
  const forced = prompt.scenario?.resultCode;
  if (reachable && registered)
    engine.schedule.add(prompt.at + engine.settings.delays.promptMs, "showPrompt", prompt.id);
  prompt.endJob = engine.schedule.add(prompt.at + timing.observedTimeoutMs, "endPrompt", prompt.id);
  engine.store.prompts.put(prompt.id, prompt);
  engine.busy.set(prompt.phone, prompt.id);
  // A callback that overtakes the answer leaves no time for a person.
  if (prompt.scenario?.callback === "early" && forced !== StkResultCode.StillProcessing) complete(engine, prompt);
}

/** What the phone shows. */
export function promptText({ amount, business, reference }: PromptRecord): string {
  return `Do you want to pay Ksh ${money(amount)} to ${business}, account ${reference}? Enter your M-PESA PIN:`;
}

export function showPrompt(engine: Engine, id: string): void {
  const prompt = engine.store.prompts.get(id);
  if (prompt?.state !== "sent") return;
  prompt.state = "shown";
  engine.store.prompts.put(id, prompt);
  const forced = prompt.scenario?.resultCode;
  if (forced === undefined && promptText(prompt).length > stkPromptMaxCharacters)
    finishPrompt(engine, prompt, StkResultCode.PushFailed);
  else if (forced === undefined) askCustomer(engine, prompt);
  // These two are what happens when nothing happens.
  else if (forced !== StkResultCode.NoResponse && forced !== StkResultCode.StillProcessing)
    startProcessing(engine, prompt);
}

/** What the customer has decided beforehand happens now; otherwise the phone waits. */
function askCustomer(engine: Engine, prompt: PromptRecord): void {
  const customer = customerOf(engine, prompt.phone);
  const action = customer.decisions.shift() ?? customer.habit;
  engine.store.customers.put(customer.phone, customer);
  if (action) decide(engine, prompt, action);
}

/** The customer answers the prompt on the screen. */
export function decide(engine: Engine, prompt: PromptRecord, action: PromptAction): void {
  if (prompt.state !== "shown" || action.kind === "ignore") return;
  if (action.kind === "cancel")
    finishPrompt(engine, prompt, prompt.kind === "stk" ? StkResultCode.CancelledByUser : UssdPushCode.Cancelled);
  else enterPin(engine, prompt, action.pin);
}

/** The third wrong PIN in a row locks it. */
function enterPin(engine: Engine, prompt: PromptRecord, pin?: string): void {
  const customer = customerOf(engine, prompt.phone);
  const right = (pin ?? customer.pin) === customer.pin;
  const wasLocked = customer.pinLocked;
  customer.pinTries = right ? 0 : customer.pinTries + 1;
  customer.pinLocked ||= customer.pinTries >= triesUntilLock;
  engine.store.customers.put(customer.phone, customer);
  if (right && !wasLocked) startProcessing(engine, prompt);
  else finishPrompt(engine, prompt, pinRefusal(prompt, wasLocked), customer.pinLocked ? PIN_LOCKED : PIN_WRONG);
}

function pinRefusal({ kind }: PromptRecord, wasLocked: boolean): string {
  if (kind === "ussd") return UssdPushCode.UssdException;
  return wasLocked ? StkResultCode.PinLocked : StkResultCode.WrongPin;
}

/** Nobody answered in time. */
export function endPrompt(engine: Engine, id: string): void {
  const prompt = engine.store.prompts.get(id);
  if (!prompt || (prompt.state !== "sent" && prompt.state !== "shown")) return;
  const forced = prompt.scenario?.resultCode;
  // No callback is documented for a merchant who does not answer.
  if (forced === StkResultCode.StillProcessing || (prompt.kind === "ussd" && !forced)) close(engine, prompt, null);
  else if (forced) complete(engine, prompt);
  else finishPrompt(engine, prompt, StkResultCode.NoResponse);
}

export function completePrompt(engine: Engine, id: string): void {
  const prompt = engine.store.prompts.get(id);
  if (prompt?.state === "processing") complete(engine, prompt);
}

function startProcessing(engine: Engine, prompt: PromptRecord): void {
  prompt.state = "processing";
  engine.store.prompts.put(prompt.id, prompt);
  engine.schedule.add(engine.now() + engine.settings.delays.processingMs, "completePrompt", prompt.id);
}

/** Ends a prompt as its scenario says, or else with the payment. */
export function complete(engine: Engine, prompt: PromptRecord): void {
  const forced = prompt.scenario?.resultCode ?? SUCCESS;
  finishPrompt(
    engine,
    prompt,
    forced === SUCCESS ? (prompt.kind === "stk" ? payByCustomer : payByMerchant)(engine, prompt) : forced,
  );
}

/** Moves the money, or gives the code that says why not. */
function payByCustomer(engine: Engine, prompt: PromptRecord): string {
  const receiver = organisationOf(engine, prompt.receiver);
  if (!receiver) return StkResultCode.ReceiverNotFound;
  const till = prompt.command === "CustomerBuyGoodsOnline";
  const assigned = till
    ? receiver.kind === "till" && receiver.store === prompt.shortCode
    : receiver.shortCode === prompt.shortCode && receiver.kind !== "till";
  const sure = insists(prompt.scenario);
  if (!assigned && !sure) return StkResultCode.ProductNotPermitted;
  const payer = customerOf(engine, prompt.payer);
  const refused = refusePayer(engine, payer, prompt.amount, sure);
  if (refused) return refused;
  const receipt = engine.receipt();
  const to = incomeAccount(receiver);
  const text = `Paid by prompt, ${prompt.reference}`;
  spend(engine, payer, { receipt, to, amount: prompt.amount, text });
  engine.record({
    receipt,
    operation: "stkPush",
    at: engine.now(),
    amount: prompt.amount,
    charge: 0,
    from: customerAccount(payer.phone),
    to,
    fromParty: partyName(engine, payer.phone),
    toParty: partyName(engine, receiver.shortCode),
    fromAccount: "M-PESA Account",
    phone: payer.phone,
    shortCode: receiver.shortCode,
    reference: prompt.reference,
    conversationId: prompt.id,
    originatorConversationId: prompt.requestId,
    reversedBy: null,
    reason: till ? "Pay merchant" : "Pay Bill Online",
  });
  prompt.receipt = receipt;
  return SUCCESS;
}

function payByMerchant(engine: Engine, prompt: PromptRecord): string {
  const payer = organisationOf(engine, prompt.shortCode);
  const receiver = organisationOf(engine, prompt.receiver);
  const from = payer
    ? `${payer.shortCode}:${payer.kind === "till" ? accountNames.merchant : accountNames.working}`
    : "";
  if (insists(prompt.scenario)) lend(engine, from, prompt.amount);
  if (!payer || !receiver || !canGive(engine, from, prompt.amount)) return UssdPushCode.UssdException;
  const receipt = engine.receipt();
  const to = incomeAccount(receiver);
  move(engine, { receipt, from, to, amount: prompt.amount, text: `Express checkout, ${prompt.reference}` });
  engine.record({
    receipt,
    operation: "ussdPush",
    at: engine.now(),
    amount: prompt.amount,
    charge: 0,
    from,
    to,
    fromParty: partyName(engine, payer.shortCode),
    toParty: partyName(engine, receiver.shortCode),
    fromAccount: accountNames.merchant,
    phone: null,
    shortCode: receiver.shortCode,
    reference: prompt.reference,
    conversationId: conversationId(engine.random, engine.now()),
    originatorConversationId: prompt.requestId,
    reversedBy: null,
    reason: "Merchant payment",
  });
  prompt.receipt = receipt;
  return SUCCESS;
}

/** Results whose text on the wire is about an initiator or a credential: their customer reads of the PIN. */
const pinMessages: Readonly<Record<string, string>> = {
  [StkResultCode.WrongPin]: PIN_WRONG,
  [StkResultCode.PinLocked]: PIN_LOCKED,
};

/**
 * Ends a prompt with a result, and tells the merchant's endpoint and the phone.
 * @param why what the SMS says of a failure instead of the result's text
 */
export function finishPrompt(
  engine: Engine,
  prompt: PromptRecord,
  code: string,
  why: string | undefined = prompt.kind === "stk" ? pinMessages[code] : undefined,
): void {
  close(engine, prompt, code);
  const forced = prompt.scenario?.resultCode === code ? prompt.scenario.resultDescription : undefined;
  prompt.resultDescription =
    forced ??
    (prompt.kind === "ussd" && code === SUCCESS
      ? textOf("stk", code)
      : textOf(prompt.kind === "stk" ? "stk" : "ussdPush", code));
  engine.store.prompts.put(prompt.id, prompt);
  if (prompt.receipt) {
    const at = `${prompt.receipt} Confirmed. Ksh${money(prompt.amount)}`;
    engine.tell(prompt.phone, `${at} paid to ${prompt.business}, account ${prompt.reference}.`);
  } else {
    engine.tell(
      prompt.phone,
      `Your payment of Ksh${money(prompt.amount)} to ${prompt.business} was not made: ${why ?? prompt.resultDescription}`,
    );
  }
  postCallback(engine, {
    operation: prompt.kind === "stk" ? "stkPush" : "ussdPush",
    name: "callback",
    about: prompt.id,
    shortCode: prompt.shortCode,
    url: prompt.callbackUrl,
    body: prompt.kind === "stk" ? stkCallback(engine, prompt, code) : ussdCallback(engine, prompt, code),
    scenario: prompt.scenario,
  });
}

/** Ends a prompt that nobody can go on with. */
export function abandonPrompt(engine: Engine, id: string): void {
  const prompt = engine.store.prompts.get(id);
  if (prompt && prompt.state !== "finished") close(engine, prompt, null);
}

function close(engine: Engine, prompt: PromptRecord, code: string | null): void {
  prompt.state = "finished";
  prompt.resultCode = code;
  if (prompt.endJob) engine.schedule.remove(prompt.endJob);
  prompt.endJob = null;
  // A prompt that was refused because of another one must not free the phone of that one.
  if (engine.busy.get(prompt.phone) === prompt.id) engine.busy.delete(prompt.phone);
  engine.store.prompts.put(prompt.id, prompt);
}

function stkCallback(engine: Engine, prompt: PromptRecord, code: string): unknown {
  const item = [
    { Name: "Amount", Value: prompt.amount / 100 },
    { Name: "MpesaReceiptNumber", Value: prompt.receipt },
    { Name: "Balance" },
    { Name: "TransactionDate", Value: Number(compactTime(engine.now())) },
    { Name: "PhoneNumber", Value: Number(prompt.phone) },
  ];
  return {
    Body: {
      stkCallback: {
        MerchantRequestID: prompt.requestId,
        CheckoutRequestID: prompt.id,
        ResultCode: /^\d+$/.test(code) ? Number(code) : code,
        ResultDesc: prompt.resultDescription,
        ...(prompt.receipt ? { CallbackMetadata: { Item: item } } : {}),
      },
    },
  };
}

function ussdCallback(engine: Engine, prompt: PromptRecord, code: string): unknown {
  const shared = {
    resultCode: code,
    resultDesc: prompt.resultDescription,
    amount: (prompt.amount / 100).toFixed(1),
    requestId: prompt.requestId,
  };
  if (!prompt.receipt) return { ...shared, paymentReference: prompt.reference };
  const conversation = engine.store.transactions.get(prompt.receipt)?.conversationId;
  return { ...shared, resultType: "0", conversationID: conversation, transactionId: prompt.receipt, status: "SUCCESS" };
}
