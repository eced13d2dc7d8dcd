import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient } from "@hey-api/openapi-ts";
import { type Node, Project, SyntaxKind } from "ts-morph";
import type { JsonObject } from "./json.ts";
import { isObject, objectEntries, objectOf, textsOf, without } from "./json.ts";
import { schemasOf } from "./model.ts";
import { banner, jsDoc, lowerFirst } from "./text.ts";

/** The output of hey-api: valibot schemas, and types that are compared with the types of openapi-typescript. */
export interface HeyApiOutput {
  readonly validators: string;
  readonly types: string;
}

/** Runs hey-api in a temporary folder, and returns its types and validators. */
export async function generateValidators(document: JsonObject): Promise<HeyApiOutput> {
  const folder = mkdtempSync(join(tmpdir(), "generate-"));
  try {
    await createClient({
      // Operations and webhooks only refer to the schemas. Omit both, so that hey-api generates only the schemas.
      input: {
        openapi: document["openapi"],
        info: document["info"],
        paths: {},
        components: { schemas: plainSchemas(document) },
      } as never,
      output: { path: folder, clean: false, entryFile: false, postProcess: [], tsConfigPath: null },
      logs: { level: "silent", file: false },
      plugins: [
        "@hey-api/typescript",
        {
          name: "valibot",
          definitions: { name: (name: string) => validatorName(name), case: "preserve" },
          requests: false,
          responses: false,
          webhooks: false,
        },
      ],
    });
    const read = (name: string): string => readFileSync(join(folder, name), "utf8");
    return { validators: takeValidators(document, read("valibot.gen.ts")), types: takeTypes(read("types.gen.ts")) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** `StkCallback` → `stkCallbackSchema`. */
export function validatorName(schema: string): string {
  return `${lowerFirst(schema)}Schema`;
}

/** Returns the schemas without defaults, because a default would make a validator change the checked value. */
function plainSchemas(document: JsonObject): JsonObject {
  const schemas = objectOf(document["components"])["schemas"];
  const copy: JsonObject = {};
  for (const [name, schema] of Object.entries(objectOf(schemas))) {
    copy[name] = without(schema, (key, value) => key === "default" || (key === "examples" && isObject(value)));
  }
  return copy;
}

interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

function takeValidators(document: JsonObject, source: string): string {
  const file = new Project({ useInMemoryFileSystem: true }).createSourceFile("validators.ts", source);
  const edits: Edit[] = [];
  const replace = (node: Node, text: string): void => {
    edits.push({ start: node.getStart(), end: node.getEnd(), text });
  };
  const descriptions = new Map(
    schemasOf(document).map(([name, schema]) => [name, String(schema["description"] ?? "")]),
  );
  const names = new Map([...descriptions.keys()].map((name) => [validatorName(name), name]));
  const types: string[] = [];
  for (const statement of file.getVariableStatements()) {
    const [declaration] = statement.getDeclarations();
    const schema = names.get(declaration?.getName() ?? "");
    if (declaration === undefined || schema === undefined) {
      throw new Error(`hey-api made a validator that belongs to no schema: ${statement.getText().slice(0, 80)}`);
    }
    types.push(schema);
    const docs = jsDoc(`Checks a {@link ${schema}} and keeps unknown keys. ${descriptions.get(schema) ?? ""}`);
    edits.push({ start: statement.getStart(true), end: statement.getStart(), text: docs });
    const typeNode = declaration.getTypeNode();
    const end = typeNode?.getEnd() ?? declaration.getNameNode().getEnd();
    edits.push({ start: declaration.getNameNode().getEnd(), end, text: `: v.GenericSchema<unknown, ${schema}>` });
    const checks = conditions(new Map(schemasOf(document)).get(schema) ?? {});
    const initializer = declaration.getInitializer();
    if (initializer === undefined) throw new Error(`hey-api made no value for ${schema}`);
    const [open, close] = checks.length > 0 ? ["v.pipe(", `, ${checks.join(", ")})`] : ["", ""];
    // A bundler leaves out a pure call whose result nobody uses, with all that stands inside.
    edits.push({ start: initializer.getStart(), end: initializer.getStart(), text: `/*#__PURE__*/ (() => ${open}` });
    edits.push({ start: initializer.getEnd(), end: initializer.getEnd(), text: `${close})()` });
  }
  if (types.length !== names.size) {
    const missing = [...names.values()].filter((name) => !types.includes(name));
    throw new Error(`hey-api made no validator for ${missing.join(", ")}`);
  }
  for (const literal of file.getDescendantsOfKind(SyntaxKind.StringLiteral)) {
    replace(literal, JSON.stringify(literal.getLiteralValue()));
  }
  // A pattern in JSON Schema is always a Unicode regular expression.
  for (const pattern of file.getDescendantsOfKind(SyntaxKind.RegularExpressionLiteral)) {
    if (!/u[a-z]*$/.test(pattern.getText())) replace(pattern, `${pattern.getText()}u`);
  }
  for (const call of file.getDescendantsOfKind(SyntaxKind.CallExpression)) {
    const callee = call.getExpressionIfKind(SyntaxKind.PropertyAccessExpression)?.getNameNode();
    // Daraja may add keys to responses and callbacks, and the check must keep these keys.
    if (callee?.getText() === "object") replace(callee, "looseObject");
    // With exactOptionalPropertyTypes, an optional key is absent and never undefined.
    if (callee?.getText() === "optional") replace(callee, "exactOptional");
    if (callee?.getText() === "nullish") {
      replace(callee, "exactOptional(v.nullable");
      edits.push({ start: call.getEnd(), end: call.getEnd(), text: ")" });
    }
  }
  const [importLine] = file.getImportDeclarations();
  if (importLine === undefined) throw new Error("hey-api's validators import nothing");
  edits.push({
    start: 0,
    end: importLine.getEnd(),
    text: `${banner("spec/openapi.yml")}
import * as v from "valibot";
import type {
${[...types]
  .sort()
  .map((name) => `  ${name},\n`)
  .join("")}} from "./names.ts";`,
  });
  return `${halveIndent(apply(source, edits)).trimEnd()}\n`;
}

/** Generates a check for each field that `then` names, because hey-api ignores `if` and `then`. */
function conditions(schema: JsonObject): string[] {
  const [condition] = objectEntries(objectOf(schema["if"])["properties"]);
  if (condition === undefined) return [];
  const [field, { const: value }] = condition;
  const absent = textsOf(objectOf(schema["if"])["required"]).includes(field) ? "" : `body.${field} === undefined || `;
  const holds = `${absent}body.${field} === ${JSON.stringify(value)}`;
  const rule = objectOf(schema["then"]);
  const check = (name: string, needs: string, message: string): string =>
    `v.forward(v.check((body) => !(${holds}) || ${needs}, ${JSON.stringify(message)}), [${JSON.stringify(name)}])`;
  const when = `when ${field} is ${value === "" ? "empty" : value}`;
  return [
    ...textsOf(rule["required"]).map((name) => check(name, `body.${name} !== undefined`, `required ${when}`)),
    ...Object.keys(objectOf(rule["properties"])).map((name) => check(name, `!body.${name}`, `must be omitted ${when}`)),
  ];
}

function takeTypes(source: string): string {
  const file = new Project({ useInMemoryFileSystem: true }).createSourceFile("types.ts", source);
  file.getTypeAlias("ClientOptions")?.remove();
  const body = file
    .getFullText()
    .replace(/^\/\/.*\n+/, "")
    .trim();
  return `${banner("spec/openapi.yml")}\n${halveIndent(body)}\n`;
}

function apply(source: string, edits: readonly Edit[]): string {
  // Edits at the same place keep their order. An edit inside another edit is dropped.
  const ordered = edits.map((edit, index) => ({ ...edit, index }));
  ordered.sort((a, b) => a.start - b.start || b.end - a.end || b.index - a.index);
  let result = "";
  let at = 0;
  for (const edit of ordered) {
    if (edit.start < at) continue;
    result += source.slice(at, edit.start) + edit.text;
    at = edit.end;
  }
  return result + source.slice(at);
}

function halveIndent(source: string): string {
  return source.replace(/^(?: {4})+/gm, (spaces) => spaces.slice(spaces.length / 2));
}
