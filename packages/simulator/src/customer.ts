import { constraints } from "@mpesa/raw/constraints";
import { transactionLimit } from "@mpesa/raw/platform";
import { check, fields, flag, number, type Rule, refuse, text, wrongWith } from "./check.ts";
import { customerRules, phoneRule, pinRule } from "./check-options.ts";
import type { Engine } from "./engine/engine.ts";
import { balanceOf, canGive, customerAccount, ISSUE, mostIssuedText, move, toCents } from "./engine/ledger.ts";
import { customerOf, organisationOf } from "./engine/parties.ts";
import { normalisePhone } from "./engine/phone.ts";
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
  /** Pays, if the PIN is right. @default the right one @throws TypeError for a PIN that is not a text: 0123 is not 123 */
  enterPin(pin?: string): void;
  /** Enters a wrong PIN; the third in a row locks it. */
  wrongPin(): void;
  cancel(): void;
  /** Lets the prompt time out. */
  ignore(): void;
  /** Answers every prompt to come in the same way; null stops that. @throws TypeError for another habit */
  always(habit: "pay" | "cancel" | "ignore" | null): void;
  /**
   * Pays a short code without having been asked (C2B): whole shillings up to 250000, and to a pay bill a reference of up
   * to 20 characters. Gives the receipt the payment will have.
   * @throws TypeError for an unknown short code, another amount, and a reference to a till, which has no field for one
   */
  pay(payment: { shortCode: string; amount: number; reference?: string }): string;
  /** Changes what is known about the person; a balance, up to 500000, is reached by a payment from or to M-Pesa itself. @throws TypeError for a field or a value that makes no sense; nothing changes then */
  set(details: Partial<Omit<CustomerOptions, "phone">> & { pinLocked?: boolean }): void;
}

const habitRule: Rule = (value) =>
  value === null || ["pay", "cancel", "ignore"].includes(value as string)
    ? undefined
    : '"pay", "cancel", "ignore" or null';
const detailsRule = fields({ ...customerRules, pinLocked: flag });
const wholeShillings: Rule = (value, path) =>
  Number.isInteger(value) ? number(1, transactionLimit)(value, path) : `whole shillings from 1 to ${transactionLimit}`;
const { maxLength } = constraints.C2bSimulateRequest.BillRefNumber;
const paymentRule = fields(
  {
    shortCode: text(),
    amount: wholeShillings,
    reference: text(`a text of at most ${maxLength} characters`, (value) => value.length <= maxLength),
  },
  ["shortCode", "amount"],
);

export function customerHandle(engine: Engine, runner: Runner, written: string): Customer {
  check(written, "phone", phoneRule);
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
    enterPin(pin) {
      if (pin !== undefined) check(pin, "pin", pinRule);
      act(pin === undefined ? { kind: "pin" } : { kind: "pin", pin });
    },
    wrongPin: () => act({ kind: "pin", pin: customerOf(engine, phone).pin === "0000" ? "1111" : "0000" }),
    cancel: () => act({ kind: "cancel" }),
    ignore: () => act({ kind: "ignore" }),
    always(habit) {
      check(habit, "habit", habitRule);
      const customer = customerOf(engine, phone);
      customer.habit = habit === null ? null : { kind: habit === "pay" ? "pin" : habit };
      engine.store.customers.put(phone, customer);
      done();
    },
    pay(payment) {
      refuse(wrongWith(payment, "the payment", (value) => paymentRule(value, "")));
      const { shortCode, amount, reference = "" } = payment;
      const organisation = organisationOf(engine, shortCode);
      if (!organisation) throw new TypeError(`nobody has the short code ${shortCode}`);
      const goods = organisation.kind === "till";
      if (goods && reference) throw new TypeError("reference must be left out: a payment to a till has none");
      const started = startPayment(engine, "customerPayment", organisation, {
        phone,
        amount: toCents(amount),
        reference,
        goods,
        scenario: null,
      });
      done();
      return started.receipt;
    },
    set(details) {
      refuse(wrongWith(details, "the details", (value) => detailsRule(value, "")));
      const { balance, limit, ...others } = details;
      const missing = balance === undefined ? 0 : toCents(balance) - balanceOf(engine, customerAccount(phone));
      if (missing > 0 && !canGive(engine, ISSUE, missing))
        throw new TypeError(
          `balance cannot be raised so far: M-Pesa's issue account gives out ${mostIssuedText} shillings in total; lower another balance first`,
        );
      const customer = Object.assign(customerOf(engine, phone), others);
      if (limit !== undefined) customer.limit = toCents(limit);
      if (details.pinLocked === false) customer.pinTries = 0;
      engine.store.customers.put(phone, customer);
      if (balance !== undefined) setBalance(engine, phone, toCents(balance));
      done();
    },
  };
}

function setBalance(engine: Engine, phone: string, wanted: number): void {
  const account = customerAccount(phone);
  const difference = wanted - balanceOf(engine, account);
  const [from, to] = difference > 0 ? [ISSUE, account] : [account, ISSUE];
  move(engine, { receipt: "ADJUST", from, to, amount: Math.abs(difference), text: "Balance set" });
}
