import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fieldsOf } from "./constraints.ts";
import type { JsonObject } from "./json.ts";
import { schemasOf } from "./model.ts";
import { SpecError } from "./problem.ts";

/** A JSDoc tag: `@limits`, a schema and its field, and after a colon the limits that this file writes. */
const TAG = /@limits (\w+)\.(\w+)(?:: [^*@\n]*?)?(?=\s*(?:\*\/|@|\n))/g;

/** Returns the hand-written files of a folder that have `@limits` tags, with the current limits of the spec. */
export function documentLimits(document: JsonObject, folder: string): Map<string, string> {
  const fields = new Map(schemasOf(document).map(([name, schema]) => [name, fieldsOf(document, schema)]));
  const documented = new Map<string, string>();
  for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    if (!name.endsWith(".ts")) continue;
    const source = readFileSync(join(folder, name), "utf8");
    const result = source.replace(TAG, (_, schema: string, field: string) => {
      const limits = sentence(fields.get(schema)?.[field] as JsonObject | undefined);
      if (limits !== undefined) return `@limits ${schema}.${field}: ${limits}`;
      const reason = `@limits names ${schema}.${field}, for which the spec has no limits`;
      throw new SpecError([{ file: name, path: `${schema}.${field}`, reason }]);
    });
    if (source.includes("@limits ")) documented.set(name.replaceAll("\\", "/"), result);
  }
  return documented;
}

function sentence(limits: JsonObject | undefined): string | undefined {
  const [minimum, maximum, minLength = 1, maxLength] = ["minimum", "maximum", "minLength", "maxLength"].map(
    (key) => limits?.[key] as number | undefined,
  );
  if (minimum !== undefined)
    return maximum === undefined
      ? `an integer of at least ${commas(minimum)}`
      : `an integer from ${commas(minimum)} to ${commas(maximum)}`;
  return maxLength === undefined ? undefined : `${minLength} to ${maxLength} characters`;
}

function commas(number: number): string {
  return number.toLocaleString("en");
}
