import openapiTS, { astToString, type OpenAPI3, type OpenAPITSOptions } from "openapi-typescript";
import ts from "typescript";
import {
  dereference,
  isObject,
  type Json,
  type JsonObject,
  listOf,
  objectEntries,
  objectOf,
  textsOf,
  without,
} from "./json.ts";
import { schemasOf } from "./model.ts";
import { banner } from "./text.ts";

/** Generates schema.ts, the literal types of the document, with openapi-typescript. */
export async function generateSchema(document: JsonObject): Promise<string> {
  const plain = describeReferences(document, withoutExamples(document));
  const nodes = await openapiTS(plain as unknown as OpenAPI3, {
    alphabetize: false,
    immutable: false,
    // The server fills in a default, so the caller does not have to send the key.
    defaultNonNullable: false,
    silent: true,
    transform: (schema) => openString(schema as unknown as Json),
  } satisfies OpenAPITSOptions);
  const body = astToString(nodes);
  const needsHelper = /\bOpenString</.test(body);
  const head = needsHelper ? 'import type { OpenString } from "../open-string.ts";\n\n' : "";
  return `${banner("spec/openapi.yml")}\n${head}${body.trimEnd()}\n`;
}

/** Returns the document without examples, because examples are not part of a type. */
function withoutExamples(document: JsonObject): JsonObject {
  return without(document, (key, value) => key === "examples" && isObject(value)) as JsonObject;
}

/**
 * Copies the description of a referenced schema to a property that is only a `$ref`, so that editors show the
 * description.
 */
function describeReferences(document: JsonObject, plain: JsonObject): JsonObject {
  for (const [, schema] of schemasOf(plain)) {
    for (const [, property] of objectEntries(schema["properties"])) {
      const target = objectOf(dereference(document, property));
      if (property["$ref"] !== undefined && target["description"] !== undefined) {
        property["description"] ??= target["description"];
      }
    }
  }
  return plain;
}

function openString(schema: Json): ts.TypeNode | undefined {
  if (!isObject(schema) || schema["x-extensible-enum"] === undefined) return undefined;
  const { factory } = ts;
  const literals = textsOf(schema["x-extensible-enum"]).map((value) =>
    factory.createLiteralTypeNode(factory.createStringLiteral(value)),
  );
  const types = Array.isArray(schema["type"]) ? listOf(schema["type"]) : [schema["type"] ?? "string"];
  const members = types.map((type) => {
    if (type === "string")
      return factory.createTypeReferenceNode("OpenString", [factory.createUnionTypeNode(literals)]);
    if (type === "null") return factory.createLiteralTypeNode(factory.createNull());
    if (type === "boolean") return factory.createKeywordTypeNode(ts.SyntaxKind.BooleanKeyword);
    return factory.createKeywordTypeNode(ts.SyntaxKind.NumberKeyword);
  });
  return members.length === 1 ? members[0] : factory.createUnionTypeNode(members);
}
