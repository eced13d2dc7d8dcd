import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import { isObject, type Json, type JsonObject } from "./generate/json.ts";

/** The OpenAPI document of this repository. */
export const specFile: string = fileURLToPath(new URL("../../spec/openapi.yml", import.meta.url));

/** Reads an OpenAPI document with the example files it refers to put in their places, so that it stands alone. */
export function loadDocument(file: string = specFile): JsonObject {
  const document: unknown = withFiles(read(file), dirname(file));
  if (!isObject(document)) throw new Error(`${file} is not an OpenAPI document`);
  return document;
}

function read(file: string): Json {
  return parse(readFileSync(file, "utf8")) as Json;
}

function withFiles(value: Json | undefined, folder: string): Json {
  if (Array.isArray(value)) return value.map((item) => withFiles(item, folder));
  if (!isObject(value)) return value ?? null;
  const { $ref } = value;
  if (typeof $ref === "string" && !$ref.startsWith("#")) return withFiles(read(resolve(folder, $ref)), folder);
  return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, withFiles(child, folder)]));
}
