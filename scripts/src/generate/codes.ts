import { type JsonObject, listOf, objectEntries, objectOf, textOf, textsOf } from "./json.ts";
import { banner, jsDoc, literal, lowerFirst, propertyKey } from "./text.ts";

/** The scopes of the error codes in HTTP responses. Only the entries of these scopes have a `kind`. */
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

/** The party that can remove the cause: the customer, the merchant, M-Pesa or nobody. */
export type Fault = "customer" | "merchant" | "mpesa" | "none";

/**
 * The next step after a code.
 *
 * - \`none\`: the request succeeded, and nothing is left to do.
 * - \`no\`: do not retry, because a retry is useless or dangerous.
 * - \`fix\`: M-Pesa rejected the request before processing. Change the request or the setup.
 * - \`later\`: M-Pesa rejected the request before processing. Retry the same request after a pause.
 * - \`token\`: Daraja rejected the access token. Retry once with a new token.
 * - \`new\`: no money has moved. Start a new payment only if a person wants a new payment.
 * - \`poll\`: the request is pending. Query again later.
 * - \`ask\`: the outcome is unknown. Query the outcome, and never send the payment again before you know the outcome.
 */
export type NextStep = "none" | "no" | "fix" | "later" | "token" | "new" | "poll" | "ask";

/** The evidence for a fact, from the best (a recorded exchange) to the weakest (sources that contradict each other). */
export type Evidence = "observed" | "production" | "portal" | "community" | "disputed";

/** A sentence that you may show to a customer. */
export interface CustomerMessage {
  /** The sentence in English. */
  readonly en: string;
  /** The sentence in Swahili. */
  readonly sw: string;
}

/** A further meaning of a code, which applies if the message matches. The first variant that matches applies. */
export interface CodeVariant {
  /** A part of the message, compared without regard to case. An empty string matches only an empty message. */
  readonly match: string;
  /** The operations to which the entry applies. If absent, the entry applies to every operation that uses the scope. */
  readonly operations?: readonly string[];
  /** The PascalCase name, which is unique in its scope. */
  readonly name: string;
  /**
   * The kind of error. Codes with the same kind mean the same to a program. Only the tables of error codes contain a
   * kind.
   */
  readonly kind?: ErrorKind;
  /** One sentence about what happened, without a full stop. */
  readonly meaning: string;
  /** Advice on what to do next, in one or two sentences. */
  readonly hint: string;
  /** The party that can remove the cause. */
  readonly fault: Fault;
  /** The next step after the code. */
  readonly next: NextStep;
  /** The key of the sentence for the customer in \`customerMessages\`. */
  readonly customer?: CustomerMessageKey;
  /** The evidence for the code and its meaning. */
  readonly evidence: Evidence;
}

/** An entry of a code table. */
export interface CodeInfo {
  /** The code as a string. A final \`*\` stands for any further characters. */
  readonly code: string;
  /** The PascalCase name, which is unique in its scope. */
  readonly name: string;
  /**
   * The kind of error. Codes with the same kind mean the same to a program. Only the tables of error codes contain a
   * kind.
   */
  readonly kind?: ErrorKind;
  /** One sentence about what happened, without a full stop. */
  readonly meaning: string;
  /** Advice on what to do next, in one or two sentences. */
  readonly hint: string;
  /** The party that can remove the cause. */
  readonly fault: Fault;
  /** The next step after the code. */
  readonly next: NextStep;
  /** The key of the sentence for the customer in \`customerMessages\`. */
  readonly customer?: CustomerMessageKey;
  /** The evidence for the code and its meaning. */
  readonly evidence: Evidence;
  /** The HTTP statuses that were seen with the code. */
  readonly http?: readonly number[];
  /** The operations to which the entry applies. If absent, the entry applies to every operation that uses the scope. */
  readonly operations?: readonly string[];
  /** The further meanings of the code, which depend on the message. */
  readonly variants?: readonly CodeVariant[];
}
`;

/** Generates codes.ts: a const object, a union type and a table for each scope of codes.yml. */
export function generateCodes(codes: JsonObject): string {
  const scopes = objectEntries(codes["scopes"]);
  const names = scopes.map(([scope]) => scope);
  return `${banner("spec/codes.yml")}
${types}
/** The name of a code table. The same number may mean something else in another table. */
export type CodeScope =${union(names)};

/** The kind of an error response, determined by its code and its message. */
export type ErrorKind =${union(errorKinds(scopes))};

${messagesSource(codes)}
${scopes.map(([scope, content]) => scopeSource(scope, content)).join("\n")}
/**
 * Messages that a source shows together with a code, by scope and by the name of the code or the variant. \`<…>\` marks a
 * part that changes.
 */
export const codeTexts = ${literal(firstTexts(scopes, "texts"))} as const;

/**
 * Our own messages, in the style of Daraja, for codes without a message in any source. Mocks may send these messages. Do
 * not match on these messages, because Daraja may send other messages.
 */
export const ownCodeTexts = ${literal(firstTexts(scopes, "ownTexts"))} as const;

${rejectionsSource(codes)}
/** Every code table by its scope. An import of this constant adds all tables to a bundle. */
export const codesByScope: Readonly<Record<CodeScope, readonly CodeInfo[]>> = {
${names.map((scope) => `  ${scope}: ${scope}Codes,\n`).join("")}};
`;
}

/** Generates the codes that bring an initiator closer to its lock. Only the scope `result` contains such codes. */
function rejectionsSource(codes: JsonObject): string {
  const entries = listOf(objectOf(objectOf(codes["scopes"])["result"])["codes"]).map(objectOf);
  const marked = entries.filter((entry) => entry["rejectsCredential"] === true);
  const texts = Object.fromEntries(marked.map((entry) => [textOf(entry["code"]), [...textsOf(entry["texts"])]]));
  const docs =
    "Codes of the scope `result` with which M-Pesa rejects an initiator's credential, with the messages seen for each code.";
  return `${jsDoc(docs)}export const credentialRejections: Readonly<Record<string, readonly string[]>> = ${literal(texts)};
`;
}

function messagesSource(codes: JsonObject): string {
  const messages = objectEntries(codes["customerMessages"]);
  const keys = messages.map(([key]) => key);
  return `/** A key of {@link customerMessages}. */
export type CustomerMessageKey =${union(keys)};

/**
 * Sentences that you may show to a customer, in English and Swahili. No sentence says that a payment failed while the
 * outcome of the payment is unknown.
 */
export const customerMessages: Readonly<Record<CustomerMessageKey, CustomerMessage>> = ${literal(Object.fromEntries(messages))};
`;
}

function scopeSource(scope: string, content: JsonObject): string {
  const name = textOf(content["const"]);
  const title = textOf(content["title"]);
  const entries = listOf(content["codes"]).map(objectOf);
  const isError = errorScopes.includes(scope);
  // A program compares with whole codes, so a code that is only a prefix gets no constant.
  const exact = entries.filter((entry) => !textOf(entry["code"]).endsWith("*"));
  const codes = exact.map((entry) => textOf(entry["code"]));
  const members = exact.map(
    (entry) =>
      `${jsDoc(sentences(entry), 2)}  ${propertyKey(textOf(entry["name"]))}: ${JSON.stringify(textOf(entry["code"]))},\n`,
  );
  return `${jsDoc(`${title}. Every code has one constant.`)}export const ${name} = {
${members.join("")}} as const;

${jsDoc(`${title}. The known codes, and any other string.`)}export type ${name} = OpenString<${union(codes)}
>;

${jsDoc(`${title}. The meaning of every code, and the next step.`)}export const ${scope}Codes: readonly CodeInfo[] = ${literal(entries.map((entry) => info(entry, isError)))};
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

/** The first message of every code and variant that has messages under `key`. */
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
