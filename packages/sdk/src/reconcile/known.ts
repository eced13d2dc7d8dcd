import {
  statusRequestConstraints as statusRules,
  stkQueryRequestConstraints as stkRules,
} from "@mpesa/raw/constraints";
import { type AnyMpesaError, isMpesaError } from "../errors/is-mpesa-error.ts";
import { Checks } from "../values/checks.ts";
import { bad, good, type Parsed } from "../values/parsed.ts";
import { parsePhoneNumber } from "../values/phone-number.ts";
import { parseShortCode } from "../values/short-code.ts";
import { parseText } from "../values/text.ts";
import { inSlices, type Pause } from "./slices.ts";
import type { KnownPayment } from "./types.ts";

/** A checked entry: what it is, and under which id Safaricom has it. */
export interface Entry<T> {
  readonly known: T;
  readonly id: string;
  readonly amount: number;
}

/** A prompt, with what could tell its row in the list. */
export interface PromptEntry<T> extends Entry<T> {
  readonly shortCode: string | undefined;
  readonly phoneNumber: string | undefined;
  readonly account: string | undefined;
}

/** A payout, with the name that its id has in a status query. */
export interface PayoutEntry<T> extends Entry<T> {
  readonly shortCode: string | undefined;
  readonly name: "originatorConversationId" | "conversationId";
}

/** All entries by kind, and what is wrong with the others. */
export interface SortedKnown<T> {
  readonly receipts: readonly Entry<T>[];
  readonly prompts: readonly PromptEntry<T>[];
  readonly payouts: readonly PayoutEntry<T>[];
  readonly wrong: readonly { readonly known: T; readonly error: AnyMpesaError }[];
  /** Receipts that any entry names, a wrong one too. */
  readonly receiptsHere: ReadonlySet<string>;
}

const NAMES = ["receipt", "checkoutRequestId", "originatorConversationId", "conversationId"] as const;

/** Checks each entry for itself: a wrong one must not keep the others from being accounted for. */
export async function sortKnown<T extends KnownPayment>(all: readonly T[], pause: Pause): Promise<SortedKnown<T>> {
  const sorted = {
    receipts: [] as Entry<T>[],
    prompts: [] as PromptEntry<T>[],
    payouts: [] as PayoutEntry<T>[],
    wrong: [] as { known: T; error: AnyMpesaError }[],
    receiptsHere: new Set<string>(),
  };
  const seen = new Set<string>();
  await inSlices(all, pause, (known, index) => {
    // Rows of a database have null where a program leaves out.
    const given = Object.entries({ ...known }).filter(([, value]) => value !== null);
    const fields: Readonly<Record<string, unknown>> = Object.fromEntries(given);
    if (typeof fields["receipt"] === "string") sorted.receiptsHere.add(fields["receipt"].trim());
    try {
      sort(known, fields, { at: `known[${index}]`, seen, sorted });
    } catch (error) {
      if (!isMpesaError(error)) throw error;
      sorted.wrong.push({ known, error });
    }
  });
  return sorted;
}

interface Sorting<T> {
  readonly at: string;
  readonly seen: Set<string>;
  readonly sorted: { receipts: Entry<T>[]; prompts: PromptEntry<T>[]; payouts: PayoutEntry<T>[] };
}

/** @throws MpesaValidationError with everything that is wrong with this entry. */
function sort<T>(known: T, fields: Readonly<Record<string, unknown>>, { at, seen, sorted }: Sorting<T>): void {
  // A prompt whose receipt has come is settled by that.
  const isSettled = fields["receipt"] !== undefined;
  const names = NAMES.filter((name) => fields[name] !== undefined && !(isSettled && name === "checkoutRequestId"));
  // A payout may have both of its ids.
  const [name, second] = names.join() === NAMES.slice(2).join() ? names.slice(0, 1) : names;
  const checks = new Checks(operationOf(name));
  const take = <V>(field: string, parsed: Parsed<V>): V => checks.take(`${at}.${field}`, parsed);
  const amount = take("amount", parseKnownAmount(fields["amount"]));
  if (name === undefined || second !== undefined) {
    const fix = `Give one of ${NAMES.join(", ")}; a receipt may stand beside the checkoutRequestId.`;
    checks.take(at, bad(known, "must name its payment in one way", fix));
  } else {
    const value = fields[name];
    const id = take(name, parseText(typeof value === "string" ? value.trim() : value, ruleOf(name)));
    const key = `${operationOf(name)} ${id}`;
    if (id !== undefined && seen.has(key)) {
      const fix = "Your records have it twice: if both are booked, one of them is wrong.";
      take(name, bad(id, "must not name the same payment as an earlier entry", fix));
    }
    seen.add(key);
    if (name === "receipt") {
      checks.done();
      sorted.receipts.push({ known, id, amount });
      return;
    }
    const shortCode =
      fields["shortCode"] === undefined ? undefined : take("shortCode", parseShortCode(fields["shortCode"]));
    if (name === "checkoutRequestId") {
      const { phoneNumber: phone, account: text } = fields;
      const phoneNumber = phone === undefined ? undefined : take("phoneNumber", parsePhoneNumber(phone));
      const account = text === undefined ? undefined : take("account", parseText(text, { minLength: 0 }));
      checks.done();
      sorted.prompts.push({ known, id, amount, shortCode, phoneNumber, account });
      return;
    }
    checks.done();
    sorted.payouts.push({ known, id, amount, shortCode, name });
  }
  checks.done();
}

type Name = (typeof NAMES)[number];

function operationOf(name: Name | undefined): "pullQuery" | "stkQuery" | "transactionStatus" {
  if (name === "checkoutRequestId") return "stkQuery";
  return name === "receipt" || name === undefined ? "pullQuery" : "transactionStatus";
}

function ruleOf(name: Name): { readonly minLength?: number; readonly maxLength?: number } {
  if (name === "checkoutRequestId") return stkRules.CheckoutRequestID;
  return name === "receipt" ? {} : statusRules.OriginalConversationID;
}

function parseKnownAmount(value: unknown): Parsed<number> {
  // Databases give exact decimals as text.
  const amount = typeof value === "string" && /^\s*\d+(\.\d+)?\s*$/.test(value) ? Number(value) : value;
  if (typeof amount === "number" && Number.isFinite(amount) && amount > 0) return good(amount);
  return bad(value, "must be a number of shillings above 0", "Take what your records have for this payment.");
}

/** Whether two amounts are the same to the cent. */
export function sameAmount(one: number, other: number): boolean {
  return inCents(one) === inCents(other);
}

/** Whole cents: decimals of a float may differ far behind them. */
export function inCents(amount: number): number {
  return Math.round(amount * 100);
}
