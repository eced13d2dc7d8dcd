import { type CallbackShape, callbackShapes, type FieldReader } from "@mpesa/raw/callback-fields";
import type { CallbackIssue, FieldValues } from "./types.ts";
import {
  accounts,
  charges,
  type FieldList,
  instant,
  money,
  party,
  phoneNumber,
  plainKey,
  text,
  transactionId,
  yesNo,
} from "./values.ts";

/** The kinds that the spec describes, and the rows of a pull notification. */
export type ShapeName = keyof typeof callbackShapes;

/** Readers give undefined for what they cannot read, and null for what is rightly nothing. */
const readers: { readonly [Reader in FieldReader]: (value: unknown) => FieldValues[Reader] | null | undefined } = {
  text,
  receipt: transactionId,
  money,
  instant,
  phoneNumber,
  party,
  yesNo,
  charges,
  accounts,
};

/** A kind as the spec describes it, prepared for reading. */
export interface Shape extends Pick<CallbackShape, "envelope" | "lists" | "expected" | "identifiedBy"> {
  readonly fields: readonly {
    readonly field: string;
    readonly read: (value: unknown) => unknown;
    readonly from: readonly string[];
    readonly in: "envelope" | "lists" | undefined;
  }[];
  /** The keys of all names that the spec knows of this kind. */
  readonly known: ReadonlySet<string>;
}

const prepared: Map<ShapeName, Shape> = new Map();

/** The shape of a kind, prepared when it is first needed. */
export function shapeOf(kind: ShapeName): Shape {
  const known = prepared.get(kind);
  if (known) return known;
  const shape: CallbackShape = callbackShapes[kind];
  const fields = Object.entries(shape.fields).map(([field, { as, from, in: place }]) => ({
    field,
    read: readers[as],
    from,
    in: place,
  }));
  const names = [...fields.flatMap(({ from }) => from), ...shape.untyped, ...Object.values(shape.lists).flat()];
  const result = { ...shape, fields, known: new Set(names.map(plainKey)) };
  prepared.set(kind, result);
  return result;
}

/** Reads the fields of one kind. Blank is the same as absent; a value that cannot be read is an issue. */
export function readFields(
  { fields }: Shape,
  { envelope, lists }: { readonly envelope: FieldList; readonly lists: readonly FieldList[] },
  issues: CallbackIssue[],
): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const { field, read, from, in: place } of fields) {
    let value: unknown;
    for (const name of from) {
      if (place !== "lists") value = envelope.get(name);
      if (place !== "envelope") for (const list of lists) value ??= list.get(name);
      if (value !== undefined) break;
    }
    if (value === undefined) continue;
    const parsed = read(value);
    if (parsed === undefined) issues.push({ path: field, problem: "unreadable" });
    else if (parsed !== null) result[field] = parsed;
  }
  return result;
}

/** The names, as they came, that the spec does not know of this kind. */
export function unknownNames({ known }: Shape, lists: readonly FieldList[]): string[] {
  const unknown = new Set<string>();
  for (const { entries } of lists) for (const [name] of entries) if (!known.has(plainKey(name))) unknown.add(name);
  return [...unknown];
}
