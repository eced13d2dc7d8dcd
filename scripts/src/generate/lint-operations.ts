import {
  dereference,
  isObject,
  type Json,
  type JsonObject,
  listOf,
  objectEntries,
  objectOf,
  schemaName,
  textOf,
} from "./json.ts";
import type { Spec } from "./load.ts";
import { callbackEntries, contentOf, errorSchema, methods, schemaNames, securityOf, urlFieldOf } from "./model.ts";
import type { Problem } from "./problem.ts";

const retries = ["safe", "deduplicated", "never"];
const evidences = ["observed", "production", "portal", "community", "disputed"];
type Report = (path: string, reason: string) => void;

/** Returns the problems of servers, operations, callbacks and webhooks. */
export function lintOperations(spec: Spec): Problem[] {
  const { document } = spec;
  const problems: Problem[] = [];
  const report: Report = (path, reason) => {
    problems.push({ file: `${spec.label}/openapi.yml`, path, reason });
  };
  const environments = listOf(document["servers"]).map((server, index) => {
    const name = textOf(objectOf(server)["x-mpesa-environment"]);
    if (name === "") report(`servers[${index}]`, "has no x-mpesa-environment");
    return name;
  });
  for (const [index, name] of environments.entries()) {
    const first = environments.indexOf(name);
    if (name !== "" && first < index)
      report(`servers[${index}]`, `${name} is already the environment of servers[${first}]`);
  }
  const webhooks = new Set(
    objectEntries(document["webhooks"]).flatMap(([, item]) =>
      schemaNames(document, objectOf(item["post"])["requestBody"]),
    ),
  );
  const called = new Set<string>();
  const ids = new Map<string, string>();
  for (const [path, item] of objectEntries(document["paths"])) {
    for (const [method, operation] of objectEntries(item)) {
      const at = `paths.${path}.${method}`;
      if (!methods.includes(method)) {
        report(at, `only ${methods.join(" and ")} are supported`);
        continue;
      }
      const id = textOf(operation["operationId"]);
      if (!/^[a-z][A-Za-z0-9]*$/.test(id))
        report(at, id === "" ? "has no operationId" : `operationId ${id} is not camelCase`);
      else if (ids.has(id)) report(at, `operationId ${id} is already used by ${ids.get(id)}`);
      else ids.set(id, at);
      if (textOf(operation["summary"]) === "") report(at, "has no summary");
      if (listOf(operation["tags"]).length !== 1) report(at, "must have one tag, its product on the developer portal");
      lintExtensions(spec, operation, at, environments, report);
      lintSecurity(document, operation, at, report);
      lintBodies(document, operation, at, method, report);
      lintCallbacks(document, operation, at, webhooks, report);
      for (const { post } of callbackEntries(operation)) {
        for (const name of schemaNames(document, post["requestBody"])) called.add(name);
      }
    }
  }
  for (const name of webhooks) {
    if (!called.has(name)) report("webhooks", `no operation has a callback with the schema ${name}`);
  }
  return problems;
}

function lintExtensions(spec: Spec, operation: JsonObject, at: string, environments: string[], report: Report): void {
  const oneOf = (name: string, values: readonly string[]): void => {
    const value = operation[name];
    if (value === undefined) report(at, `has no ${name} (one of ${values.join(", ")})`);
    else if (!values.includes(String(value)))
      report(at, `${name} is ${String(value)}, not one of ${values.join(", ")}`);
  };
  oneOf("x-mpesa-retry", retries);
  oneOf("x-mpesa-evidence", evidences);
  oneOf("x-mpesa-code-scope", Object.keys(objectOf(spec.codes["scopes"])));
  const rate = operation["x-mpesa-rate-limit"];
  if (rate !== undefined) {
    const limit = objectOf(rate);
    const numbers = ["requests", "periodMs", "burst"].every(
      (key) => Number.isInteger(limit[key]) && Number(limit[key]) > 0,
    );
    if (!numbers || !environments.includes(textOf(limit["environment"])) || Object.keys(limit).length !== 4) {
      report(at, "x-mpesa-rate-limit requires requests, periodMs, burst (positive integers) and environment");
    }
  }
  const only = operation["x-mpesa-environments"];
  if (
    only !== undefined &&
    (listOf(only).length === 0 || listOf(only).some((name) => !environments.includes(String(name))))
  ) {
    report(at, `x-mpesa-environments is not a list of values from ${environments.join(", ")}`);
  }
  lintSuccess(spec.document, operation, at, report);
}

function lintSuccess(document: JsonObject, operation: JsonObject, at: string, report: Report): void {
  const success = operation["x-mpesa-success"];
  if (success === undefined) {
    report(at, "has no x-mpesa-success");
    return;
  }
  const { field, alias = [], values = ["-"], optional = false, list = false, ...rest } = objectOf(success);
  const texts = (value: Json): boolean => Array.isArray(value) && value.every((item) => typeof item === "string");
  if (typeof field !== "string" || field === "") {
    report(at, "x-mpesa-success has no field");
    return;
  }
  if (!texts(alias)) report(at, "x-mpesa-success.alias is not a list of strings");
  if (!texts(values) || listOf(values).length === 0) report(at, "x-mpesa-success.values is not a list of strings");
  if (typeof optional !== "boolean") report(at, "x-mpesa-success.optional is not true or false");
  if (typeof list !== "boolean") report(at, "x-mpesa-success.list is not true or false");
  for (const key of Object.keys(rest)) report(at, `x-mpesa-success.${key} is not known`);
  const [media] = contentOf(document, objectOf(operation["responses"])["200"]);
  const [accepted] = membersOf(media?.[1]["schema"]);
  const answer = objectOf(dereference(document, accepted));
  for (const name of [field, ...listOf(alias)]) {
    if (!Object.hasOwn(objectOf(answer["properties"]), String(name))) {
      report(at, `x-mpesa-success names ${String(name)}, which the response does not have`);
    }
  }
}

/** Returns the schemas of a body: one schema, or the members of an `anyOf` or `oneOf`. */
function membersOf(schema: Json | undefined): readonly (Json | undefined)[] {
  const { anyOf, oneOf } = objectOf(schema);
  const members = listOf(anyOf ?? oneOf);
  return members.length > 0 ? members : [schema];
}

function lintSecurity(document: JsonObject, operation: JsonObject, at: string, report: Report): void {
  const name = securityOf(document, operation);
  if (name === "") {
    report(at, "has no security");
    return;
  }
  const scheme = objectOf(objectOf(objectOf(document["components"])["securitySchemes"])[name]);
  if (scheme["type"] !== "http" || !["basic", "bearer"].includes(textOf(scheme["scheme"]))) {
    report(at, `security ${name} is not an http scheme basic or bearer`);
  }
}

function lintBodies(document: JsonObject, operation: JsonObject, at: string, method: string, report: Report): void {
  if (method === "post" && operation["requestBody"] === undefined) report(at, "has no requestBody");
  const bodies: [string, Json | undefined][] = objectEntries(operation["responses"]).map(([status, body]) => [
    `${at}.responses.${status}`,
    body,
  ]);
  if (operation["requestBody"] !== undefined) bodies.unshift([`${at}.requestBody`, operation["requestBody"]]);
  if (objectOf(operation["responses"])["200"] === undefined) report(at, "has no response 200");
  for (const [path, body] of bodies) {
    const needed = !/\.responses\.[^2]/.test(path);
    const content = contentOf(document, body);
    if (needed && content.length === 0) report(path, "has no content");
    for (const [type, media] of content) {
      const schema = media["schema"];
      const named = path.endsWith(".requestBody") ? [schema] : membersOf(schema);
      if (named.some((member) => schemaName(member) === undefined)) {
        report(`${path}.content.${type}`, "the schema is not a $ref to a named schema");
      }
    }
    // Daraja also sends errors with status 200, and the type must remind developers of these errors.
    if (path.endsWith(".responses.200") && content.length > 0 && !schemaNames(document, body).includes(errorSchema))
      report(path, `does not allow ${errorSchema}, which Daraja also sends with status 200`);
  }
}

function lintCallbacks(
  document: JsonObject,
  operation: JsonObject,
  at: string,
  webhooks: ReadonlySet<string>,
  report: Report,
): void {
  const [media] = contentOf(document, operation["requestBody"]);
  const request = objectOf(dereference(document, media?.[1]["schema"]));
  for (const { name, expression, post } of callbackEntries(operation)) {
    const path = `${at}.callbacks.${name}`;
    const field = urlFieldOf(expression);
    if (field === "") report(path, `${expression} is not of the form {$request.body#/Field}`);
    else if (!isObject(objectOf(request["properties"])[field])) report(path, `${field} is not a field of the request`);
    const [schema, ...more] = schemaNames(document, post["requestBody"]);
    if (schema === undefined || more.length > 0) report(path, "its body is not a $ref to one named schema");
    else if (!webhooks.has(schema)) report(path, `no webhook has the schema ${schema}`);
  }
}
