import { bad, good, type Parsed } from "./parsed.ts";

/** What the spec says of a number field. */
export interface NumberRule {
  readonly minimum?: number;
  readonly maximum?: number;
}

/** Whole shillings within the product's limits. Nothing is rounded: a wrong amount is the caller's to correct. */
export function parseAmount(value: unknown, rule: NumberRule): Parsed<number> {
  const { minimum = 1, maximum } = rule;
  const limits = `must be a whole number of shillings from ${minimum}${maximum === undefined ? "" : ` to ${maximum}`}`;
  if (typeof value !== "number") return bad(value, limits, "Pass a number, not a text.");
  // A larger one is no exact number any more, and the wire would say 1e+21.
  if (value > Number.MAX_SAFE_INTEGER) return bad(value, limits, "It is larger than any amount of money.");
  if (!Number.isInteger(value)) return bad(value, limits, "M-Pesa takes no cents: round it in your own way first.");
  if (value < minimum || value > (maximum ?? value)) return bad(value, limits, "Split, raise or lower the amount.");
  return good(value);
}
