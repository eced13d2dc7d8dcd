import type { JsonObject } from "./json.ts";
import { type Operation, schemasOf } from "./model.ts";
import { banner, lowerFirst } from "./text.ts";

const helpers = `/**
 * The keys of a type at every depth. TypeScript can assign two types to each other even if only one has an optional key.
 */
type Keys<T> = T extends string | number | boolean | null | undefined
  ? "value"
  : T extends readonly (infer Item)[]
    ? { item: Keys<Item> }
    : { [K in keyof T]-?: { optional: {} extends Pick<T, K> ? true : false; keys: Keys<Exclude<T[K], undefined>> } };

type IsAny<T> = 0 extends 1 & T ? true : false;
type IsNever<T> = [T] extends [never] ? true : false;
type Mutual<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;

/** \`true\` if both types are equal, and neither type is \`any\` or \`never\`. */
type Agree<A, B> = true extends IsAny<A> | IsAny<B> | IsNever<A> | IsNever<B>
  ? { differ: "one of them is any or never" }
  : Mutual<A, B> extends true
    ? Mutual<Keys<A>, Keys<B>> extends true
      ? true
      : { differ: "keys"; first: Keys<A>; second: Keys<B> }
    : { differ: "types"; first: A; second: B };
`;

/** Generates parity.test-d.ts, which compiles only if openapi-typescript, hey-api and our own generators agree. */
export function generateParity(document: JsonObject, operations: readonly Operation[]): string {
  const schemas = schemasOf(document).map(
    ([name]) => `export const ${lowerFirst(name)}: Agree<components["schemas"]["${name}"], heyApi.${name}> = true;`,
  );
  const routes = operations.flatMap((operation) => {
    const ours = `${operation.method === "GET" ? "RawGetRoutes" : "RawPostRoutes"}["${operation.path}"]`;
    const theirs = `paths["${operation.path}"]["${operation.method.toLowerCase()}"]`;
    const lines = [proof(operation.id, "Response", `${ours}["response"]`, `Content<${theirs}["responses"][200]>`)];
    if (operation.errors.length > 0) {
      lines.push(proof(operation.id, "Error", `${ours}["error"]`, `Content<Refusals<${theirs}["responses"]>>`));
    }
    if (operation.request !== null) {
      lines.push(proof(operation.id, "Body", `${ours}["body"]`, `Content<NonNullable<${theirs}["requestBody"]>>`));
    }
    if (operation.query.length > 0) {
      lines.push(proof(operation.id, "Query", `${ours}["query"]`, `${theirs}["parameters"]["query"]`));
    }
    return lines;
  });
  return `${banner("spec/openapi.yml")}
import type { CodeInfo } from "../../src/generated/codes.ts";
import { codesByScope } from "../../src/generated/codes.ts";
import { constraints, type FieldConstraints } from "../../src/generated/constraints.ts";
import type { RawGetRoutes, RawPostRoutes } from "../../src/generated/names.ts";
import { type OperationId, type OperationInfo, operationTable } from "../../src/generated/operations.ts";
import type { components, paths } from "../../src/generated/schema.ts";
import type * as heyApi from "./heyapi-types.ts";

${helpers}
type Content<T> = T extends { content: infer C } ? C[keyof C] : never;
type Refusals<T> = { [K in keyof T]: K extends 200 ? never : T[K] }[keyof T];

// Every schema: the types of openapi-typescript and of hey-api.
${schemas.join("\n")}

// Every route: the types in names.ts and in schema.ts.
${routes.join("\n")}

// The tables: code that loops over a table can use these wider types.
export const everyOperation: Readonly<Record<OperationId, OperationInfo>> = operationTable;
export const everyCode: Readonly<Record<string, readonly CodeInfo[]>> = codesByScope;
export const everyConstraint: Readonly<Record<string, Readonly<Record<string, FieldConstraints>>>> = constraints;
`;
}

function proof(id: string, part: string, ours: string, theirs: string): string {
  return `export const ${id}${part}Route: Agree<${ours}, ${theirs}> = true;`;
}
