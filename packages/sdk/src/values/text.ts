import { bad, good, type Parsed } from "./parsed.ts";

/** What the spec says of a text field; lengths count characters. */
export interface TextRule {
  readonly minLength?: number;
  readonly maxLength?: number;
}

/** A text of the length the wire takes. It is sent as it is, never cut. */
export function parseText(
  value: unknown,
  { minLength = 1, maxLength = Number.POSITIVE_INFINITY }: TextRule,
): Parsed<string> {
  const limit = Number.isFinite(maxLength)
    ? `of ${minLength} to ${maxLength} characters`
    : `of at least ${minLength} characters`;
  if (typeof value !== "string") return bad(value, `must be a text ${limit}`, "Pass a string.");
  if (!value.isWellFormed())
    return bad(
      value,
      "must be well-formed Unicode",
      "It holds half of a surrogate pair; it was probably cut in the middle of a character.",
    );
  const length = [...value].length;
  if (value.trim() === "" && minLength > 0)
    return bad(value, `must be a text ${limit}`, "It is empty or blank: fill it.");
  if (length > maxLength) return bad(value, `must be a text ${limit}`, "Shorten it; the SDK never cuts a text.");
  if (length < minLength) return bad(value, `must be a text ${limit}`, "Lengthen it.");
  return good(value);
}

/** The same, or nothing. */
export function parseOptionalText(value: unknown, rule: TextRule): Parsed<string | undefined> {
  return value === undefined ? good(undefined) : parseText(value, rule);
}
