/** A problem with one value. */
export interface Issue {
  /** Name of the option or parameter, as the caller writes the name, such as `payTo.account`. */
  readonly field: string;
  /** Description of the received value, such as `a string of 14 characters`, but never the value itself. */
  readonly received: string;
  /**
   * The rule that the value breaks, as the end of a sentence that begins with the field, such as `must be a string`.
   */
  readonly rule: string;
  /** Advice on how to correct the value. */
  readonly fix: string;
}

/** Describes a value without showing the value, so that no error contains a secret. */
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

/** Returns the sentences of an error's message that describe its issues. */
export function describeIssues(issues: readonly Issue[]): string {
  return issues
    .map(({ field, received, rule, fix }) => {
      const unknown = /^is an unknown (\w+)$/.exec(rule);
      const sentence = unknown ? `Unknown ${unknown[1]} \`${field}\`.` : `\`${field}\` ${rule}; got ${received}.`;
      return `${sentence} ${fix}`;
    })
    .join(" ");
}
