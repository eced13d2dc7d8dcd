import { type JsonObject, listOf, textOf } from "./json.ts";
import { type Operation, schemasOf } from "./model.ts";
import { banner, jsDoc, propertyKey } from "./text.ts";

/** Generates names.ts: one alias for every schema, and the types of the routes for the raw client. */
export function generateNames(document: JsonObject, operations: readonly Operation[]): string {
  const aliases = schemasOf(document).map(
    ([name, schema]) =>
      `${jsDoc(textOf(schema["description"]))}export type ${name} = components["schemas"]["${name}"];\n`,
  );
  const queries = operations.filter(({ query }) => query.length > 0).map(queryInterface);
  const routes = ["GET", "POST"].map((method) => {
    const members = operations.filter((operation) => operation.method === method).map(route);
    const name = method === "GET" ? "RawGetRoutes" : "RawPostRoutes";
    return `/** Every ${method} path of the API, with the types of its request and its responses. */
export interface ${name} {
${members.join("")}}
`;
  });
  return `${banner("spec/openapi.yml")}
import type { components } from "./schema.ts";

${[...aliases, ...queries, ...routes].join("\n")}`;
}

function queryInterface(operation: Operation): string {
  const members = operation.query.map(({ name, description, required, schema }) => {
    const type =
      schema["enum"] === undefined
        ? textOf(schema["type"]).replace("integer", "number") || "string"
        : listOf(schema["enum"])
            .map((value) => JSON.stringify(value))
            .join(" | ");
    return `${jsDoc(description, 2)}  ${propertyKey(name)}${required ? "" : "?"}: ${type};\n`;
  });
  return `/** The query parameters of \`${operation.id}\`. */
export interface ${operation.queryName} {
${members.join("")}}
`;
}

function route(operation: Operation): string {
  const { summary, description, path, query, queryName, request, responses, errors } = operation;
  const members = [`response: ${responses.join(" | ")};`, `error: ${errors.join(" | ") || "never"};`];
  if (request !== null) members.unshift(`body: ${request};`);
  if (query.length > 0) members.unshift(`query: ${queryName};`);
  const text = description === "" ? `${summary}.` : `${summary}.\n\n${description}`;
  return `${jsDoc(text, 2)}  ${JSON.stringify(path)}: {
${members.map((member) => `    ${member}\n`).join("")}  };
`;
}
