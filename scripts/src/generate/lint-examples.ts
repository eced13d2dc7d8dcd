import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { dereference, isObject, type Json, type JsonObject, objectEntries, objectOf, schemaName } from "./json.ts";
import { exampleFile } from "./lint-references.ts";
import { dotted } from "./lint-shape.ts";
import type { Spec } from "./load.ts";
import { callbackEntries, contentOf } from "./model.ts";
import type { Problem } from "./problem.ts";

interface Body {
  readonly path: string;
  readonly body: Json | undefined;
  readonly needed: boolean;
  /** True for a request, which may only contain known fields. A response may contain further fields. */
  readonly strict: boolean;
}

/** Returns the examples that are missing or that do not match the schema beside them. */
export function lintExamples(spec: Spec): Problem[] {
  const file = `${spec.label}/openapi.yml`;
  const problems: Problem[] = [];
  const validator = validatorOf(spec.document);
  const checked = new Set<string>();
  for (const { path, body, needed, strict } of bodiesOf(spec.document)) {
    for (const [type, media] of contentOf(spec.document, body)) {
      const examples = objectEntries(media["examples"]);
      const at = `${path}.content.${type}`;
      if (examples.length === 0) {
        if (needed) problems.push({ file, path: at, reason: "has no example" });
        continue;
      }
      const schema = media["schema"] ?? {};
      const label = schemaName(schema) ?? "its schema";
      let validate: ValidateFunction;
      try {
        validate = validator(schema);
      } catch (error) {
        problems.push({ file, path: at, reason: `the schema does not work: ${(error as Error).message}` });
        continue;
      }
      for (const [name, example] of examples) {
        const reference = example["$ref"];
        const key = `${String(reference ?? `${at}.${name}`)} ${JSON.stringify(schema)}`;
        if (checked.has(key)) continue;
        checked.add(key);
        const external = typeof reference === "string" && !reference.startsWith("#");
        const place = external
          ? { file: exampleFile(spec, reference), path: "" }
          : { file, path: `${at}.examples.${name}.` };
        const content = external ? spec.examples.get(reference) : dereference(spec.document, example);
        if (!isObject(content) || content["value"] === undefined) {
          problems.push({ file: place.file, path: `${place.path}value`, reason: "is missing" });
          continue;
        }
        const fields = objectOf(dereference(spec.document, schema))["properties"];
        const keys = strict && isObject(fields) ? Object.keys(objectOf(content["value"])) : [];
        for (const key of keys.filter((one) => !Object.hasOwn(objectOf(fields), one))) {
          problems.push({ file: place.file, path: `${place.path}value`, reason: `${key} is not a field of ${label}` });
        }
        if (!validate(content["value"])) {
          for (const error of validate.errors ?? []) {
            const inside =
              error.instancePath === "" ? "value" : `value.${dotted(error.instancePath, content["value"])}`;
            const detail = error.keyword === "enum" ? `: ${Object(error.params).allowedValues.join(", ")}` : "";
            const reason = `${error.message ?? "is wrong"}${detail} (${label})`;
            problems.push({ file: place.file, path: place.path + inside, reason });
          }
        }
      }
    }
  }
  return problems;
}

function bodiesOf(document: JsonObject): Body[] {
  const bodies: Body[] = [];
  const add = (operation: JsonObject, path: string, callback: boolean): void => {
    if (operation["requestBody"] !== undefined) {
      bodies.push({ path: `${path}.requestBody`, body: operation["requestBody"], needed: true, strict: !callback });
    }
    for (const [status, body] of objectEntries(operation["responses"])) {
      bodies.push({ path: `${path}.responses.${status}`, body, needed: !callback && status === "200", strict: false });
    }
  };
  for (const [path, item] of objectEntries(document["paths"])) {
    for (const [method, operation] of objectEntries(item)) {
      const at = `paths.${path}.${method}`;
      add(operation, at, false);
      for (const { name, post } of callbackEntries(operation)) add(post, `${at}.callbacks.${name}`, true);
    }
  }
  for (const [name, item] of objectEntries(document["webhooks"])) add(objectOf(item["post"]), `webhooks.${name}`, true);
  return bodies;
}

function validatorOf(document: JsonObject): (schema: Json) => ValidateFunction {
  const ajv = new Ajv2020({
    allErrors: true,
    allowUnionTypes: true,
    strictRequired: false,
    strictTypes: false,
    validateSchema: false,
  });
  addFormats.default(ajv);
  ajv.addVocabulary([...extensionsOf(document), "example", "externalDocs", "xml", "discriminator", "components"]);
  ajv.addSchema({ $id: "spec", components: { schemas: objectOf(document["components"])["schemas"] } });
  return (schema) => ajv.compile(absolute(schema) as JsonObject);
}

function extensionsOf(node: Json | undefined, found: Set<string> = new Set()): Set<string> {
  if (Array.isArray(node)) for (const item of node) extensionsOf(item, found);
  else if (isObject(node)) {
    for (const [key, child] of Object.entries(node)) {
      if (key.startsWith("x-")) found.add(key);
      else extensionsOf(child, found);
    }
  }
  return found;
}

function absolute(node: Json): Json {
  if (Array.isArray(node)) return node.map(absolute);
  if (!isObject(node)) return node;
  return Object.fromEntries(
    Object.entries(node).map(([key, child]) => [
      key,
      key === "$ref" && typeof child === "string" ? `spec${child}` : absolute(child ?? null),
    ]),
  );
}
