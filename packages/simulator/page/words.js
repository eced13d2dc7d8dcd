/** What goes wrong, in the switchboard's words; notes of the timeline use the same. */
const faults = {
  refuse: "connection refused",
  reset: "connection reset",
  dropAnswer: "answer dropped after processing",
  stall: "no answer at all",
  gatewayTimeout: "504 gateway timeout",
  html503: "503 page of the firewall",
  html403: "403 page of the firewall",
  spikeArrest: "429 spike arrest",
  duplicate: "callback twice",
  late: "callback a minute late",
  early: "callback before the answer",
  lost: "callback lost",
  reordered: "callback after the next one",
  timeout: "queue timeout",
};
const products = {
  any: "any request",
  token: "tokens",
  stk: "payment prompts (STK)",
  stkQuery: "prompt queries",
  c2b: "customer payments (C2B)",
  b2c: "payouts (B2C)",
  pochi: "payouts to Pochi",
  b2b: "business payments (B2B)",
  tax: "tax",
  ussd: "express checkout (B2B)",
  balance: "balances",
  status: "transaction status",
  reversal: "reversals",
  qr: "QR codes",
  pull: "pull transactions",
};
/** What a callback is the end of. */
const callers = {
  stkPush: "STK push",
  c2bSimulateV1: "C2B payment",
  c2bSimulateV2: "C2B payment",
  customerPayment: "C2B payment",
  b2cPaymentV1: "B2C payment",
  b2cPaymentV3: "B2C payment",
  b2cValidatedPayment: "B2C payment after an ID check",
  pochiPayment: "Pochi payment",
  b2bPayment: "B2B payment",
  taxRemittance: "Tax payment",
  ussdPush: "USSD push",
  accountBalance: "Account balance",
  transactionStatus: "Transaction status",
  reversal: "Reversal",
};
const callbacks = { callback: "result", timeout: "queue timeout" };

export const faultName = (fault) => faults[fault] ?? fault;
export const targetName = (target) => products[target] ?? target;
/** What the simulator does by itself. */
const jobs = {
  showPrompt: "showing the prompt",
  endPrompt: "ending the prompt",
  completePrompt: "completing the payment",
  execute: "processing",
  validatePayment: "validation",
  deliver: "delivery of a callback",
};
export const jobName = ({ job, operation }) =>
  [callers[operation] ?? operation, jobs[job] ?? job].filter(Boolean).join(": ");
export const callbackName = ({ operation, name }) => `${callers[operation] ?? operation} ${callbacks[name] ?? name}`;

/** "html503, after processing" is what the log says; a connection that broke after processing is a dropped answer. */
export function noteName(note) {
  const [first, ...rest] = note.split(", ");
  const broken = first === "reset" && rest[0] === "after processing";
  return broken ? faults.dropAnswer : [faultName(first), ...rest].join(", ");
}

/** WrongPin → Wrong pin */
export const codeName = (name) => name.replace(/(?!^)([A-Z])/g, (letter) => ` ${letter.toLowerCase()}`);
