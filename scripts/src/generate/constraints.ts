import { dereference, isObject, type Json, type JsonObject, listOf, objectEntries, objectOf, textsOf } from "./json.ts";
import { type Operation, schemasOf } from "./model.ts";
import { banner, literal, lowerFirst } from "./text.ts";

const copied = ["type", "minLength", "maxLength", "minimum", "maximum", "pattern", "format", "enum", "const"];

/** constraints.ts: the limits of every request body and callback reply, field by field. */
export function generateConstraints(document: JsonObject, operations: readonly Operation[]): string {
  const wanted = new Set<string>();
  for (const { request, callbacks } of operations) {
    if (request !== null) wanted.add(request);
    for (const { reply } of callbacks) if (reply !== null) wanted.add(reply);
  }
  const schemas = schemasOf(document).filter(([name]) => wanted.has(name));
  const parts = schemas.map(
    ([name, schema]) => `/** Limits of \`${name}\`. */
export const ${constName(name)} = ${literal(fieldsOf(document, schema))} as const;
`,
  );
  const types = schemas.map(([name]) => `  readonly ${name}: typeof ${constName(name)};\n`).join("");
  const values = schemas.map(([name]) => `  ${name}: ${constName(name)},\n`).join("");
  return `${banner("spec/openapi.yml")}
/** The limits of one field. Lengths count characters; numbers have minimum and maximum, texts the rest. */
export interface FieldConstraints {
  /** True when the field must be sent. */
  readonly required: boolean;
  /** JSON type, or types when the wire takes several. */
  readonly type?: string | readonly string[];
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  /** Source of a regular expression, for the \`u\` flag. */
  readonly pattern?: string;
  readonly format?: string;
  /** The only values allowed. */
  readonly enum?: readonly (string | number | boolean | null)[];
  /** The only value allowed. */
  readonly const?: string | number | boolean;
}

${parts.join("\n")}
/** Every set of limits by the name of its schema. Importing this takes all of them into a bundle. */
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
    // Keywords beside a $ref narrow what it refers to.
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

/** The limits of a field with several forms: every type, and the outermost bounds. The validators know the gaps. */
function merged(forms: readonly JsonObject[]): JsonObject {
  const numbers = (key: string): number[] => forms.flatMap((form) => (key in form ? [Number(form[key])] : []));
  const bounds = { minimum: Math.min(...numbers("minimum")), maximum: Math.max(...numbers("maximum")) };
  return {
    ...Object.assign({}, ...forms),
    type: [...new Set(forms.map(({ type }) => String(type)))],
    ...Object.fromEntries(Object.entries(bounds).filter(([, bound]) => Number.isFinite(bound))),
  };
}
