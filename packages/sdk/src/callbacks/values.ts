import { balanceColumns, phoneNumber as phoneNumberRule, receipt, timeZoneOffset } from "@mpesa/raw/platform";
import type { AccountBalance, Charge, Instant, Money, Party, PhoneNumber } from "./value-types.ts";

/** One entry of a list on the wire, as it came; the value is undefined when the entry had none. */
export type FieldEntry = readonly [name: string, value: unknown];

/**
 * Named values in the order they came, repeated names and valueless entries included. Names are compared without regard
 * to letter case, blanks, doubled letters or s/z, since the wire spells them in several ways (`Occassion`,
 * `FinalizedTime`).
 *
 * @example result.parameters.get("ReceiptNo")
 */
export class FieldList {
  readonly entries: readonly FieldEntry[];
  readonly #keys: readonly string[];

  constructor(entries: readonly FieldEntry[]) {
    this.entries = entries;
    this.#keys = entries.map(([name]) => plainKey(name));
  }

  /** The first value of a name that is not blank. */
  get(name: string): unknown {
    const key = plainKey(name);
    // Lists are short: a search costs less than an index.
    for (let at = this.#keys.indexOf(key); at >= 0; at = this.#keys.indexOf(key, at + 1)) {
      const value = this.entries[at]?.[1];
      if (isFilled(value)) return value;
    }
    return undefined;
  }

  /** All values of a name, in order. */
  all(name: string): readonly unknown[] {
    const key = plainKey(name);
    return this.entries.filter((_, index) => this.#keys[index] === key).map(([, value]) => value);
  }
}

function isFilled(value: unknown): boolean {
  return typeof value === "string" ? value.trim() !== "" : (value ?? "") !== "";
}

const plainKeys: Map<string, string> = new Map();

/** A key without what the wire is careless about. */
export function plainKey(key: string): string {
  const known = plainKeys.get(key);
  if (known !== undefined) return known;
  const plain = key
    .toLowerCase()
    .replace(/[^a-z0-9]/g, "")
    .replaceAll("z", "s")
    .replace(/(.)\1+/g, "$1");
  // The wire has few keys; the limits keep unknown keys from filling the memory.
  if (plainKeys.size < 500 && key.length < 50) plainKeys.set(key, plain);
  return plain;
}

/** The members of an object. Anything else has none. */
export function fieldsOf(value: unknown): FieldList {
  return new FieldList(Array.isArray(value) || typeof value !== "object" ? [] : Object.entries(value ?? {}));
}

/**
 * A list of `{ Name | Key, Value }`, where one entry may stand alone without an array, and the array without its
 * wrapper.
 */
export function listOf(holder: FieldList, name: string, member: string): FieldList {
  const list = holder.get(name);
  if (list === undefined) return new FieldList([]);
  const entries = [fieldsOf(list).get(member) ?? list].flat().map(entryOf);
  return new FieldList(entries.filter(([name]) => name));
}

/** The name and the first value of one entry. */
function entryOf(item: unknown): FieldEntry {
  let name: unknown;
  let key: unknown;
  let values: unknown[] | undefined;
  if (typeof item === "object" && item !== null && !Array.isArray(item)) {
    for (const member of Object.keys(item)) {
      const value: unknown = item[member as keyof typeof item];
      const plain = plainKey(member);
      if (plain === "name" && !isFilled(name)) name = value;
      else if (plain === "key" && !isFilled(key)) key = value;
      else if (plain === "value") values ??= [value];
    }
  }
  return [text(isFilled(name) ? name : key) ?? "", values?.[0]];
}

// Readers give undefined for what they cannot read, and null for what is rightly nothing.

/** Text without the blanks around it; numbers become text. */
export function text(value: unknown): string | undefined {
  if (typeof value === "string") return value.trim();
  return typeof value === "number" || typeof value === "bigint" ? `${value}` : undefined;
}

const PLACEHOLDER = /* @__PURE__ */ new RegExp(receipt.placeholderPattern);

/** A receipt or transaction id; null for the placeholder of a transaction that never was. */
export function transactionId(value: unknown): string | null | undefined {
  const id = text(value);
  return id && PLACEHOLDER.test(id) ? null : id;
}

export function yesNo(value: unknown): boolean | undefined {
  const sent = typeof value === "boolean" ? `${value}` : (text(value) ?? "");
  return /^(y|yes|true)$/i.test(sent) || (/^(n|no|false)$/i.test(sent) ? false : undefined);
}

const BASIC_AMOUNT = /BasicAmount=\s*([^\s,}]+(,\d{3}[^\s,}]*)*)/;
const CURRENCY = /CurrencyCode=\s*([^\s,}]+(,\d{3}[^\s,}]*)*)/;

/** A number, a decimal text, `{Amount={…}}` (its BasicAmount) or a balance record (what can be spent of it). */
export function money(value: unknown): Money | undefined {
  const sent = text(value) ?? "";
  // Most amounts are just that.
  if (!/[={|]/.test(sent)) return decimal(sent);
  const currency = CURRENCY.exec(sent)?.[1];
  const [whole = "", unit = currency, , available = whole] = (BASIC_AMOUNT.exec(sent)?.[1] ?? sent).split("|");
  return decimal(available, unit);
}

function decimal(sent: string, currency?: string): Money | undefined {
  let text = sent.trim();
  if (/^-?\d{1,3}(,\d{3})+(\.|$)/.test(text)) text = text.replaceAll(",", "");
  return /^-?\d{1,300}(\.\d{1,300})?$/.test(text) ? { value: +text, text, ...(currency && { currency }) } : undefined;
}

/** The `name|currency|sum…` rows of a balance, joined by `&`; null for a balance that is a single sum. */
export function accounts(value: unknown): AccountBalance[] | null | undefined {
  const rows = `${text(value)}`.split("&").flatMap((row) => {
    const [account = "", currency = "", ...sums] = row.split("|").map((cell) => cell.trim());
    const known = balanceColumns.flatMap((column, index) => {
      const sum = decimal(sums[index] ?? "", currency);
      return sum ? [[column, sum]] : [];
    });
    return sums[0] ? ({ account, currency, ...Object.fromEntries(known) } as AccountBalance) : [];
  });
  return rows[0] ? rows : money(value) && null;
}

/** Fees have the form of balances with one column; a sum alone is a fee without a name. */
export function charges(value: unknown): Charge[] | undefined {
  const amount = money(value);
  const rows = accounts(value) ?? (amount && [{ account: "", total: amount }]);
  return rows?.flatMap(({ account: name, total: amount }) => (amount ? { name, amount } : []));
}

const COMPACT = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/;
const PUNCTUATED = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(\.\d+)?)?)?(Z|[+-]\d\d:\d\d)?$/;
const DAY_FIRST = /^(\d\d)[.-](\d\d)[.-](\d{4})/;

/** Any form of time on the wire; Nairobi's unless it says otherwise. */
export function instant(value: unknown): Instant | undefined {
  const sent = text(value) ?? "";
  const parts = COMPACT.exec(sent) ?? PUNCTUATED.exec(sent.replace(DAY_FIRST, "$3-$2-$1"));
  const [, year = "", month = "", day = "", hour = "00", minute = "00", second = "00", fraction = "", zone = ""] =
    parts ?? [];
  const iso = `${year}-${month}-${day}T${hour}:${minute}:${second}`;
  const at = parts
    ? Date.parse(`${iso}${fraction}${zone || timeZoneOffset}`)
    : /^\d{10}$/.test(sent)
      ? +sent * 1000
      : 0;
  // Engines roll 30 February over into March; such a date is a mistake, not a day.
  if (!at || (parts && new Date(Date.UTC(+year, +month - 1, +day)).getUTCDate() !== +day)) return undefined;
  if (parts && (!zone || zone === timeZoneOffset)) return { date: new Date(at), text: sent, iso: iso + timeZoneOffset };
  const local = new Date(at - Date.parse(`1970-01-01T00:00${timeZoneOffset}`));
  return { date: new Date(at), text: sent, iso: local.toISOString().replace(/\..*/, timeZoneOffset) };
}

const { countryCode, nationalPattern } = phoneNumberRule;
const NATIONAL = /* @__PURE__ */ new RegExp(`^0?(?=${nationalPattern}$)`);

/** A whole number, a number with stars in it, or the SHA-256 of one. */
export function phoneNumber(value: unknown): PhoneNumber | undefined {
  const sent = `${text(value)}`.replace(/[\s()+.-]/g, "");
  if (/^\d{9,15}$/.test(sent)) return { kind: "plain", value: sent.replace(NATIONAL, countryCode) };
  if (/^[\da-f]{64}$/i.test(sent)) return { kind: "sha256", value: sent.toLowerCase() };
  return /^\d{0,15}\*{1,15}\d{0,15}$/.test(sent) ? { kind: "masked", value: sent } : undefined;
}

/** `number - name`, parted at the first ` - `. */
export function party(value: unknown): Party | undefined {
  const sent = text(value);
  if (!sent) return undefined;
  const [, account = "", name = ""] =
    /^(.*?) -(?: (.*))?$/s.exec(sent) ?? (/^[\d*+]/.test(sent) ? [0, sent] : [0, "", sent]);
  const number = phoneNumber(account);
  return { text: sent, ...(account && { account }), ...(name && { name }), ...(number && { phoneNumber: number }) };
}
