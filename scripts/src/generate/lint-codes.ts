import { type JsonObject, listOf, objectEntries, objectOf, textOf, textsOf } from "./json.ts";
import type { Spec } from "./load.ts";
import { operationsOf, schemasOf } from "./model.ts";
import type { Problem } from "./problem.ts";

/** Returns the problems of codes.yml that its schema cannot find. */
export function lintCodes(spec: Spec): Problem[] {
  const file = `${spec.label}/codes.yml`;
  const problems: Problem[] = [];
  const report = (path: string, reason: string): void => {
    problems.push({ file, path, reason });
  };

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
      const variants = listOf(entry["variants"]).map(objectOf);
      for (const [at, variant] of variants.entries()) {
        const place = `${path}.variants[${at}]`;
        check(variant, place);
        const before = variants.slice(0, at).find((earlier) => covers(earlier, variant));
        if (before) report(place, `is never reached: ${textOf(before["name"])} before it matches all that it matches`);
      }
    }
  }
  for (const key of Object.keys(messages)) {
    if (!shown.has(key)) report(`customerMessages.${key}`, "no code refers to it");
  }
  return problems;
}

/** Returns true if the earlier variant matches every message that the later variant matches. */
function covers(earlier: JsonObject, later: JsonObject): boolean {
  const match = textOf(earlier["match"]).toLowerCase();
  const wanted = textOf(later["match"]).toLowerCase();
  const operations = textsOf(earlier["operations"]);
  const all = operations.length === 0;
  const theirs = textsOf(later["operations"]);
  const everywhere = all || (theirs.length > 0 && theirs.every((id) => operations.includes(id)));
  return everywhere && (match === "" ? wanted === "" : wanted.includes(match));
}
