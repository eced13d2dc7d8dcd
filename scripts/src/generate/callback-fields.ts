import { type CallbackKind, callbackKindsOf, callbackSignsOf } from "./callback-kinds.ts";
import { dereference, type JsonObject, objectOf, textsOf } from "./json.ts";
import { type Operation, schemasOf } from "./model.ts";
import { banner, jsDoc, literal, lowerFirst, propertyKey, upperFirst } from "./text.ts";

/** Generates callback-fields.ts: tables with the facts that a parser of callbacks requires for each kind. */
export function generateCallbackFields(
  callbacks: JsonObject,
  document: JsonObject,
  operations: readonly Operation[],
): string {
  const kinds = callbackKindsOf(callbacks);
  const signs = callbackSignsOf(callbacks).map(
    ([list, entries]) => `export const ${list}Signs: readonly CallbackSign[] = ${literal([...entries])};\n`,
  );
  return `${banner("spec/callback-fields.yml", "spec/openapi.yml")}
/** The way in which a parser reads the value of a field. */
export type FieldReader =${[...new Set(kinds.flatMap(({ fields }) => fields.map((field) => field.as)))]
    .map((reader) => `\n  | ${JSON.stringify(reader)}`)
    .join("")};

/** A field of a parsed callback, with its names on the wire. */
export interface CallbackField {
  /** The way in which a parser reads the value. */
  readonly as: FieldReader;
  /** The names on the wire. The parser uses the first name that has a value. */
  readonly from: readonly string[];
  /**
   * The place of the names. If absent, the parser looks in the envelope first, and in the lists of the envelope second.
   */
  readonly in?: "envelope" | "lists";
}

/** A sign from which a parser recognises the kind of a callback. */
export interface CallbackSign {
  /** The kind that the sign indicates. */
  readonly kind: string;
  /** The reliability of the sign. */
  readonly confidence: "certain" | "likely" | "guess";
  /** The names on the wire. One name with a value is enough. */
  readonly names: readonly string[];
}

/** The facts that a parser requires for one kind. */
export interface CallbackShape {
  /** The names on the path from the body to the object that contains the fields. */
  readonly envelope: readonly string[];
  /** The lists of names and values in this object: the name of the list, then the name of its member. */
  readonly lists: Readonly<Record<string, readonly [list: string, member: string]>>;
  /** The fields that every callback of the kind contains. */
  readonly expected: readonly string[];
  /** The field that identifies the payment. Without this field, the outcome is unknown. */
  readonly identifiedBy?: string;
  /** The known names on the wire that have no field of their own. */
  readonly untyped: readonly string[];
  /** The fields of the kind. */
  readonly fields: Readonly<Record<string, CallbackField>>;
}

${kinds.map(fieldsSource).join("\n")}
/** The facts that a parser requires, for every kind. */
export const callbackShapes: {
${kinds.map(({ kind }) => `  readonly ${kind}: CallbackShape & { readonly fields: typeof ${kind}Fields };\n`).join("")}} = {
${kinds.map(shapeSource).join("")}};

/** The signs from which a parser recognises the kind of a body or a \`Result\`. The first sign that matches decides. */
${signs.join("\n")}
/** The commands of the requests that lead to each kind of result, and the queue in which the requests wait. */
export const callbackCommands: Readonly<Record<string, readonly string[]>> = ${literal(commandsOf(document, operations))};
`;
}

function fieldsSource({ kind, schema, fields }: CallbackKind): string {
  const lines = fields.map((field) => {
    const place = field.in === undefined ? "" : `, in: ${JSON.stringify(field.in)}`;
    const names = field.from.map((name) => JSON.stringify(name)).join(", ");
    return `${jsDoc(field.description, 2)}  ${propertyKey(field.name)}: { as: ${JSON.stringify(field.as)}, from: [${names}]${place} },\n`;
  });
  return `${jsDoc(`The fields of the kind \`${kind}\`. A body of this kind has the schema {@link ${upperFirst(schema)}}.`).replace(/\{@link (\w+)\}/, "`$1`")}export const ${kind}Fields = {\n${lines.join("")}} as const;\n`;
}

function shapeSource({ kind, envelope, lists, expected, identifiedBy, untyped }: CallbackKind): string {
  return `  ${kind}: {
    envelope: ${literal([...envelope], 4)},
    lists: ${literal(Object.fromEntries(lists.map(([list, names]) => [list, [...names]])), 4)},
    expected: ${literal([...expected], 4)},${identifiedBy === undefined ? "" : `\n    identifiedBy: ${JSON.stringify(identifiedBy)},`}
    untyped: ${literal([...untyped], 4)},
    fields: ${kind}Fields,
  },
`;
}

/** Returns the commands and queue names that identify the product of a request or a result. */
function commandsOf(document: JsonObject, operations: readonly Operation[]): JsonObject {
  const schemas = new Map(schemasOf(document));
  const queues = objectOf(objectOf(document["x-mpesa-platform"])["resultQueues"]);
  const words = new Map<string, string[]>();
  for (const operation of operations) {
    for (const { schema } of operation.callbacks) {
      const result = /^(.+)Result$/.exec(schema)?.[1];
      if (result === undefined) continue;
      const properties = objectOf(schemas.get(operation.request ?? "")?.["properties"]);
      const command = objectOf(dereference(document, properties["CommandID"]));
      const kind = lowerFirst(result);
      words.set(kind, [...new Set([...(words.get(kind) ?? []), ...textsOf(command["enum"])])]);
    }
  }
  for (const [kind, list] of words) if (typeof queues[kind] === "string") list.push(queues[kind]);
  return Object.fromEntries([...words].filter(([, list]) => list.length > 0));
}
