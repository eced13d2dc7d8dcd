import type { Checks } from "./checks.ts";
import { bad } from "./parsed.ts";

/**
 * The parts of an object that says where money goes: `null` is given, and wrong. A name that does not exist is refused,
 * because passing over a typo would send the money to the short code that stands in for what is left out.
 */
export function checkNames(
  checks: Checks,
  field: string,
  value: unknown,
  names: readonly string[],
): { given: Readonly<Record<string, unknown>>; has: (name: string) => boolean } {
  const given: Record<string, unknown> = typeof value === "object" && value !== null ? { ...value } : {};
  for (const name of Object.keys(given)) {
    if (names.includes(name)) continue;
    checks.take(`${field}.${name}`, bad(given[name], "does not exist", `The names are ${names.join(", ")}.`));
  }
  return { given, has: (name) => given[name] !== undefined };
}
