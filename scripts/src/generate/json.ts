/** A value as YAML or JSON gives it. */
export type Json = null | boolean | number | string | Json[] | JsonObject;

/** An object as YAML or JSON gives it. */
export interface JsonObject {
  [key: string]: Json | undefined;
}

/** True for a plain object, false for arrays and null. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The value as an object, or an empty one. */
export function objectOf(value: Json | undefined): JsonObject {
  return isObject(value) ? value : {};
}

/** The value as a list, or an empty one. */
export function listOf(value: Json | undefined): Json[] {
  return Array.isArray(value) ? value : [];
}

/** The value as text, or the empty text. */
export function textOf(value: Json | undefined): string {
  return typeof value === "string" ? value : "";
}

/** The texts of a list. */
export function textsOf(value: Json | undefined): string[] {
  return listOf(value).filter((item) => typeof item === "string");
}

/** The entries whose values are objects, in the order of the file. */
export function objectEntries(value: Json | undefined): [string, JsonObject][] {
  return Object.entries(objectOf(value)).filter((entry): entry is [string, JsonObject] => isObject(entry[1]));
}

/** Follows a `#/a/b` pointer, or gives undefined where it leads nowhere. */
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

/** Follows `$ref` inside the document until something else is found. */
export function dereference(root: Json, value: Json | undefined): Json | undefined {
  let node = value;
  for (let hops = 0; hops < 20 && isObject(node) && typeof node["$ref"] === "string"; hops += 1) {
    if (!node["$ref"].startsWith("#")) return undefined;
    node = resolvePointer(root, node["$ref"]);
  }
  return node;
}

/** The schema name behind `#/components/schemas/Name`, or undefined for anything else. */
export function schemaName(value: Json | undefined): string | undefined {
  return /^#\/components\/schemas\/([^/]+)$/.exec(textOf(objectOf(value)["$ref"]))?.[1];
}

/** A deep copy without the keys that `drop` names; a key of `properties` is a name on the wire and always stays. */
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
