import type { JsonObject } from "./json.ts";
import { objectEntries, objectOf, schemaName, textsOf } from "./json.ts";
import { environmentsOf, operationsOf, schemasOf } from "./model.ts";
import { banner, jsDoc, literal } from "./text.ts";

/** platform.ts: facts that belong to no operation, one export each. */
export function generatePlatform(document: JsonObject, comments: ReadonlyMap<string, string>): string {
  const parts = Object.entries(objectOf(document["x-mpesa-platform"])).map(([name, value]) => {
    const comment =
      comments.get(name) ?? `Platform fact \`${name}\`, from \`x-mpesa-platform\` of the OpenAPI document.`;
    const source = literal(value, 0, (path) => comments.get(`${name}.${path}`));
    const assertion = value !== null && value !== undefined ? " as const" : "";
    return `${jsDoc(comment)}export const ${name} = ${source}${assertion};\n`;
  });
  const safe = operationsOf(document).filter(({ retry }) => retry === "safe");
  return `${banner("spec/openapi.yml")}
/** The base URL of each environment. */
export const environments = ${literal(environmentsOf(document))} as const;

/** The name of an environment. */
export type Environment = keyof typeof environments;

/** The operations that may be repeated: they read, or repeat harmlessly. */
export const safeOperations = ${literal(safe.map(({ id }) => id))} as const;

/** The operations that an initiator signs, each with the field of its request that names the initiator. */
export const initiatorFields = ${literal(initiatorFieldsOf(document))} as const;

${parts.join("\n")}`;
}

/** Those whose request must have a SecurityCredential. The field of the name differs between products. */
function initiatorFieldsOf(document: JsonObject): Record<string, string> {
  const schemas = new Map(schemasOf(document));
  const signed = operationsOf(document).flatMap(({ id, request }): [string, string][] => {
    const schema = schemas.get(request ?? "");
    const required = textsOf(schema?.["required"]);
    const fieldOf = (name: string): string | undefined =>
      objectEntries(schema?.["properties"]).find(
        ([field, property]) => required.includes(field) && schemaName(property) === name,
      )?.[0];
    const field = fieldOf("InitiatorName");
    return field === undefined || fieldOf("SecurityCredential") === undefined ? [] : [[id, field]];
  });
  return Object.fromEntries(signed);
}
