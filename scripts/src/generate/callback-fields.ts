import { type CallbackKind, callbackKindsOf, callbackSignsOf } from "./callback-kinds.ts";
import { dereference, type JsonObject, objectOf, textsOf } from "./json.ts";
import { type Operation, schemasOf } from "./model.ts";
import { banner, jsDoc, literal, lowerFirst, propertyKey, upperFirst } from "./text.ts";

/** callback-fields.ts: what a parser of callbacks has to know about each kind, as tables. */
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
/** How the value of a field is read. */
export type FieldReader =${[...new Set(kinds.flatMap(({ fields }) => fields.map((field) => field.as)))]
    .map((reader) => `\n  | ${JSON.stringify(reader)}`)
    .join("")};

/** The wire names that feed a field, and how its value is read. */
export interface CallbackField {
  readonly as: FieldReader;
  /** The first name that has a value wins. */
  readonly from: readonly string[];
  /** Where the names stand; absent: in the envelope, or else in its lists. */
  readonly in?: "envelope" | "lists";
}

/** The kind that names on the wire suggest. */
export interface CallbackSign {
  readonly kind: string;
  readonly confidence: "certain" | "likely" | "guess";
  readonly names: readonly string[];
}

/** What a parser has to know about one kind. */
export interface CallbackShape {
  /** Names from the body down to the object that has the fields. */
  readonly envelope: readonly string[];
  /** Lists of names and values in that object: the name of the list, then of its member. */
  readonly lists: Readonly<Record<string, readonly [list: string, member: string]>>;
  /** Fields that every callback of the kind has. */
  readonly expected: readonly string[];
  /** The field without which an outcome names no payment. */
  readonly identifiedBy?: string;
  /** Wire names that are known and feed no field. */
  readonly untyped: readonly string[];
  readonly fields: Readonly<Record<string, CallbackField>>;
}

${kinds.map(fieldsSource).join("\n")}
/** Every kind with what its parser has to know. */
export const callbackShapes: {
${kinds.map(({ kind }) => `  readonly ${kind}: CallbackShape & { readonly fields: typeof ${kind}Fields };\n`).join("")}} = {
${kinds.map(shapeSource).join("")}};

/** The names by which a body, and a \`Result\`, show their kind. The first entry of which a name has a value decides. */
${signs.join("\n")}
/** The commands of the requests behind each result, and the queue that its requests wait in. */
export const callbackCommands: Readonly<Record<string, readonly string[]>> = ${literal(commandsOf(document, operations))};
`;
}

function fieldsSource({ kind, schema, fields }: CallbackKind): string {
  const lines = fields.map((field) => {
    const place = field.in === undefined ? "" : `, in: ${JSON.stringify(field.in)}`;
    const names = field.from.map((name) => JSON.stringify(name)).join(", ");
    return `${jsDoc(field.description, 2)}  ${propertyKey(field.name)}: { as: ${JSON.stringify(field.as)}, from: [${names}]${place} },\n`;
  });
  return `${jsDoc(`Fields of kind \`${kind}\`, whose bodies are those of schema {@link ${upperFirst(schema)}}.`).replace(/\{@link (\w+)\}/, "`$1`")}export const ${kind}Fields = {\n${lines.join("")}} as const;\n`;
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

/** The words in a request or a result that name its product. */
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
