/** A value of a parsed YAML or JSON file. */
export type Json = null | boolean | number | string | Json[] | JsonObject;

/** An object of a parsed YAML or JSON file. */
export interface JsonObject {
  [key: string]: Json | undefined;
}

/** Returns true for a plain object, and false for an array or null. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Returns the value if it is an object, otherwise an empty object. */
export function objectOf(value: Json | undefined): JsonObject {
  return isObject(value) ? value : {};
}

/** Returns the value if it is a list, otherwise an empty list. */
export function listOf(value: Json | undefined): Json[] {
  return Array.isArray(value) ? value : [];
}

/** Returns the value if it is a string, otherwise an empty string. */
export function textOf(value: Json | undefined): string {
  return typeof value === "string" ? value : "";
}

/** Returns the strings of a list. */
export function textsOf(value: Json | undefined): string[] {
  return listOf(value).filter((item) => typeof item === "string");
}

/** Returns the entries whose values are objects, in the order of the file. */
export function objectEntries(value: Json | undefined): [string, JsonObject][] {
  return Object.entries(objectOf(value)).filter((entry): entry is [string, JsonObject] => isObject(entry[1]));
}

/** Returns the value at a pointer such as `#/a/b`, or undefined if nothing is there. */
export function resolvePointer(root: Json, pointer: string): Json | undefined {
  let node: Json | undefined = root;
  for (const part of pointer.replace(/^#\/?/, "").split("/")) {
    if (part === "") continue;
    const key = decodeURIComponent(part).replaceAll("~1", "/").replaceAll("~0", "~");
    if (Array.isArray(node)) node = node[Number(key)];
    else if (isObject(node) && Object.hasOwn(node, key)) node = node[key];
    else return undefined;
  }
  return node;
}

/** Follows `$ref` inside the document, and returns the first value that is not a reference. */
export function dereference(root: Json, value: Json | undefined): Json | undefined {
  let node = value;
  for (let hops = 0; hops < 20 && isObject(node) && typeof node["$ref"] === "string"; hops += 1) {
    if (!node["$ref"].startsWith("#")) return undefined;
    node = resolvePointer(root, node["$ref"]);
  }
  return node;
}

/** Returns the schema name of a reference to `#/components/schemas/Name`, or undefined for any other value. */
export function schemaName(value: Json | undefined): string | undefined {
  return /^#\/components\/schemas\/([^/]+)$/.exec(textOf(objectOf(value)["$ref"]))?.[1];
}

/**
 * Returns a deep copy without the keys that `drop` selects. The keys of `properties` are wire names and always stay.
 */
export function without(value: Json | undefined, drop: (key: string, value: Json) => boolean, inNames = false): Json {
  if (Array.isArray(value)) return value.map((item) => without(item, drop));
  if (!isObject(value)) return value ?? null;
  const copy: JsonObject = {};
  for (const [key, child] of Object.entries(value)) {
    if (child === undefined || (!inNames && drop(key, child))) continue;
    copy[key] = without(child, drop, !inNames && key === "properties");
  }
  return copy;
}
