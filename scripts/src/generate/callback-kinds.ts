import { type JsonObject, listOf, objectEntries, objectOf, textOf, textsOf } from "./json.ts";

/** One field of a parsed callback. */
export interface CallbackField {
  readonly name: string;
  readonly description: string;
  readonly as: string;
  readonly in: string | undefined;
  readonly from: readonly string[];
}

/** A kind of callback, including the fields of its groups. */
export interface CallbackKind {
  readonly kind: string;
  readonly schema: string;
  readonly envelope: readonly string[];
  readonly lists: readonly (readonly [list: string, names: readonly string[]])[];
  readonly expected: readonly string[];
  readonly identifiedBy: string | undefined;
  readonly untyped: readonly string[];
  readonly fields: readonly CallbackField[];
}

/** Returns the kinds of callback-fields.yml, each including the fields of its groups. */
export function callbackKindsOf(callbacks: JsonObject): CallbackKind[] {
  const groups = objectOf(callbacks["groups"]);
  return objectEntries(callbacks["kinds"]).map(([kind, own]) => {
    const parts = [...textsOf(own["include"]).map((name) => objectOf(groups[name])), own];
    const textsAt = (key: string): string[] => parts.flatMap((part) => textsOf(part[key]));
    return {
      kind,
      schema: textOf(own["schema"]),
      envelope: textsAt("envelope"),
      lists: parts.flatMap((part) =>
        Object.entries(objectOf(part["lists"])).map(([list, names]) => [list, textsOf(names)] as const),
      ),
      expected: textsAt("expected"),
      identifiedBy: own["identifiedBy"] === undefined ? undefined : textOf(own["identifiedBy"]),
      untyped: textsAt("untyped"),
      fields: parts.flatMap((part) => objectEntries(part["fields"]).map(([name, field]) => fieldOf(name, field))),
    };
  });
}

/** Returns every list of signs, in the order of the file. */
export function callbackSignsOf(callbacks: JsonObject): (readonly [list: string, signs: readonly JsonObject[]])[] {
  return Object.entries(objectOf(callbacks["signs"])).map(([list, signs]) => [list, listOf(signs).map(objectOf)]);
}

/** Returns a name without differences that occur on the wire: letter case, whitespace, doubled letters, s and z. */
export function plainName(name: string): string {
  return name
    .toLowerCase()
    .replace(/[^a-z0-9]/g, "")
    .replaceAll("z", "s")
    .replace(/(.)\1+/g, "$1");
}

function fieldOf(name: string, field: JsonObject): CallbackField {
  return {
    name,
    description: textOf(field["description"]),
    as: textOf(field["as"]),
    in: field["in"] === undefined ? undefined : textOf(field["in"]),
    from: textsOf(field["from"]),
  };
}
