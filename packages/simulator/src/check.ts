/** What a value must be, or undefined when it is that; `path` names the value for what lies inside it. */
export type Rule = (value: unknown, path: string) => string | undefined | readonly string[];

/** A text; `hint` says of which kind. */
export const text =
  (hint = "a text that is not empty", fits: (value: string) => boolean = (value) => value !== ""): Rule =>
  (value) =>
    typeof value === "string" && fits(value) ? undefined : hint;

/** A text that may be a secret: the sentence shows nothing of another value than its type. */
export const secret =
  (hint = "a text that is not empty"): Rule =>
  (value, path) =>
    typeof value === "string" && value !== "" ? undefined : [`${path} must be ${hint}${shape(value, true)}`];

export const flag: Rule = (value) => (typeof value === "boolean" ? undefined : "true or false");

/** A finite number between two bounds. */
export const number =
  (least: number, most: number = Number.MAX_SAFE_INTEGER): Rule =>
  (value) =>
    typeof value === "number" && value >= least && value <= most
      ? undefined
      : most === Number.MAX_SAFE_INTEGER
        ? `a number of at least ${least}`
        : `a number from ${least} to ${most}`;

/** A whole number of at least this. */
export const whole =
  (least: number): Rule =>
  (value) =>
    Number.isSafeInteger(value) && (value as number) >= least ? undefined : `a whole number of at least ${least}`;

export const callable: Rule = (value) => (typeof value === "function" ? undefined : "a function");

export const oneOf =
  (...allowed: readonly string[]): Rule =>
  (value) =>
    typeof value === "string" && allowed.includes(value)
      ? undefined
      : allowed.length === 2
        ? allowed.join(" or ")
        : `one of ${allowed.join(", ")}`;

export const list =
  (rule: Rule): Rule =>
  (value, path) =>
    Array.isArray(value) ? value.flatMap((one, at) => wrongWith(one, `${path}[${at}]`, rule)) : "a list";

/** An object with these fields and no others; `needed` must be there. */
export const fields =
  (known: Readonly<Record<string, Rule>>, needed: readonly string[] = []): Rule =>
  (value, path) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return "an object";
    const at = (field: string): string => (path ? `${path}.${field}` : field);
    return [
      ...needed
        .filter((field) => (value as Record<string, unknown>)[field] === undefined)
        .map((field) => `${at(field)} is missing`),
      ...Object.entries(value).flatMap(([field, inner]) => {
        const rule = Object.hasOwn(known, field) ? known[field] : undefined;
        if (!rule) return [`there is no field "${at(field)}" (${meant(field, Object.keys(known))})`];
        return inner === undefined ? [] : wrongWith(inner, at(field), rule);
      }),
    ];
  };

/** @throws TypeError that names the value, what it must be and what it is */
export function check(value: unknown, path: string, rule: Rule): void {
  refuse(wrongWith(value, path, rule));
}

/** Everything that is wrong with a value, each as a sentence that names the field and what it must be. */
export function wrongWith(value: unknown, path: string, rule: Rule): readonly string[] {
  const wrong = rule(value, path);
  if (wrong === undefined) return [];
  return typeof wrong === "string" ? [`${path} must be ${wrong}${shape(value)}`] : wrong;
}

/** @throws TypeError with all sentences */
export function refuse(wrong: readonly string[]): void {
  if (wrong.length > 0) throw new TypeError(wrong.join("; "));
}

function meant(written: string, known: readonly string[]): string {
  const plain = written.toLowerCase();
  const near = known.find((name) => {
    const one = name.toLowerCase();
    const differing = [...one].filter((letter, at) => letter !== plain[at]).length;
    return one.startsWith(plain) || (one.length === plain.length && differing <= 2);
  });
  return near ? `did you mean "${near}"?` : `known are ${known.join(", ")}`;
}

/** A number may be shown unless it stands for a secret; a text may always be one. */
function shape(value: unknown, secretive = false): string {
  if (value === "") return ", not an empty text";
  if (typeof value === "string") return `, not a text of ${value.length} character${value.length === 1 ? "" : "s"}`;
  if (typeof value === "number" && secretive) return ", not a number";
  if (value === null || value === undefined || typeof value === "number") return `, not ${String(value)}`;
  return Array.isArray(value) ? ", not a list" : `, not a value of type ${typeof value}`;
}
