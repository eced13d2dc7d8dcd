import {
  statusRequestConstraints as statusRules,
  stkQueryRequestConstraints as stkRules,
} from "@mpesa/raw/constraints";
import { type AnyMpesaError, isMpesaError } from "../errors.ts";
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
import { mapInSlices, type Pause } from "./slices.ts";
import type { KnownPayment } from "./types.ts";

/** A validated entry of `known`. */
export interface Entry<T> {
  /** The entry as the caller passed it. */
  readonly known: T;
  /** The ID under which Safaricom has the payment. */
  readonly id: string;
  /** The amount in shillings. */
  readonly amount: number;
}

/** A prompt, with the values by which its row in the list can be found. */
export interface PromptEntry<T> extends Entry<T> {
  readonly shortCode: string | undefined;
  readonly phoneNumber: string | undefined;
  readonly account: string | undefined;
}

/** A payout, with the name of the parameter that contains its ID in a status query. */
export interface PayoutEntry<T> extends Entry<T> {
  readonly shortCode: string | undefined;
  readonly name: "originatorConversationId" | "conversationId";
}

/** All entries by kind, with the errors of invalid entries. */
export interface SortedKnown<T> {
  readonly receipts: readonly Entry<T>[];
  readonly prompts: readonly PromptEntry<T>[];
  readonly payouts: readonly PayoutEntry<T>[];
  readonly invalid: readonly { readonly known: T; readonly error: AnyMpesaError }[];
  /** Receipts that the entries name, including invalid entries. */
  readonly receiptsHere: ReadonlySet<string>;
}

const ID_FIELDS = ["receipt", "checkoutRequestId", "originatorConversationId", "conversationId"] as const;

/**
 * Validates each entry by itself and sorts the entries by kind. An invalid entry does not keep the others from being
 * compared.
 */
export async function sortKnown<T extends KnownPayment>(all: readonly T[], pause: Pause): Promise<SortedKnown<T>> {
  const sorted = {
    receipts: [] as Entry<T>[],
    prompts: [] as PromptEntry<T>[],
    payouts: [] as PayoutEntry<T>[],
    invalid: [] as { known: T; error: AnyMpesaError }[],
    receiptsHere: new Set<string>(),
  };
  const seen = new Set<string>();
  await mapInSlices(all, pause, (known, index) => {
    // Rows of a database contain null for an absent value.
    const present = Object.entries({ ...known }).filter(([, value]) => value !== null);
    const fields: Readonly<Record<string, unknown>> = Object.fromEntries(present);
    if (typeof fields["receipt"] === "string") sorted.receiptsHere.add(fields["receipt"].trim());
    try {
      sortEntry(known, fields, { at: `known[${index}]`, seen, sorted });
    } catch (error) {
      if (!isMpesaError(error)) throw error;
      sorted.invalid.push({ known, error });
    }
  });
  return sorted;
}

interface Sorting<T> {
  readonly at: string;
  readonly seen: Set<string>;
  readonly sorted: { receipts: Entry<T>[]; prompts: PromptEntry<T>[]; payouts: PayoutEntry<T>[] };
}

/**
 * Validates an entry and adds the entry to the list of its kind.
 *
 * @throws MpesaValidationError with every problem of the entry.
 */
function sortEntry<T>(known: T, fields: Given, { at, seen, sorted }: Sorting<T>): void {
  // If a prompt has a receipt, the receipt is looked up.
  const hasReceipt = fields["receipt"] !== undefined;
  const names = ID_FIELDS.filter((name) => fields[name] !== undefined && !(hasReceipt && name === "checkoutRequestId"));
  // A payout may have both of its IDs; the first is looked up.
  const [name, second] = names.join() === ID_FIELDS.slice(2).join() ? names.slice(0, 1) : names;
  const isIdentified = name !== undefined && second === undefined;
  const identifier = isIdentified ? parserOfId(name, seen) : rejectIds;
  const parse = <V extends object>(details: Parser<V>): V & { id: string } =>
    check(operationOf(name), nested(at, both(identifier, details)), fields, undefined);
  if (!isIdentified || name === "receipt") sorted.receipts.push({ known, ...parse(amountOnly) });
  else if (name === "checkoutRequestId") sorted.prompts.push({ known, ...parse(promptDetails) });
  else sorted.payouts.push({ known, name, ...parse(payoutDetails) });
}

type IdField = (typeof ID_FIELDS)[number];

function operationOf(name: IdField | undefined): "pullQuery" | "stkQuery" | "transactionStatus" {
  if (name === "checkoutRequestId") return "stkQuery";
  return name === "receipt" || name === undefined ? "pullQuery" : "transactionStatus";
}

const conversationId = text(statusRules.OriginalConversationID);
const ID_PARSERS: Readonly<Record<IdField, Parser<string>>> = {
  receipt: text(),
  checkoutRequestId: text(stkRules.CheckoutRequestID),
  originatorConversationId: conversationId,
  conversationId,
};

const amountOnly = openObject({ amount: parseKnownAmount });
const payoutDetails = openObject({ amount: parseKnownAmount, shortCode: optional(parseShortCode) });
const promptDetails = openObject({
  amount: parseKnownAmount,
  shortCode: optional(parseShortCode),
  phoneNumber: optional(parsePhoneNumber),
  account: optional(text({ minLength: 0 })),
});

/** Returns a parser of an entry's ID, which no earlier entry may have. */
function parserOfId(name: IdField, seen: Set<string>): Parser<{ id: string }> {
  return (fields) => {
    const value = (fields as Given)[name];
    const parsed = ID_PARSERS[name](typeof value === "string" ? value.trim() : value, undefined);
    if (!parsed.ok) return { ok: false, issues: under(name, parsed.issues) };
    const id = parsed.value;
    const key = `${operationOf(name)} ${id}`;
    if (seen.has(key)) {
      const fix = "Check your records: they contain the payment twice, and perhaps count the amount twice.";
      return invalid(id, "must not name the same payment as an earlier entry", fix, name);
    }
    seen.add(key);
    return valid({ id });
  };
}

/** Rejects an entry that has no ID or too many IDs. */
const rejectIds: Parser<{ id: string }> = (fields) => {
  const fix = `Pass one of ${ID_FIELDS.join(", ")}. Only \`receipt\` and \`checkoutRequestId\`, or the two conversation IDs, may occur together.`;
  return invalid(fields, "must identify its payment by one ID", fix);
};

/** Returns a parser whose issues name their fields as parts of the parameter `name`. */
function nested<T>(name: string, parser: Parser<T>): Parser<T> {
  return (value, client) => {
    const parsed = parser(value, client);
    return parsed.ok ? parsed : { ok: false, issues: under(name, parsed.issues) };
  };
}

function parseKnownAmount(value: unknown): Parsed<number> {
  // Databases return exact decimals as strings.
  const amount = typeof value === "string" && /^\s*\d+(\.\d+)?\s*$/.test(value) ? Number(value) : value;
  if (typeof amount === "number" && Number.isFinite(amount) && amount > 0) return valid(amount);
  const rule = "must be an amount in shillings above 0, as a number or a decimal string";
  return invalid(value, rule, "Pass the amount that your records contain.");
}

/** Returns whether two amounts in shillings are the same to the cent. */
export function isSameAmount(a: number, b: number): boolean {
  return inCents(a) === inCents(b);
}

/** Returns an amount in whole cents, because floating-point amounts may differ by tiny fractions of a cent. */
export function inCents(amount: number): number {
  return Math.round(amount * 100);
}
