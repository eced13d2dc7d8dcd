import { text } from "./values.ts";

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
