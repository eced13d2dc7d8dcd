/** A list, also one that is written as text, as in `"[[]]"`; `undefined` for anything else. */
export function asList(value: unknown): readonly unknown[] | undefined {
  if (Array.isArray(value)) return value;
  if (typeof value !== "string" || !value.trimStart().startsWith("[")) return undefined;
  try {
    return JSON.parse(value) as readonly unknown[];
  } catch {
    return undefined;
  }
}
