import { dereference, isObject, type Json, type JsonObject, listOf, objectEntries, objectOf, textsOf } from "./json.ts";
import { type Operation, schemasOf } from "./model.ts";
import { banner, literal, lowerFirst } from "./text.ts";

const copied = ["type", "minLength", "maxLength", "minimum", "maximum", "pattern", "format", "enum", "const"];

/** Generates constraints.ts: the limits of every field of the request bodies and of the replies to callbacks. */
export function generateConstraints(document: JsonObject, operations: readonly Operation[]): string {
  const wanted = new Set<string>();
  for (const { request, callbacks } of operations) {
    if (request !== null) wanted.add(request);
    for (const { reply } of callbacks) if (reply !== null) wanted.add(reply);
  }
  const schemas = schemasOf(document).filter(([name]) => wanted.has(name));
  const parts = schemas.map(
    ([name, schema]) => `/** The limits of the fields of \`${name}\`. */
export const ${constName(name)} = ${literal(fieldsOf(document, schema))} as const;
`,
  );
  const types = schemas.map(([name]) => `  readonly ${name}: typeof ${constName(name)};\n`).join("");
  const values = schemas.map(([name]) => `  ${name}: ${constName(name)},\n`).join("");
  return `${banner("spec/openapi.yml")}
/** The limits of one field. Lengths are counted in characters. */
export interface FieldConstraints {
  /** \`true\` if the field is required. */
  readonly required: boolean;
  /** The JSON type of the field, or a list if Daraja accepts several types. */
  readonly type?: string | readonly string[];
  /** The minimum length of a string. */
  readonly minLength?: number;
  /** The maximum length of a string. */
  readonly maxLength?: number;
  /** The minimum of a number. */
  readonly minimum?: number;
  /** The maximum of a number. */
  readonly maximum?: number;
  /** The source of a regular expression with the flag \`u\`, which a string must match. */
  readonly pattern?: string;
  /** The JSON Schema format of a string. */
  readonly format?: string;
  /** The list of allowed values. */
  readonly enum?: readonly (string | number | boolean | null)[];
  /** The only allowed value. */
  readonly const?: string | number | boolean;
}

${parts.join("\n")}
/** The limits of every schema, by the name of the schema. An import of this constant adds all limits to a bundle. */
export const constraints: {
${types}} = {
${values}};
`;
}

function constName(schema: string): string {
  return `${lowerFirst(schema)}Constraints`;
}

/** The limits of a schema, field by field. */
export function fieldsOf(document: JsonObject, schema: JsonObject): JsonObject {
  const required = new Set(textsOf(schema["required"]));
  const fields: JsonObject = {};
  for (const [name, property] of objectEntries(schema["properties"])) {
    const target = dereference(document, property);
    // Keywords beside a $ref narrow the referenced schema.
    fields[name] = { required: required.has(name), ...pick(objectOf(target)), ...pick(property) };
  }
  return fields;
}

function pick(schema: JsonObject): JsonObject {
  if (schema["anyOf"] !== undefined) return merged(listOf(schema["anyOf"]).map(objectOf).map(pick));
  const result: JsonObject = {};
  for (const key of copied) {
    const value: Json | undefined = schema[key];
    if (value !== undefined && !isObject(value)) result[key] = value;
  }
  return result;
}

/**
 * Merges the limits of a field with several forms into every type and the outermost bounds. Only the validators check
 * the gaps between the forms.
 */
function merged(forms: readonly JsonObject[]): JsonObject {
  const numbers = (key: string): number[] => forms.flatMap((form) => (key in form ? [Number(form[key])] : []));
  const bounds = { minimum: Math.min(...numbers("minimum")), maximum: Math.max(...numbers("maximum")) };
  return {
    ...Object.assign({}, ...forms),
    type: [...new Set(forms.map(({ type }) => String(type)))],
    ...Object.fromEntries(Object.entries(bounds).filter(([, bound]) => Number.isFinite(bound))),
  };
}
