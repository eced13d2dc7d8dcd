import { Ajv2020 } from "ajv/dist/2020.js";
import { type JsonObject, listOf, objectEntries, objectOf, textOf, textsOf } from "./json.ts";
import type { Spec } from "./load.ts";
import { operationsOf, schemasOf } from "./model.ts";
import type { Problem } from "./problem.ts";

/** What is wrong with codes.yml. */
export function lintCodes(spec: Spec): Problem[] {
  const file = `${spec.label}/codes.yml`;
  const problems: Problem[] = [];
  const report = (path: string, reason: string): void => {
    problems.push({ file, path, reason });
  };

  const validate = new Ajv2020({ strict: false, allErrors: true }).compile(spec.codesSchema);
  if (!validate(spec.codes)) {
    for (const error of validate.errors ?? []) {
      // The branches of an if or oneOf say the same thing less clearly.
      if (error.keyword === "if") continue;
      const detail = Object.values(error.params)
        .filter((value) => typeof value === "string")
        .join(", ");
      report(dotted(error.instancePath), `${error.message ?? "is wrong"}${detail === "" ? "" : ` (${detail})`}`);
    }
  }

  const messages = objectOf(spec.codes["customerMessages"]);
  const shown = new Set<string>();
  const operations = new Set(operationsOf(spec.document).map(({ id }) => id));
  const taken = new Map(schemasOf(spec.document).map(([name]) => [name, `schema ${name}`]));
  for (const [scope, content] of objectEntries(spec.codes["scopes"])) {
    const constName = textOf(content["const"]);
    const owner = taken.get(constName);
    if (owner !== undefined) report(`scopes.${scope}.const`, `${constName} is already the name of ${owner}`);
    taken.set(constName, `scope ${scope}`);

    const codes = new Map<string, string>();
    const names = new Map<string, string>();
    const check = (entry: JsonObject, path: string): void => {
      unique(names, textOf(entry["name"]), path, "name");
      const message = textOf(entry["customer"]);
      if (message !== "" && !Object.hasOwn(messages, message))
        report(path, `customer message ${message} is not in customerMessages`);
      shown.add(message);
      for (const id of textsOf(entry["operations"])) {
        if (!operations.has(id)) report(path, `operation ${id} is not in openapi.yml`);
      }
    };
    const unique = (seen: Map<string, string>, value: string, path: string, what: string): void => {
      const first = seen.get(value);
      if (value !== "" && first !== undefined) report(path, `${what} ${value} is already used by ${first}`);
      else seen.set(value, path);
    };
    for (const [index, item] of listOf(content["codes"]).entries()) {
      const entry = objectOf(item);
      const path = `scopes.${scope}.codes[${index}]`;
      unique(codes, textOf(entry["code"]), path, "code");
      check(entry, path);
      for (const [at, variant] of listOf(entry["variants"]).entries()) {
        check(objectOf(variant), `${path}.variants[${at}]`);
      }
    }
  }
  for (const key of Object.keys(messages)) {
    if (!shown.has(key)) report(`customerMessages.${key}`, "no code refers to it");
  }
  return problems;
}

/** `/scopes/stk/codes/3` → `scopes.stk.codes[3]`. */
export function dotted(pointer: string): string {
  const path = pointer
    .slice(1)
    .replaceAll("~1", "/")
    .replace(/\/(\d+)(?=\/|$)/g, "[$1]")
    .replaceAll("/", ".");
  return path === "" ? "(file)" : path;
}
