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
  readonly #values: Map<string, unknown[]> = new Map();

  constructor(entries: readonly FieldEntry[]) {
    this.entries = entries;
    for (const [name, value] of entries) {
      const key = plainKey(name);
      const values = this.#values.get(key);
      if (values) values.push(value);
      else this.#values.set(key, [value]);
    }
  }

  /** The first value of a name that is not blank. */
  get(name: string): unknown {
    return this.#values
      .get(plainKey(name))
      ?.find((value) => ((typeof value === "string" ? value.trim() : value) ?? "") !== "");
  }

  /** All values of a name, in order. */
  all(name: string): readonly unknown[] {
    return this.#values.get(plainKey(name)) ?? [];
  }
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
  // The wire has few keys; the limits keep strangers' keys from filling the memory.
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
  const entries = [fieldsOf(list).get(member) ?? list].flat().map((item): FieldEntry => {
    const fields = fieldsOf(item);
    return [text(fields.get("Name") ?? fields.get("Key")) ?? "", fields.all("Value")[0]];
  });
  return new FieldList(entries.filter(([name]) => name));
}
