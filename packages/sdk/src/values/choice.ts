import { bad, good, type Parsed } from "./parsed.ts";

/** One of a closed set of texts. */
export function parseChoice<T extends string>(value: unknown, choices: readonly T[], fix: string): Parsed<T> {
  const found = choices.find((one) => one === value);
  if (found !== undefined) return good(found);
  return bad(value, `must be ${choices.map((one) => `"${one}"`).join(" or ")}`, fix);
}
