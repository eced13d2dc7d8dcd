import type { JsonObject } from "./json.ts";
import { objectEntries, objectOf, schemaName, textsOf } from "./json.ts";
import { environmentsOf, operationsOf, schemasOf } from "./model.ts";
import { banner, jsDoc, literal } from "./text.ts";

/** Generates platform.ts: the facts that belong to no operation, with one export per fact. */
export function generatePlatform(document: JsonObject, comments: ReadonlyMap<string, string>): string {
  const parts = Object.entries(objectOf(document["x-mpesa-platform"])).map(([name, value]) => {
    const comment = comments.get(name) ?? `The value \`${name}\` of \`x-mpesa-platform\` in the OpenAPI document.`;
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

/** The operations that may be sent twice, because the operations only read or because a second request is harmless. */
export const safeOperations = ${literal(safe.map(({ id }) => id))} as const;

/** The operations whose request contains an initiator's credential, with the name of the field for the initiator. */
export const initiatorFields = ${literal(initiatorFieldsOf(document))} as const;

${parts.join("\n")}`;
}

/** Returns the operations that require a SecurityCredential. The field for the initiator differs between products. */
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
