import { type JsonObject, listOf, objectEntries, objectOf, textOf, textsOf } from "./json.ts";
import { banner, jsDoc, literal, lowerFirst, propertyKey } from "./text.ts";

/** Scopes whose names say what kind of error an HTTP answer is. */
const errorScopes = ["error", "fault", "http"];
const kept = [
  "code",
  "match",
  "name",
  "meaning",
  "hint",
  "fault",
  "next",
  "customer",
  "evidence",
  "http",
  "operations",
];

const types = `import type { OpenString } from "../open-string.ts";

/** Who can do something about it. */
export type Fault = "customer" | "merchant" | "mpesa" | "none";

/**
 * What to do next. \`none\`: it worked. \`no\`: repeating is pointless or dangerous. \`fix\`: refused before anything happened,
 * change the request or the set-up. \`later\`: refused before processing, the same request may be repeated after a pause.
 * \`token\`: refused because of the token, repeat once with a new one. \`new\`: no money has moved, a fresh attempt needs a
 * person's will. \`poll\`: pending, ask again later. \`ask\`: outcome unknown, query and never resend.
 */
export type NextStep = "none" | "no" | "fix" | "later" | "token" | "new" | "poll" | "ask";

/** How well a fact is known, from a recorded exchange down to sources that contradict each other. */
export type Evidence = "observed" | "production" | "portal" | "community" | "disputed";

/** A sentence that may be shown to a customer. */
export interface CustomerMessage {
  /** English. */
  readonly en: string;
  /** Swahili. */
  readonly sw: string;
}

/** Another meaning of a code, told apart by the message. The first variant that matches wins. */
export interface CodeVariant {
  /** Part of the message, compared without regard to case; the empty text means an empty message. */
  readonly match: string;
  /** Operations that it holds for; absent: all that use the scope. */
  readonly operations?: readonly string[];
  /** PascalCase name, unique in its scope. */
  readonly name: string;
  /** Groups the codes of errors that mean the same to a program; only in the tables of errors. */
  readonly kind?: ErrorKind;
  /** What happened, in one sentence. */
  readonly meaning: string;
  /** What to do about it. */
  readonly hint: string;
  readonly fault: Fault;
  readonly next: NextStep;
  /** The entry of \`customerMessages\` that fits. */
  readonly customer?: CustomerMessageKey;
  readonly evidence: Evidence;
}

/** What is known about a code. */
export interface CodeInfo {
  /** The code as text; a final \`*\` stands for any ending. */
  readonly code: string;
  /** PascalCase name, unique in its scope. */
  readonly name: string;
  /** Groups the codes of errors that mean the same to a program; only in the tables of errors. */
  readonly kind?: ErrorKind;
  /** What happened, in one sentence. */
  readonly meaning: string;
  /** What to do about it. */
  readonly hint: string;
  readonly fault: Fault;
  readonly next: NextStep;
  /** The entry of \`customerMessages\` that fits. */
  readonly customer?: CustomerMessageKey;
  readonly evidence: Evidence;
  /** HTTP statuses seen with it. */
  readonly http?: readonly number[];
  /** Operations that it holds for; absent: all that use the scope. */
  readonly operations?: readonly string[];
  /** Other meanings of the same code, by message. */
  readonly variants?: readonly CodeVariant[];
}
`;

/** codes.ts: a const object, a union and a table for each scope of codes.yml. */
export function generateCodes(codes: JsonObject): string {
  const scopes = objectEntries(codes["scopes"]);
  const names = scopes.map(([scope]) => scope);
  return `${banner("spec/codes.yml")}
${types}
/** A family of codes: the same number may mean something else in another one. */
export type CodeScope =${union(names)};

/** What kind of refusal an HTTP answer is, from its code and message. */
export type ErrorKind =${union(errorKinds(scopes))};

${messagesSource(codes)}
${scopes.map(([scope, content]) => scopeSource(scope, content)).join("\n")}
/**
 * A message that a source shows beside a code, by scope and by the name of the code or of its variant; \`<…>\` stands for
 * what changes.
 */
export const codeTexts = ${literal(firstTexts(scopes, "texts"))} as const;

/**
 * Messages of ours for codes beside which no source shows one, in the style of the wire. Mocks may say them; Daraja may say
 * something else, so nothing should match on them.
 */
export const ownCodeTexts = ${literal(firstTexts(scopes, "ownTexts"))} as const;

${rejectionsSource(codes)}
/** Every table by its scope. Importing this takes all of them into a bundle. */
export const codesByScope: Readonly<Record<CodeScope, readonly CodeInfo[]>> = {
${names.map((scope) => `  ${scope}: ${scope}Codes,\n`).join("")}};
`;
}

/** The codes that bring an initiator closer to its lock. They mean that in one scope only. */
function rejectionsSource(codes: JsonObject): string {
  const entries = listOf(objectOf(objectOf(codes["scopes"])["result"])["codes"]).map(objectOf);
  const marked = entries.filter((entry) => entry["rejectsCredential"] === true);
  const texts = Object.fromEntries(marked.map((entry) => [textOf(entry["code"]), [...textsOf(entry["texts"])]]));
  return `/** Codes of scope \`result\` with which M-Pesa rejects an initiator's credential, each with the texts seen beside it. */
export const credentialRejections: Readonly<Record<string, readonly string[]>> = ${literal(texts)};
`;
}

function messagesSource(codes: JsonObject): string {
  const messages = objectEntries(codes["customerMessages"]);
  const keys = messages.map(([key]) => key);
  return `/** Which of the {@link customerMessages} fits. */
export type CustomerMessageKey =${union(keys)};

/** What may be shown to a customer, in English and Swahili. No sentence says that a doubtful payment failed. */
export const customerMessages: Readonly<Record<CustomerMessageKey, CustomerMessage>> = ${literal(Object.fromEntries(messages))};
`;
}

function scopeSource(scope: string, content: JsonObject): string {
  const name = textOf(content["const"]);
  const title = textOf(content["title"]);
  const entries = listOf(content["codes"]).map(objectOf);
  const isError = errorScopes.includes(scope);
  // A prefix is nothing that a program compares with.
  const exact = entries.filter((entry) => !textOf(entry["code"]).endsWith("*"));
  const codes = exact.map((entry) => textOf(entry["code"]));
  const members = exact.map(
    (entry) =>
      `${jsDoc(sentences(entry), 2)}  ${propertyKey(textOf(entry["name"]))}: ${JSON.stringify(textOf(entry["code"]))},\n`,
  );
  return `${jsDoc(`${title}, by name.`)}export const ${name} = {
${members.join("")}} as const;

${jsDoc(`${title}: the known ones, and any other text.`)}export type ${name} = OpenString<${union(codes)}
>;

${jsDoc(`${title}: what each means and what to do.`)}export const ${scope}Codes: readonly CodeInfo[] = ${literal(entries.map((entry) => info(entry, isError)))};
`;
}

function union(values: readonly string[]): string {
  return values.length === 0 ? " never" : values.map((value) => `\n  | ${JSON.stringify(value)}`).join("");
}

function errorKinds(scopes: readonly [string, JsonObject][]): string[] {
  const names = scopes
    .filter(([scope]) => errorScopes.includes(scope))
    .flatMap(([, content]) => listOf(content["codes"]).map(objectOf))
    .flatMap((entry) => [entry, ...listOf(entry["variants"]).map(objectOf)])
    .map(kindOf);
  return [...new Set(names)];
}

function kindOf(entry: JsonObject): string {
  return entry["kind"] === undefined ? lowerFirst(textOf(entry["name"])) : textOf(entry["kind"]);
}

function info(entry: JsonObject, isError: boolean): JsonObject {
  const result: JsonObject = {};
  for (const key of kept) {
    if (entry[key] !== undefined) result[key] = entry[key];
    if (key === "name" && isError) result["kind"] = kindOf(entry);
  }
  if (entry["variants"] !== undefined) {
    result["variants"] = listOf(entry["variants"]).map((variant) => info(objectOf(variant), isError));
  }
  return result;
}

/** The first text of each code and variant that has one under `key`. */
function firstTexts(scopes: readonly [string, JsonObject][], key: "texts" | "ownTexts"): JsonObject {
  const texts = scopes.map(([scope, content]): [string, JsonObject] => {
    const entries = listOf(content["codes"]).map(objectOf);
    const named = entries.flatMap((entry) => [entry, ...listOf(entry["variants"]).map(objectOf)]);
    const withText = named.filter((entry) => textsOf(entry[key]).length > 0);
    return [scope, Object.fromEntries(withText.map((entry) => [textOf(entry["name"]), textsOf(entry[key])[0]]))];
  });
  return Object.fromEntries(texts.filter(([, named]) => Object.keys(named).length > 0));
}

function sentences(entry: JsonObject): string {
  const end = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);
  return `${end(textOf(entry["meaning"]))} ${end(textOf(entry["hint"]))}`;
}
