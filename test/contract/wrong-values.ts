import { type Json, type JsonObject, listOf, objectOf, textsOf } from "@mpesa/scripts/json";

/** A value that a schema does not allow, and the rule that it breaks. */
export interface WrongValue {
  readonly rule: string;
  readonly value: Json;
}

/** One wrong value for each rule of a property's schema. @throws Error when the schema has no rule to break. */
export function wrongValues(schema: JsonObject): WrongValue[] {
  if (schema["anyOf"] !== undefined) return wrongInAll(listOf(schema["anyOf"]).map(objectOf));
  const types = typeof schema["type"] === "string" ? [schema["type"]] : textsOf(schema["type"]);
  const { enum: choices, pattern, minLength, maxLength, minimum, maximum } = schema;
  const wrong: WrongValue[] = [];
  if (types.length > 0 && !types.includes("object")) wrong.push({ rule: "type", value: { not: types.join() } });
  if (choices !== undefined) wrong.push({ rule: "enum", value: `not-${String(listOf(choices)[0])}` });
  if (types.includes("string")) {
    if (typeof minLength === "number" && minLength > 0)
      wrong.push({ rule: "minLength", value: "x".repeat(minLength - 1) });
    if (typeof maxLength === "number") wrong.push({ rule: "maxLength", value: "x".repeat(maxLength + 1) });
    if (typeof pattern === "string") wrong.push({ rule: "pattern", value: mismatch(pattern) });
  }
  if (types.includes("integer") || types.includes("number")) {
    if (typeof minimum === "number") wrong.push({ rule: "minimum", value: minimum - 1 });
    if (typeof maximum === "number") wrong.push({ rule: "maximum", value: maximum + 1 });
  }
  if (types.includes("integer")) wrong.push({ rule: "integer", value: (Number(minimum) || 1) + 0.5 });
  if (wrong.length === 0) throw new Error("its schema has no rule that a test could break");
  return wrong;
}

/** What breaks a rule of one form and fits none of the others. */
function wrongInAll(forms: readonly JsonObject[]): WrongValue[] {
  const wrong = forms.flatMap(wrongValues).filter(({ value }) => !forms.some((form) => fits(form, value)));
  return [...new Map(wrong.map((one) => [JSON.stringify(one.value), one])).values()];
}

function fits({ type, minimum, maximum, pattern }: JsonObject, value: Json): boolean {
  if (typeof value === "string") return type === "string" && new RegExp(String(pattern ?? ""), "u").test(value);
  if (type !== "integer" || !Number.isInteger(value)) return false;
  return Number(value) >= Number(minimum ?? value) && Number(value) <= Number(maximum ?? value);
}

function mismatch(pattern: string): string {
  const text = ["?", "", "not it", "0"].find((candidate) => !new RegExp(pattern, "u").test(candidate));
  if (text === undefined) throw new Error(`no text is known that breaks the pattern ${pattern}`);
  return text;
}
