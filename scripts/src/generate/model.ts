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
} from "./json.ts";
import { upperFirst } from "./text.ts";

/** The HTTP methods that the generators support. openapi.yml may use no other methods. */
export const methods: readonly string[] = ["get", "post"];

/** An operation in a flat form for the generators. The spec must have no problems. */
export interface Operation {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly summary: string;
  readonly product: string;
  readonly description: string;
  readonly auth: string;
  readonly retry: string;
  readonly success: JsonObject;
  readonly codeScope: string;
  readonly evidence: string;
  readonly environments: readonly string[];
  readonly rateLimit: JsonObject | null;
  readonly query: readonly QueryParameter[];
  readonly queryName: string;
  readonly request: string | null;
  /** The schema of an acceptance, which is the first of {@link responses}. */
  readonly response: string;
  /** The schemas of every response with a 2xx status, including errors. */
  readonly responses: readonly string[];
  readonly errors: readonly string[];
  readonly callbacks: readonly Callback[];
}

interface QueryParameter {
  readonly name: string;
  readonly description: string;
  readonly required: boolean;
  readonly schema: JsonObject;
}

interface Callback {
  readonly name: string;
  readonly urlField: string;
  readonly schema: string;
  readonly reply: string | null;
}

/** Returns every operation in the order of the document. */
export function operationsOf(document: JsonObject): Operation[] {
  return objectEntries(document["paths"]).flatMap(([path, item]) =>
    objectEntries(item)
      .filter(([method]) => methods.includes(method))
      .map(([method, operation]) => operationOf(document, path, method, operation)),
  );
}

/** Returns every schema in the order of the document. */
export function schemasOf(document: JsonObject): [string, JsonObject][] {
  return objectEntries(objectOf(document["components"])["schemas"]);
}

/** Returns the base URL of every environment. */
export function environmentsOf(document: JsonObject): Record<string, string> {
  const servers = listOf(document["servers"]).map(objectOf);
  return Object.fromEntries(servers.map((server) => [textOf(server["x-mpesa-environment"]), textOf(server["url"])]));
}

/** Returns the content objects of a request body or response by media type. */
export function contentOf(document: JsonObject, body: Json | undefined): [string, JsonObject][] {
  return objectEntries(objectOf(dereference(document, body))["content"]);
}

/** The schema of Daraja's own errors, which every response with status 200 may also have. */
export const errorSchema = "DarajaError";

/** Returns the named schemas of a body: one schema, or the members of an `anyOf` or `oneOf`. */
export function schemaNames(document: JsonObject, body: Json | undefined): string[] {
  const names = contentOf(document, body).flatMap(([, media]) => {
    const schema = objectOf(media["schema"]);
    const members = [schema, ...listOf(schema["anyOf"]), ...listOf(schema["oneOf"])];
    return members.map((member) => schemaName(member)).filter((name) => name !== undefined);
  });
  return [...new Set(names)];
}

/** Returns the callbacks of an operation, each with the expression for its URL. */
export function callbackEntries(operation: JsonObject): { name: string; expression: string; post: JsonObject }[] {
  return objectEntries(operation["callbacks"]).flatMap(([name, callback]) =>
    objectEntries(callback).map(([expression, item]) => ({ name, expression, post: objectOf(item["post"]) })),
  );
}

/** Returns the field of the request body that a callback expression names. */
export function urlFieldOf(expression: string): string {
  return /^\{\$request\.body#\/([^/}]+)\}$/.exec(expression)?.[1] ?? "";
}

/** Returns the name of the security scheme that an operation requires, or an empty string. */
export function securityOf(document: JsonObject, operation: JsonObject): string {
  const [requirement] = listOf(operation["security"] ?? document["security"]);
  return Object.keys(objectOf(requirement))[0] ?? "";
}

function operationOf(document: JsonObject, path: string, method: string, operation: JsonObject): Operation {
  const id = textOf(operation["operationId"]);
  const schemes = objectOf(objectOf(document["components"])["securitySchemes"]);
  const responses = objectEntries(operation["responses"]);
  const namesOf = (wanted: (status: string) => boolean): string[] => [
    ...new Set(responses.filter(([status]) => wanted(status)).flatMap(([, body]) => schemaNames(document, body))),
  ];
  const rateLimit = operation["x-mpesa-rate-limit"];
  const accepted = namesOf((status) => status.startsWith("2"));
  return {
    id,
    method: method.toUpperCase(),
    path,
    summary: textOf(operation["summary"]),
    product: textOf(listOf(operation["tags"])[0]),
    description: textOf(operation["description"]),
    auth: textOf(objectOf(schemes[securityOf(document, operation)])["scheme"]),
    retry: textOf(operation["x-mpesa-retry"]),
    success: objectOf(operation["x-mpesa-success"]),
    codeScope: textOf(operation["x-mpesa-code-scope"]),
    evidence: textOf(operation["x-mpesa-evidence"]),
    environments: operation["x-mpesa-environments"]
      ? textsOf(operation["x-mpesa-environments"])
      : Object.keys(environmentsOf(document)),
    rateLimit: rateLimit === undefined ? null : objectOf(rateLimit),
    query: listOf(operation["parameters"])
      .map((parameter) => objectOf(dereference(document, parameter)))
      .filter((parameter) => parameter["in"] === "query")
      .map((parameter) => ({
        name: textOf(parameter["name"]),
        description: textOf(parameter["description"]),
        required: parameter["required"] === true,
        schema: objectOf(dereference(document, parameter["schema"])),
      })),
    queryName: `${upperFirst(id)}Query`,
    request: schemaNames(document, operation["requestBody"])[0] ?? null,
    response: accepted[0] ?? "",
    responses: accepted,
    errors: namesOf((status) => !status.startsWith("2")),
    callbacks: callbackEntries(operation).map(({ name, expression, post }) => ({
      name,
      urlField: urlFieldOf(expression),
      schema: schemaNames(document, post["requestBody"])[0] ?? "",
      reply: schemaNames(document, objectOf(post["responses"])["200"])[0] ?? null,
    })),
  };
}
