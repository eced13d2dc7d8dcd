/** One thing that is wrong with one value. */
export interface Issue {
  /** The option or parameter, as the caller writes it: `payTo.account`. */
  readonly field: string;
  /** The shape of what came, never the value itself: `string of 14 characters`. */
  readonly received: string;
  /** The rule it breaks. */
  readonly rule: string;
  /** What to do. */
  readonly fix: string;
}

/** Describes a value by its shape, so that a secret cannot leak through an error. */
export function shapeOf(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value === null) return "null";
  if (typeof value === "string")
    return value === "" ? "an empty string" : `a string of ${[...value].length} characters`;
  if (typeof value === "number") {
    if (Number.isNaN(value)) return "NaN";
    if (!Number.isFinite(value)) return "an infinite number";
    return `${value < 0 ? "a negative " : value === 0 ? "the number zero" : "a "}${value === 0 ? "" : Number.isInteger(value) ? "whole number" : "number with decimals"}`;
  }
  if (Array.isArray(value)) return `an array of ${value.length}`;
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

/** All issues in one readable line each. */
export function describeIssues(issues: readonly Issue[]): string {
  return issues.map(({ field, received, rule, fix }) => `${field}: ${rule}; got ${received}. ${fix}`).join(" ");
}
