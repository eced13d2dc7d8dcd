import { isObject, type Json, resolvePointer } from "./json.ts";
import type { Spec } from "./load.ts";
import type { Problem } from "./problem.ts";

/** The problems that {@link lintReferences} returns. */
export interface ReferenceProblems {
  /** The references whose target does not exist. */
  readonly dangling: readonly Problem[];
  /** The example files without a reference. */
  readonly unused: readonly Problem[];
}

/** Follows every reference of openapi.yml, and returns the problems. */
export function lintReferences(spec: Spec): ReferenceProblems {
  const file = `${spec.label}/openapi.yml`;
  const dangling: Problem[] = [];
  const used = new Set<string>();
  const visit = (node: Json | undefined, path: string): void => {
    if (Array.isArray(node)) {
      for (const [index, item] of node.entries()) visit(item, `${path}[${index}]`);
      return;
    }
    if (!isObject(node)) return;
    const reference = node["$ref"];
    if (typeof reference === "string") {
      const found = reference.startsWith("#")
        ? resolvePointer(spec.document, reference) !== undefined
        : spec.examples.has(reference);
      if (!found) dangling.push({ file, path, reason: `$ref ${reference} leads nowhere` });
      used.add(reference);
    }
    for (const [key, child] of Object.entries(node)) visit(child, path === "" ? key : `${path}.${key}`);
  };
  visit(spec.document, "");
  const unused = [...spec.examples.keys()]
    .filter((name) => !used.has(name))
    .map((name) => ({
      file: exampleFile(spec, name),
      path: "(file)",
      reason: "no $ref in openapi.yml uses this example",
    }));
  return { dangling, unused };
}

/** Returns the path of an example file that a contributor would use. */
export function exampleFile(spec: Spec, name: string): string {
  return name.replace(/^\./, spec.label);
}
