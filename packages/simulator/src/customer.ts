import type { Engine } from "./engine/engine.ts";
import { balanceOf, canGive, customerAccount, ISSUE, move, toCents } from "./engine/ledger.ts";
import { customerOf, normalisePhone, organisationOf } from "./engine/parties.ts";
import type { Runner } from "./engine/runner.ts";
import type { CustomerOptions } from "./options.ts";
import { startPayment } from "./products/c2b.ts";
import { decide, promptText } from "./products/prompts.ts";
import type { MessageRecord, PromptAction } from "./state/records.ts";

/** A prompt on a phone's screen. */
export interface Prompt {
  /** The CheckoutRequestID. */
  readonly id: string;
  readonly business: string;
  /** Shillings. */
  readonly amount: number;
  readonly reference: string;
  /** What the screen says. */
  readonly text: string;
}

/**
 * A person with a phone. What the person does goes to the prompt on the screen, or else to the next one that appears.
 *
 * @example
 * simulator.customer("0712 345 678").enterPin();
 * await simulator.settled();
 */
export interface Customer {
  /** 254… */
  readonly phone: string;
  readonly name: string;
  /** Shillings. */
  readonly balance: number;
  readonly prompt: Prompt | undefined;
  readonly messages: readonly MessageRecord[];
  /** Pays, if the PIN is right. @default the right one */
  enterPin(pin?: string): void;
  /** Enters a wrong PIN; the third in a row locks it. */
  wrongPin(): void;
  cancel(): void;
  /** Lets the prompt time out. */
  ignore(): void;
  /** Answers every prompt to come in the same way; null stops that. @throws TypeError for another habit */
  always(habit: "pay" | "cancel" | "ignore" | null): void;
  /** Pays a short code without having been asked (C2B). Gives the receipt the payment will have. @throws TypeError for an unknown short code */
  pay(payment: { shortCode: string; amount: number; reference?: string }): string;
  /** Changes what is known about the person; a balance is reached by a payment from or to M-Pesa itself. @throws TypeError for a field or a value that makes no sense; nothing changes then */
  set(details: Partial<Omit<CustomerOptions, "phone">> & { pinLocked?: boolean }): void;
}

export function customerHandle(engine: Engine, runner: Runner, written: string): Customer {
  const phone = normalisePhone(written);
  customerOf(engine, phone);
  const done = (): void => {
    engine.commit();
    runner.arm();
  };
  const onScreen = () => {
    const prompt = engine.store.prompts.get(engine.busy.get(phone) ?? "");
    return prompt?.state === "shown" ? prompt : undefined;
  };
  const act = (action: PromptAction): void => {
    const prompt = onScreen();
    const customer = customerOf(engine, phone);
    if (prompt) decide(engine, prompt, action);
    else customer.decisions.push(action);
    engine.store.customers.put(phone, customer);
    done();
  };
  return {
    phone,
    get name() {
      return customerOf(engine, phone).name;
    },
    get balance() {
      return balanceOf(engine, customerAccount(phone)) / 100;
    },
    get prompt() {
      const prompt = onScreen();
      if (!prompt) return undefined;
      const { id, business, amount, reference } = prompt;
      return { id, business, amount: amount / 100, reference, text: promptText(prompt) };
    },
    get messages() {
      return [...engine.store.messages.values()].filter((message) => message.phone === phone);
    },
    enterPin: (pin) => act(pin === undefined ? { kind: "pin" } : { kind: "pin", pin }),
    wrongPin: () => act({ kind: "pin", pin: customerOf(engine, phone).pin === "0000" ? "1111" : "0000" }),
    cancel: () => act({ kind: "cancel" }),
    ignore: () => act({ kind: "ignore" }),
    always(habit) {
      if (habit !== null && !["pay", "cancel", "ignore"].includes(habit))
        throw new TypeError('a habit is "pay", "cancel", "ignore" or null');
      const customer = customerOf(engine, phone);
      customer.habit = habit === null ? null : { kind: habit === "pay" ? "pin" : habit };
      engine.store.customers.put(phone, customer);
      done();
    },
    pay({ shortCode, amount, reference = "" }) {
      const organisation = organisationOf(engine, shortCode);
      if (!organisation) throw new TypeError(`nobody has the short code ${shortCode}`);
      if (!(Number.isInteger(amount) && amount > 0)) throw new TypeError("amount must be whole shillings, at least 1");
      const payment = startPayment(engine, "customerPayment", organisation, {
        phone,
        amount: toCents(amount),
        reference,
        scenario: null,
      });
      done();
      return payment.receipt;
    },
    set(details) {
      const { balance, ...others } = details;
      checkDetails(details);
      const customer = Object.assign(customerOf(engine, phone), others);
      if (details.pinLocked === false) customer.pinTries = 0;
      engine.store.customers.put(phone, customer);
      if (balance !== undefined) setBalance(engine, phone, toCents(balance));
      done();
    },
  };
}

/** Before anything is changed: another field would break the record, another type would stay unnoticed. */
function checkDetails(details: object): void {
  const types: Readonly<Record<string, string>> = {
    name: "string",
    pin: "string",
    idNumber: "string",
    registered: "boolean",
    reachable: "boolean",
    pinLocked: "boolean",
    balance: "number",
  };
  for (const [field, value] of Object.entries(details)) {
    if (!Object.hasOwn(types, field)) throw new TypeError(`a customer has no ${field} that could be set`);
    if (typeof value !== types[field]) throw new TypeError(`${field} must be a ${types[field]}`);
    if (field === "balance" && !(Number.isSafeInteger(toCents(value)) && value >= 0))
      throw new TypeError("balance must be at least 0");
  }
}

function setBalance(engine: Engine, phone: string, wanted: number): void {
  const account = customerAccount(phone);
  const difference = wanted - balanceOf(engine, account);
  const [from, to] = difference > 0 ? [ISSUE, account] : [account, ISSUE];
  if (canGive(engine, from, Math.abs(difference)))
    move(engine, { receipt: "ADJUST", from, to, amount: Math.abs(difference), text: "Balance set" });
}
