import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { type Document, isMap, isScalar, type Pair, parseDocument } from "yaml";
import { isObject, type Json, type JsonObject } from "./json.ts";
import { type Problem, SpecError } from "./problem.ts";

/** The spec as read from disk, without any checks. */
export interface Spec {
  /** The name of the folder in messages, such as `spec`. */
  readonly label: string;
  readonly document: JsonObject;
  readonly codes: JsonObject;
  readonly callbacks: JsonObject;
  /** The JSON schema of openapi.yml. */
  readonly openapiSchema: JsonObject;
  /** The JSON schema of codes.yml. */
  readonly codesSchema: JsonObject;
  /** The JSON schema of callback-fields.yml. */
  readonly callbacksSchema: JsonObject;
  /** The example files by their path, relative to the folder, such as `./examples/stk/push.yml`. */
  readonly examples: ReadonlyMap<string, Json>;
  /** The YAML comments before keys of `x-mpesa-platform`, by the path of the key, such as `sandbox.passkey`. */
  readonly platformComments: ReadonlyMap<string, string>;
}

/** The folders to load from. */
export interface LoadOptions {
  readonly specDir: string;
  /** The folder that contains the JSON schemas. */
  readonly schemaDir: string;
}

/** Reads openapi.yml, codes.yml, callback-fields.yml, their schemas and every example. */
export function loadSpec(options: LoadOptions): Spec {
  const label = basename(options.specDir);
  const problems: Problem[] = [];
  const read = (path: string, name: string): Document.Parsed | undefined => {
    const file = `${label}/${name}`;
    if (!existsSync(path)) {
      problems.push({ file, path: "(file)", reason: "does not exist" });
      return undefined;
    }
    const document = parseDocument(readFileSync(path, "utf8"));
    for (const error of document.errors) {
      const [line] = error.message.split("\n");
      problems.push({ file, path: "(file)", reason: `is not YAML: ${(line ?? "").replace(/:$/, "")}` });
    }
    return document;
  };
  const object = (document: Document.Parsed | undefined, name: string): JsonObject => {
    const value: unknown = document === undefined || document.errors.length > 0 ? {} : document.toJS();
    if (isObject(value)) return value;
    problems.push({ file: `${label}/${name}`, path: "(file)", reason: "is not an object" });
    return {};
  };

  const openapi = read(join(options.specDir, "openapi.yml"), "openapi.yml");
  const document = object(openapi, "openapi.yml");
  const codes = object(read(join(options.specDir, "codes.yml"), "codes.yml"), "codes.yml");
  const callbacks = object(
    read(join(options.specDir, "callback-fields.yml"), "callback-fields.yml"),
    "callback-fields.yml",
  );
  const schema = (name: string): JsonObject => object(read(join(options.schemaDir, name), name), name);
  const openapiSchema = schema("openapi.schema.json");
  const codesSchema = schema("codes.schema.json");
  const callbacksSchema = schema("callback-fields.schema.json");
  const examples = new Map<string, Json>();
  for (const name of exampleFiles(options.specDir)) {
    const file = read(join(options.specDir, name), name);
    if (file !== undefined && file.errors.length === 0) examples.set(`./${name}`, file.toJS() as Json);
  }
  if (problems.length > 0) throw new SpecError(problems);
  return {
    label,
    document,
    codes,
    callbacks,
    openapiSchema,
    codesSchema,
    callbacksSchema,
    examples,
    platformComments: commentsOf(openapi),
  };
}

function exampleFiles(specDir: string): string[] {
  const root = join(specDir, "examples");
  if (!existsSync(root)) return [];
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(ya?ml|json)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name).slice(specDir.length).replaceAll("\\", "/").replace(/^\//, ""))
    .sort();
}

function commentsOf(document: Document.Parsed | undefined): Map<string, string> {
  const comments = new Map<string, string>();
  const visit = (node: unknown, path: string): void => {
    if (!isMap(node)) return;
    // The YAML parser attaches the comment before the first key to the map itself.
    let pending = node.commentBefore;
    for (const item of node.items as Pair[]) {
      if (!isScalar(item.key)) continue;
      const key = path === "" ? String(item.key.value) : `${path}.${String(item.key.value)}`;
      const comment = item.key.commentBefore ?? pending;
      pending = undefined;
      if (typeof comment === "string") comments.set(key, comment.replace(/^ +/gm, "").replaceAll("\n", " ").trim());
      visit(item.value, key);
    }
  };
  visit(document?.get("x-mpesa-platform"), "");
  return comments;
}
