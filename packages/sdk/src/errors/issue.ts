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
    if (value === 0) return "zero";
    const kind = Number.isInteger(value) ? "integer" : "number with decimals";
    if (value < 0) return `a negative ${kind}`;
    return Number.isInteger(value) ? `an ${kind}` : `a ${kind}`;
  }
  if (Array.isArray(value)) return `an array of ${value.length}`;
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

/** A sentence about each issue, and how to fix it. */
export function describeIssues(issues: readonly Issue[]): string {
  return issues
    .map(({ field, received, rule, fix }) => {
      const unknown = /^is an unknown (\w+)$/.exec(rule);
      const sentence = unknown ? `Unknown ${unknown[1]} \`${field}\`.` : `\`${field}\` ${rule}; got ${received}.`;
      return `${sentence} ${fix}`;
    })
    .join(" ");
}
