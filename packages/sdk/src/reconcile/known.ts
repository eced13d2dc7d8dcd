import {
  statusRequestConstraints as statusRules,
  stkQueryRequestConstraints as stkRules,
} from "@mpesa/raw/constraints";
import { type AnyMpesaError, isMpesaError } from "../errors/is-mpesa-error.ts";
import { parsePhoneNumber, parseShortCode } from "../validate/formats.ts";
import { text } from "../validate/limits.ts";
import {
  both,
  check,
  type Given,
  invalid,
  openObject,
  optional,
  type Parsed,
  type Parser,
  under,
  valid,
} from "../validate/schema.ts";
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
function sort<T>(known: T, given: Given, { at, seen, sorted }: Sorting<T>): void {
  // A prompt whose receipt has come is settled by that.
  const isSettled = given["receipt"] !== undefined;
  const names = NAMES.filter((name) => given[name] !== undefined && !(isSettled && name === "checkoutRequestId"));
  // A payout may have both of its ids.
  const [name, second] = names.join() === NAMES.slice(2).join() ? names.slice(0, 1) : names;
  const isNamed = name !== undefined && second === undefined;
  const payment = isNamed ? identify(name, seen) : unnamed;
  const entry = <V extends object>(details: Parser<V>): V & { id: string } =>
    check(operationOf(name), nested(at, both(payment, details)), given, undefined);
  if (!isNamed || name === "receipt") sorted.receipts.push({ known, ...entry(amountOnly) });
  else if (name === "checkoutRequestId") sorted.prompts.push({ known, ...entry(promptDetails) });
  else sorted.payouts.push({ known, name, ...entry(payoutDetails) });
}

type Name = (typeof NAMES)[number];

function operationOf(name: Name | undefined): "pullQuery" | "stkQuery" | "transactionStatus" {
  if (name === "checkoutRequestId") return "stkQuery";
  return name === "receipt" || name === undefined ? "pullQuery" : "transactionStatus";
}

const requestId = text(statusRules.OriginalConversationID);
const IDENTIFIERS: Readonly<Record<Name, Parser<string>>> = {
  receipt: text(),
  checkoutRequestId: text(stkRules.CheckoutRequestID),
  originatorConversationId: requestId,
  conversationId: requestId,
};

const amountOnly = openObject({ amount: parseKnownAmount });
const payoutDetails = openObject({ amount: parseKnownAmount, shortCode: optional(parseShortCode) });
const promptDetails = openObject({
  amount: parseKnownAmount,
  shortCode: optional(parseShortCode),
  phoneNumber: optional(parsePhoneNumber),
  account: optional(text({ minLength: 0 })),
});

/** The identifier of an entry, which no earlier entry may have. */
function identify(name: Name, seen: Set<string>): Parser<{ id: string }> {
  return (given) => {
    const value = (given as Given)[name];
    const parsed = IDENTIFIERS[name](typeof value === "string" ? value.trim() : value, undefined);
    if (!parsed.ok) return { ok: false, issues: under(name, parsed.issues) };
    const id = parsed.value;
    const key = `${operationOf(name)} ${id}`;
    if (seen.has(key)) {
      const fix = "Check your records: if both entries are booked, one of them is wrong.";
      return invalid(id, "must not name the same payment as an earlier entry", fix, name);
    }
    seen.add(key);
    return valid({ id });
  };
}

const unnamed: Parser<{ id: string }> = (given) => {
  const fix = `Pass one of ${NAMES.join(", ")}; a receipt may stand beside the checkoutRequestId.`;
  return invalid(given, "must name its payment in one way", fix);
};

/** The same parser for a value that the caller knows under this name. */
function nested<T>(name: string, parser: Parser<T>): Parser<T> {
  return (value, client) => {
    const parsed = parser(value, client);
    return parsed.ok ? parsed : { ok: false, issues: under(name, parsed.issues) };
  };
}

function parseKnownAmount(value: unknown): Parsed<number> {
  // Databases give exact decimals as text.
  const amount = typeof value === "string" && /^\s*\d+(\.\d+)?\s*$/.test(value) ? Number(value) : value;
  if (typeof amount === "number" && Number.isFinite(amount) && amount > 0) return valid(amount);
  return invalid(value, "must be a number of shillings above 0", "Pass the amount that your records have.");
}

/** Whether two amounts are the same to the cent. */
export function sameAmount(one: number, other: number): boolean {
  return inCents(one) === inCents(other);
}

/** Whole cents: decimals of a float may differ far behind them. */
export function inCents(amount: number): number {
  return Math.round(amount * 100);
}
