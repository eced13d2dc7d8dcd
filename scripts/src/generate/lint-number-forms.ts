import { Ajv2020 } from "ajv/dist/2020.js";
import { dereference, isObject, type Json, type JsonObject, listOf, objectEntries, textsOf } from "./json.ts";
import type { Spec } from "./load.ts";
import { schemasOf } from "./model.ts";
import type { Problem } from "./problem.ts";

/**
 * Returns the fields that may be a number or a string, but accept a value in one form and reject the same value in the
 * other form. The rule tries values around every limit.
 */
export function lintNumberForms(spec: Spec): Problem[] {
  const file = `${spec.label}/openapi.yml`;
  const ajv = new Ajv2020({ strict: false, validateSchema: false });
  return schemasOf(spec.document).flatMap(([name, schema]) =>
    [...nodesOf(schema, `components.schemas.${name}`)].flatMap(([path, node]) => {
      const forms = formsOf(spec.document, node);
      if (!forms.some(isNumeric) || !forms.some((form) => typesOf(form).includes("string"))) return [];
      const accepts = ajv.compile({ anyOf: [...forms] });
      const value = probesOf(forms).find((probe) => accepts(probe) !== accepts(String(probe)));
      if (value === undefined) return [];
      const [accepted, rejected] = accepts(value) ? ["number", "string"] : ["string", "number"];
      return [{ file, path, reason: `accepts ${value} as a ${accepted} and rejects ${value} as a ${rejected}` }];
    }),
  );
}

/** Yields the schema and every schema inside the schema, each with its path. */
function* nodesOf(node: Json | undefined, path: string): Generator<[string, JsonObject]> {
  if (Array.isArray(node)) for (const [index, item] of node.entries()) yield* nodesOf(item, `${path}[${index}]`);
  if (!isObject(node)) return;
  yield [path, node];
  for (const [name, property] of objectEntries(node["properties"]))
    yield* nodesOf(property, `${path}.properties.${name}`);
  for (const key of ["items", "anyOf", "oneOf", "allOf"]) yield* nodesOf(node[key], `${path}.${key}`);
}

/** Returns the schema, or the members of its `anyOf`. A number with several ranges has an `anyOf`. */
function formsOf(document: JsonObject, node: JsonObject): JsonObject[] {
  const members = listOf(node["anyOf"]);
  const forms = members.length > 0 ? members.map((member) => dereference(document, member)) : [node];
  return forms.filter(isObject);
}

function typesOf({ type }: JsonObject): string[] {
  return typeof type === "string" ? [type] : textsOf(type);
}

function isNumeric(form: JsonObject): boolean {
  return typesOf(form).some((type) => type === "integer" || type === "number");
}

/** Returns the numbers at and next to every limit and every length, and the same numbers with one digit changed. */
function probesOf(forms: readonly JsonObject[]): number[] {
  const limits = forms.flatMap(({ minimum, maximum, enum: values }) => [minimum, maximum, ...listOf(values)]);
  const bases = new Set([0, 1, 0.5, -1]);
  for (const limit of limits.map(Number).filter(Number.isFinite))
    for (const step of [-1, 0, 1]) bases.add(limit + step);
  for (let digits = 1; digits <= 13; digits++) for (const step of [-1, 0, 1]) bases.add(10 ** digits + step);
  const probes = new Set(bases);
  for (const base of bases) {
    const text = String(base);
    for (let at = 0; at < text.length; at++) {
      for (let digit = 0; digit <= 9; digit++) probes.add(Number(`${text.slice(0, at)}${digit}${text.slice(at + 1)}`));
    }
  }
  const integersOnly = forms.filter(isNumeric).every((form) => !typesOf(form).includes("number"));
  const fitting = [...probes].filter((probe) => Number.isFinite(probe) && (!integersOnly || Number.isInteger(probe)));
  return fitting.sort((one, other) => one - other);
}
