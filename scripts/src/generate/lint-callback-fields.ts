import { type CallbackKind, callbackKindsOf, callbackSignsOf, plainName } from "./callback-kinds.ts";
import { dereference, isObject, type Json, listOf, objectEntries, objectOf, textOf, textsOf } from "./json.ts";
import type { Spec } from "./load.ts";
import { schemasOf } from "./model.ts";
import type { Problem } from "./problem.ts";

/** Returns the names and fields of callback-fields.yml that contradict openapi.yml, its examples, or each other. */
export function lintCallbackFields(spec: Spec): Problem[] {
  const { callbacks, document } = spec;
  const file = `${spec.label}/callback-fields.yml`;
  const problems: Problem[] = [];
  const report = (path: string, reason: string): void => void problems.push({ file, path, reason });
  const groups = objectOf(callbacks["groups"]);
  for (const [kind, content] of objectEntries(callbacks["kinds"])) {
    for (const name of textsOf(content["include"]))
      if (groups[name] === undefined) report(`kinds.${kind}.include`, `group ${name} does not exist`);
  }
  const schemas = new Map(schemasOf(document));
  const everywhere = new Set([...namesIn(document, document), ...[...spec.examples.values()].flatMap(namesOfExample)]);
  const known = new Set([...everywhere].map(plainName));
  for (const kind of callbackKindsOf(callbacks)) {
    const path = `kinds.${kind.kind}`;
    for (const { name, from } of kind.fields)
      for (const wire of from)
        if (!known.has(plainName(wire)))
          report(`${path}.fields.${name}`, `${wire} is the name of nothing in openapi.yml or in an example`);
    const fields = new Set(kind.fields.map(({ name }) => name));
    for (const name of [...kind.expected, ...(kind.identifiedBy === undefined ? [] : [kind.identifiedBy])])
      if (!fields.has(name)) report(path, `${name} is no field of this kind`);
    const schema = schemas.get(kind.schema);
    if (schema === undefined) report(`${path}.schema`, `schema ${kind.schema} does not exist`);
    else
      for (const name of unreadNames(kind, namesIn(document, schema)))
        report(path, `${name} of schema ${kind.schema} feeds no field and is not under untyped`);
  }
  for (const [list, signs] of callbackSignsOf(callbacks))
    for (const [index, sign] of signs.entries())
      for (const name of textsOf(sign["names"]))
        if (!known.has(plainName(name)))
          report(`signs.${list}[${index}]`, `${name} is the name of nothing in openapi.yml or in an example`);
  return problems;
}

/** Returns the names in the schema of a kind that the parser of the kind would ignore. */
function unreadNames({ fields, envelope, lists, untyped }: CallbackKind, names: ReadonlySet<string>): string[] {
  const structure = ["Name", "Key", "Value", ...envelope, ...lists.flatMap(([, list]) => list)];
  const read = new Set([...structure, ...untyped, ...fields.flatMap(({ from }) => from)].map(plainName));
  return [...names].filter((name) => !read.has(plainName(name)));
}

/** Returns every property of a schema and of its references, and every name that its lists may contain. */
function namesIn(root: Json, start: Json): Set<string> {
  const names = new Set<string>();
  const seen = new Set<unknown>();
  const open: (Json | undefined)[] = [start];
  for (let node = open.pop(); open.length > 0 || node !== undefined; node = open.pop()) {
    const value = dereference(root, node);
    if (seen.has(value) || typeof value !== "object" || value === null) continue;
    seen.add(value);
    if (isObject(value)) {
      for (const [name, property] of Object.entries(objectOf(value["properties"]))) {
        names.add(name);
        if (name === "Name" || name === "Key")
          for (const one of textsOf(objectOf(dereference(root, property))["x-extensible-enum"])) names.add(one);
      }
    }
    open.push(...Object.values(value));
  }
  return names;
}

/** Returns the keys of an example, and the names that its lists contain. */
function namesOfExample(value: Json): string[] {
  if (Array.isArray(value)) return value.flatMap(namesOfExample);
  if (!isObject(value)) return [];
  const listed = [textOf(value["Name"]), textOf(value["Key"])].filter((name) => name !== "");
  return [...Object.keys(value), ...listed, ...listOf(Object.values(value) as Json[]).flatMap(namesOfExample)];
}
