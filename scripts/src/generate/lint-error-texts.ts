import {
  dereference,
  isObject,
  type Json,
  type JsonObject,
  listOf,
  objectEntries,
  objectOf,
  textOf,
  textsOf,
} from "./json.ts";
import type { Spec } from "./load.ts";
import { contentOf, operationsOf, schemasOf } from "./model.ts";
import type { Problem } from "./problem.ts";

/** The placeholder for the name of a field in the message of a code. */
const FIELD = "<field>";

/** Returns the error examples that name a field that the request of their operation does not have. */
export function lintErrorTexts(spec: Spec): Problem[] {
  const { document } = spec;
  const schemas = new Map(schemasOf(document));
  const fieldsOf = (request: string | null): string[] =>
    Object.keys(objectOf(schemas.get(request ?? "")?.["properties"]));
  const operations = operationsOf(document);
  const known = new Set(operations.flatMap(({ request }) => fieldsOf(request)));
  const blames = blamingTexts(spec.codes);
  return operations.flatMap(({ path, method, request, query }) => {
    const own = new Set([...fieldsOf(request), ...query.map(({ name }) => name)]);
    const at = `paths.${path}.${method.toLowerCase()}`;
    const { responses } = objectOf(objectOf(objectOf(document["paths"])[path])[method.toLowerCase()]);
    return objectEntries(responses).flatMap(([status, body]) =>
      contentOf(document, body).flatMap(([type, media]) =>
        objectEntries(media["examples"]).flatMap(([name, example]) => {
          const text = messageOf(document, spec, example);
          const words = text.match(/[A-Za-z]+/g) ?? [];
          const blamed = [...words.filter((word) => known.has(word)), ...blames.flatMap((find) => find(text))];
          const foreign = [...new Set(blamed)].filter((field) => !own.has(field));
          const place = `${at}.responses.${status}.content.${type}.examples.${name}`;
          return foreign.map((field) => ({
            file: `${spec.label}/openapi.yml`,
            path: place,
            reason: `names ${field}, which is not a field of the request`,
          }));
        }),
      ),
    );
  });
}

/** Returns one function per message with a placeholder for a field. The function finds the field in a real message. */
function blamingTexts(codes: JsonObject): ((message: string) => string[])[] {
  const entries = objectEntries(codes["scopes"]).flatMap(([, scope]) => listOf(scope["codes"]).map(objectOf));
  const texts = entries.flatMap((entry) => textsOf(entry["texts"])).filter((text) => text.endsWith(FIELD));
  return texts.map((text) => {
    const start = text.slice(0, -FIELD.length);
    return (message) => (message.startsWith(start) ? [message.slice(start.length)] : []);
  });
}

/** Returns the message of an error example, or an empty string for an acceptance. */
function messageOf(document: JsonObject, spec: Spec, example: Json): string {
  const reference = objectOf(example)["$ref"];
  const external = typeof reference === "string" && !reference.startsWith("#");
  const content = external ? spec.examples.get(reference) : dereference(document, example);
  const value = isObject(content) ? objectOf(content["value"]) : {};
  return textOf(value["errorMessage"]) || textOf(objectOf(value["fault"])["faultstring"]);
}
