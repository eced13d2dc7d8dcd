import { invalid, type Parsed, type Parser, valid } from "./schema.ts";

/** What the spec says of a number field. */
export interface NumberLimits {
  readonly minimum?: number;
  readonly maximum?: number;
}

/** What the spec says of a text field; lengths count characters. */
export interface TextLimits {
  readonly minLength?: number;
  readonly maxLength?: number;
}

/** Whole shillings within the product's limits. Nothing is rounded: the caller corrects a wrong amount. */
export function amount({ minimum = 1, maximum }: NumberLimits): (value: unknown) => Parsed<number> {
  return (value) => {
    if (typeof value !== "number") return invalid(value, integerRule(minimum, maximum), "Pass a number.");
    // A larger one is no exact number any more, and the wire would say 1e+21.
    if (value > Number.MAX_SAFE_INTEGER)
      return invalid(value, integerRule(minimum, maximum), "Pass a number that JavaScript represents exactly.");
    if (!Number.isInteger(value))
      return invalid(value, integerRule(minimum, maximum), "Round the amount before the call: M-Pesa has no cents.");
    if (value < minimum || value > (maximum ?? value))
      return invalid(value, integerRule(minimum, maximum), "Split, raise or lower the amount.");
    return valid(value);
  };
}

/** An integer that counts something. */
export function integer(minimum: number, maximum: number | undefined, fix: string): (value: unknown) => Parsed<number> {
  return (value) =>
    typeof value === "number" && Number.isSafeInteger(value) && value >= minimum && value <= (maximum ?? value)
      ? valid(value)
      : invalid(value, integerRule(minimum, maximum), fix);
}

function integerRule(minimum: number, maximum: number | undefined): string {
  return maximum === undefined
    ? `must be an integer of at least ${digits(minimum)}`
    : `must be an integer from ${digits(minimum)} to ${digits(maximum)}`;
}

/** A number with commas between its thousands. */
export function digits(number: number): string {
  return String(number).replace(/\B(?=(?:\d{3})+$)/g, ",");
}

/** A string of the length that the wire takes. It is sent as it is, never cut. */
export function text({ minLength = 1, maxLength }: TextLimits = {}): (value: unknown) => Parsed<string> {
  return (value) => {
    if (typeof value !== "string") return invalid(value, lengthRule(minLength, maxLength), "Pass a string.");
    if (!value.isWellFormed())
      return invalid(
        value,
        "must be well-formed Unicode",
        "Check where the string was cut: it contains half of a character.",
      );
    if (minLength > 0 && value.trim() === "")
      return invalid(value, lengthRule(minLength, maxLength), "Fill it: it is empty or only whitespace.");
    // Characters are at most as many as UTF-16 units.
    const length = value.length <= (maxLength ?? value.length) && minLength <= 1 ? value.length : [...value].length;
    if (length > (maxLength ?? length))
      return invalid(value, lengthRule(minLength, maxLength), "Shorten it: the SDK never cuts a string.");
    if (length < minLength) return invalid(value, lengthRule(minLength, maxLength), "Lengthen it.");
    return valid(value);
  };
}

function lengthRule(minLength: number, maxLength: number | undefined): string {
  return maxLength === undefined
    ? `must be a string of at least ${minLength} characters`
    : `must be a string of ${minLength} to ${maxLength} characters`;
}

/** The caller's ID of a request, or a new one. */
export function ownId(limits: TextLimits): Parser<string> {
  const parse = text(limits);
  return (value) => parse(value ?? crypto.randomUUID());
}

/** One of a closed set of strings. */
export function choice<const T extends string>(choices: readonly T[], fix: string): (value: unknown) => Parsed<T> {
  return (value) => {
    const found = choices.find((one) => one === value);
    if (found !== undefined) return valid(found);
    return invalid(value, `must be ${choices.map((one) => `"${one}"`).join(" or ")}`, fix);
  };
}
