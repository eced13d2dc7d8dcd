import { isObject, type Json, objectOf, textsOf } from "./json.ts";
import type { Spec } from "./load.ts";
import { schemasOf } from "./model.ts";
import type { Problem } from "./problem.ts";

/** Returns the problems of the schemas themselves. */
export function lintSchemas(spec: Spec): Problem[] {
  const file = `${spec.label}/openapi.yml`;
  const problems: Problem[] = [];
  const byLowerCase = new Map<string, string>();
  for (const [name, schema] of schemasOf(spec.document)) {
    const path = `components.schemas.${name}`;
    const report = (at: string, reason: string): void => {
      problems.push({ file, path: at, reason });
    };
    const twin = byLowerCase.get(name.toLowerCase());
    if (twin !== undefined) report(path, `differs from ${twin} only in case`);
    byLowerCase.set(name.toLowerCase(), name);
    if (!/^[A-Z][A-Za-z0-9]*$/.test(name)) report(path, "the name of a schema must be PascalCase");
    if (typeof schema["description"] !== "string") report(path, "has no description");
    visit(schema, path, report);
  }
  return problems;
}

function visit(node: Json | undefined, path: string, report: (path: string, reason: string) => void): void {
  if (Array.isArray(node)) {
    for (const [index, item] of node.entries()) visit(item, `${path}[${index}]`, report);
    return;
  }
  if (!isObject(node)) return;
  if (isObject(node["properties"])) {
    const properties = objectOf(node["properties"]);
    for (const name of textsOf(node["required"])) {
      if (!Object.hasOwn(properties, name)) report(path, `required names ${name}, which is not a property`);
    }
    for (const [name, schema] of Object.entries(properties)) visit(schema, `${path}.properties.${name}`, report);
  }
  const open = node["x-extensible-enum"];
  if (open !== undefined && (!Array.isArray(open) || open.some((value) => typeof value !== "string"))) {
    report(path, "x-extensible-enum is not a list of strings");
  }
  for (const [key, child] of Object.entries(node)) {
    // The parts of an if name properties that are declared outside of the if.
    if (key !== "properties" && key !== "if" && key !== "then" && key !== "else")
      visit(child, `${path}.${key}`, report);
  }
}
