import { dereference, type JsonObject, listOf, objectOf, textOf, textsOf } from "./json.ts";
import { type Operation, schemasOf } from "./model.ts";
import { banner, literal, lowerFirst } from "./text.ts";

/** An operation whose outcome is called back, with the kind of that callback. */
interface Answered {
  readonly operation: Operation;
  readonly kind: string;
}

/**
 * The codes and commands that a callback parser needs, as texts: a fraction of the size of the tables in `codes.ts`, for
 * code that is bundled into small runtimes.
 */
export function generateCodeIndex(codes: JsonObject, document: JsonObject, operations: readonly Operation[]): string {
  const answered = operations.flatMap((operation) =>
    operation.callbacks.flatMap(({ schema }) => {
      const kind = /^(.+)(?:Result|Callback)$/.exec(schema)?.[1];
      return kind === undefined ? [] : [{ operation, kind: lowerFirst(kind) }];
    }),
  );
  const indexes = unique(answered.map(({ operation }) => operation.codeScope)).map((scope) => {
    const used = answered.filter(({ operation }) => operation.codeScope === scope);
    const entries = listOf(objectOf(objectOf(codes["scopes"])[scope])["codes"]).map(objectOf);
    const text = codeGroups(entries, used);
    return `/** Scope \`${scope}\`: groups parted by \`;\`, each \`fault next[ kinds],code,code\`. */\n${constant(`${scope}CodeIndex`, text)}`;
  });
  const commands = `/** Each callback kind with the commands of its requests and the queue of its results, parted by \`;\`. */\n${constant("commandIndex", commandGroups(document, answered))}`;
  return [banner("spec/openapi.yml", "spec/codes.yml"), ...indexes, commands, credentialSource(codes)].join("\n");
}

/** The codes that bring an initiator closer to its lock. They mean that in one scope only. */
function credentialSource(codes: JsonObject): string {
  const entries = listOf(objectOf(objectOf(codes["scopes"])["result"])["codes"]).map(objectOf);
  const marked = entries.filter((entry) => entry["rejectsCredential"] === true);
  const texts = Object.fromEntries(marked.map((entry) => [textOf(entry["code"]), [...textsOf(entry["texts"])]]));
  return `/** Codes of scope \`result\` with which M-Pesa rejects an initiator's credential, each with the texts seen beside it. */
export const credentialRejections: Readonly<Record<string, readonly string[]>> = ${literal(texts)};
`;
}

function constant(name: string, text: string): string {
  return `export const ${name}: string =\n  ${JSON.stringify(text)};\n`;
}

/** One group for each fault, next step and, where a code belongs to some kinds only, their names joined by `+`. */
function codeGroups(entries: readonly JsonObject[], answered: readonly Answered[]): string {
  const kinds = unique(answered.map(({ kind }) => kind));
  const groups = new Map<string, string[]>();
  for (const entry of entries) {
    const operations = entry["operations"] === undefined ? undefined : textsOf(entry["operations"]);
    const senders = kinds.filter(
      (kind) => operations?.some((id) => answered.some((one) => one.kind === kind && one.operation.id === id)) ?? true,
    );
    const restriction = senders.length === kinds.length ? "" : ` ${senders.join("+")}`;
    const head = `${textOf(entry["fault"])} ${textOf(entry["next"])}${restriction}`;
    groups.set(head, [...(groups.get(head) ?? []), textOf(entry["code"])]);
  }
  return [...groups].map(([head, members]) => [head, ...members].join(",")).join(";");
}

function commandGroups(document: JsonObject, answered: readonly Answered[]): string {
  const schemas = new Map(schemasOf(document));
  const queues = objectOf(objectOf(document["x-mpesa-platform"])["resultQueues"]);
  const groups = new Map<string, string[]>();
  for (const { operation, kind } of answered) {
    const properties = objectOf(schemas.get(operation.request ?? "")?.["properties"]);
    const command = objectOf(dereference(document, properties["CommandID"]));
    groups.set(kind, unique([...(groups.get(kind) ?? []), ...textsOf(command["enum"])]));
  }
  const known = [...groups].filter(([, commands]) => commands.length > 0);
  return known.map(([kind, commands]) => [kind, ...commands, textOf(queues[kind])].join(" ").trim()).join(";");
}

function unique(values: readonly string[]): string[] {
  return [...new Set(values)];
}
