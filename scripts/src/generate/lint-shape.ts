import { Ajv2020, type ErrorObject } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { type Json, type JsonObject, resolvePointer } from "./json.ts";
import type { Spec } from "./load.ts";
import type { Problem } from "./problem.ts";

/**
 * Returns the parts of openapi.yml, codes.yml and callback-fields.yml that do not match their schemas, such as misspelt keys.
 */
export function lintShape(spec: Spec): Problem[] {
  return [
    ...breaches(spec.openapiSchema, spec.document).map((one) => ({ file: `${spec.label}/openapi.yml`, ...one })),
    ...breaches(spec.codesSchema, spec.codes).map((one) => ({ file: `${spec.label}/codes.yml`, ...one })),
    ...breaches(spec.callbacksSchema, spec.callbacks).map((one) => ({
      file: `${spec.label}/callback-fields.yml`,
      ...one,
    })),
  ];
}

type Breach = Omit<Problem, "file">;

function breaches(schema: JsonObject, value: Json): Breach[] {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  addFormats.default(ajv);
  const validate = ajv.compile(schema);
  if (validate(value)) return [];
  const errors = validate.errors ?? [];
  const found = errors
    // These errors only repeat that one of the other errors exists.
    .filter(({ keyword, propertyName }) => !["if", "anyOf", "oneOf"].includes(keyword) && propertyName === undefined)
    .map((error) => ({ path: dotted(error.instancePath, value), reason: reasonOf(error, errors, value) }));
  return [...new Map(found.map((one) => [`${one.path} ${one.reason}`, one])).values()];
}

function reasonOf(
  { keyword, instancePath, params, message = "is wrong" }: ErrorObject,
  all: ErrorObject[],
  root: Json,
) {
  const given = JSON.stringify(resolvePointer(root, instancePath));
  switch (keyword) {
    case "additionalProperties":
      return `has the key ${params["additionalProperty"]}, which is not known here`;
    case "propertyNames":
      return `has the key ${params["propertyName"]}, which is malformed`;
    case "enum":
      return `is ${given}, not one of ${(params["allowedValues"] as unknown[]).join(", ")}`;
    case "const": {
      // A choice between several const values fails once for each value.
      const same = all.filter((one) => one.keyword === "const" && one.instancePath === instancePath);
      return `is ${given}, not ${same.length > 1 ? "one of " : ""}${same.map((one) => one.params["allowedValue"]).join(", ")}`;
    }
    case "type":
      return `is ${given ?? "nothing"}, which is not of type ${String(params["type"])}`;
    default:
      return message;
  }
}

/** Converts a pointer to a place in the value, such as `/scopes/stk/codes/3`, to `scopes.stk.codes[3]`. */
export function dotted(pointer: string, value: Json): string {
  let node: Json | undefined = value;
  let path = "";
  for (const part of pointer.split("/").slice(1)) {
    const key = part.replaceAll("~1", "/").replaceAll("~0", "~");
    path += Array.isArray(node) ? `[${key}]` : path === "" ? key : `.${key}`;
    node = resolvePointer(node ?? null, `#/${part}`);
  }
  return path === "" ? "(file)" : path;
}
