import type { OperationInfo } from "@mpesa/raw";
import {
  dereference,
  type Json,
  type JsonObject,
  listOf,
  objectEntries,
  objectOf,
  schemaName,
  textOf,
  textsOf,
} from "@mpesa/scripts/json";
import * as v from "valibot";
import { wrongValues } from "./wrong-values.ts";

/** What is sent: a body, or a query where there is none. */
export interface Sample {
  readonly name: string;
  readonly body?: JsonObject;
  readonly query?: JsonObject;
}

/** A sample with one field made wrong. */
interface WrongSample extends Sample {
  readonly field: string;
}

/** Everything to try on one operation. */
export interface Plan {
  readonly requests: readonly Sample[];
  /** Every field that a request may have. */
  readonly fields: readonly string[];
  /** The answers by name; Prism gives the one that it is asked for. */
  readonly answers: readonly [name: string, value: Json][];
  /** Of an acceptance. */
  readonly checkAnswer: Check;
  /** Of an error that comes with status 200. */
  readonly checkError: Check;
  readonly wrong: readonly WrongSample[];
  readonly callbacks: readonly CallbackPlan[];
}

interface CallbackPlan {
  readonly name: string;
  readonly urlField: string;
  readonly check: Check;
  /** Prism sends one of them; which, is up to chance. */
  readonly examples: readonly Json[];
  /** What the receiver answers. */
  readonly reply: Json;
}

/** The problems of a value; none when it is right. */
type Check = (value: unknown) => string[];

/** What a plan is made from. */
export interface Sources {
  readonly document: JsonObject;
  readonly validators: Readonly<Record<string, unknown>>;
}

/** Name of the schema of Daraja's own errors. */
const ERROR = "DarajaError";

/** Where a request's URLs may point to; nothing but the loopback address. */
export type UrlOf = (field: string) => string;

/** Plans the tests of an operation. @throws Error that says what keeps it from being covered. */
export function planOperation(info: OperationInfo, sources: Sources): Plan {
  const { document } = sources;
  const fail = (reason: string): never => {
    throw new Error(`${info.id} cannot be covered: ${reason}`);
  };
  const operation = objectOf(objectOf(objectOf(document["paths"])[info.path])[info.method.toLowerCase()]);
  if (operation["operationId"] !== info.id) fail("its path in the spec has another operationId");
  const check = (name: string): Check =>
    checkOf(name, sources) ?? fail(`it has no validator for ${name || "its answer"}`);

  const answer = mediaOf(document, objectOf(operation["responses"])["200"]);
  const answers = samplesOf(answer);
  if (answers.length === 0) fail("its answer has no example");
  const alternatives = listOf(objectOf(answer["schema"])["anyOf"]).flatMap((one) => schemaName(one) ?? []);
  const errors = alternatives.filter((name) => name === ERROR);
  const acceptances = [info.response, ...alternatives.filter((name) => name !== info.response && name !== ERROR)];
  const schema = objectOf(dereference(document, mediaOf(document, operation["requestBody"])["schema"]));
  const requests = info.request === null ? [querySample(operation, document)] : bodySamples(document, operation);
  const [first] = requests;
  if (!first) return fail("its request has no example");
  const callbackNames = Object.keys(objectOf(operation["callbacks"]));
  if (callbackNames.join() !== info.callbacks.map(({ name }) => name).join())
    fail("its callbacks are not those of the spec");
  const callbacks = info.callbacks.map(({ name, urlField, schema: payload }) => {
    if (!Object.hasOwn(objectOf(schema["properties"]), urlField))
      fail(`its request has no field for the URL of ${name}`);
    const [post] = objectEntries(objectOf(operation["callbacks"])[name]).map(([, item]) => objectOf(item["post"]));
    const examples = samplesOf(mediaOf(document, post?.["requestBody"])).map(([, example]) => example);
    if (examples.length === 0) fail(`its callback ${name} has no example`);
    const [reply] = samplesOf(mediaOf(document, objectOf(post?.["responses"])["200"]));
    return { name, urlField, check: check(payload), examples, reply: reply?.[1] ?? null };
  });
  const wrong =
    info.request === null ? wrongQueries(operation, document, first) : wrongBodies(schema, document, first, fail);
  if (wrong.length === 0) fail("no field of its request can be made wrong");
  const parameters = queryParameters(operation, document).map((parameter) => textOf(parameter["name"]));
  return {
    requests,
    fields: [...Object.keys(objectOf(schema["properties"])), ...parameters],
    answers,
    checkAnswer: anyOf(acceptances.map(check)),
    checkError: anyOf(errors.map(check)),
    wrong,
    callbacks,
  };
}

/** Passes what one of them passes; else the problems are the first one's. */
function anyOf(checks: readonly Check[]): Check {
  return (value) => {
    const found = checks.map((check) => check(value));
    return found.some((problems) => problems.length === 0) ? [] : (found[0] ?? ["nothing allows it"]);
  };
}

/** A copy of a body in which every URL is the receiver's. */
export function withUrls(body: JsonObject, urlOf: UrlOf): JsonObject {
  const isUrl = (value: Json | undefined): boolean => typeof value === "string" && /^[a-z]+:\/\//i.test(value);
  return Object.fromEntries(Object.entries(body).map(([field, value]) => [field, isUrl(value) ? urlOf(field) : value]));
}

function checkOf(name: string, { validators }: Sources): Check | undefined {
  const validator = validators[`${name.charAt(0).toLowerCase()}${name.slice(1)}Schema`] as v.GenericSchema | undefined;
  // One that takes null takes anything: no answer and no callback is null.
  if (!validator || v.is(validator, null)) return undefined;
  return (value) =>
    (v.safeParse(validator, value).issues ?? []).map((issue) => `${v.getDotPath(issue)}: ${issue.message}`);
}

/** The JSON content of a request, answer or callback. */
function mediaOf(document: JsonObject, holder: Json | undefined): JsonObject {
  return objectOf(objectOf(objectOf(dereference(document, holder))["content"])["application/json"]);
}

function samplesOf(media: JsonObject): [name: string, value: Json][] {
  return objectEntries(media["examples"]).map(([name, example]) => [name, example["value"] ?? null]);
}

function bodySamples(document: JsonObject, operation: JsonObject): Sample[] {
  return samplesOf(mediaOf(document, operation["requestBody"])).map(([name, body]) => ({ name, body: objectOf(body) }));
}

function queryParameters(operation: JsonObject, document: JsonObject): JsonObject[] {
  const parameters = listOf(operation["parameters"]).map((parameter) => objectOf(dereference(document, parameter)));
  return parameters.filter((parameter) => parameter["in"] === "query");
}

function querySample(operation: JsonObject, document: JsonObject): Sample {
  const entries = queryParameters(operation, document).map((parameter) => [
    textOf(parameter["name"]),
    listOf(objectOf(dereference(document, parameter["schema"]))["enum"])[0],
  ]);
  return { name: "query", query: Object.fromEntries(entries) };
}

function wrongQueries(operation: JsonObject, document: JsonObject, { query = {} }: Sample): WrongSample[] {
  return queryParameters(operation, document).flatMap((parameter) => {
    const field = textOf(parameter["name"]);
    const rules = wrongValues(objectOf(dereference(document, parameter["schema"])))
      // A query holds text only, so a wrong type cannot be sent.
      .filter(({ value }) => typeof value === "string")
      .map(({ rule, value }) => ({ name: `${field}: ${rule}`, field, query: { ...query, [field]: value } }));
    return parameter["required"] ? [misspelt({ name: "query", query }, field), ...rules] : rules;
  });
}

function wrongBodies(
  schema: JsonObject,
  document: JsonObject,
  first: Sample,
  fail: (reason: string) => never,
): WrongSample[] {
  const { body = {} } = first;
  const required = textsOf(schema["required"]).map((field) => misspelt(first, field));
  const rules = objectEntries(schema["properties"]).flatMap(([field, property]) => {
    try {
      // Beside a $ref only a description stands; openapi.yml narrows nothing there.
      const wrong = wrongValues(objectOf(schemaName(property) ? dereference(document, property) : property));
      return wrong.map(({ rule, value }) => ({ name: `${field}: ${rule}`, field, body: { ...body, [field]: value } }));
    } catch (error) {
      return fail(`${field}: ${(error as Error).message}`);
    }
  });
  return [...required, ...rules];
}

function misspelt({ body, query }: Sample, field: string): WrongSample {
  const rename = (record: JsonObject): JsonObject =>
    Object.fromEntries(Object.entries(record).map(([key, value]) => [key === field ? `${key}x` : key, value]));
  return {
    name: `${field}: misspelt`,
    field,
    ...(body && { body: rename(body) }),
    ...(query && { query: rename(query) }),
  };
}
