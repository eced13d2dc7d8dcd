/** What stands where a secret was. */
export const BLANK = "•••";

const secrets = ["SecurityCredential", "Password", "access_token"];
const names = new Set(secrets.map((name) => name.toLowerCase()));
/** A secret and its value in what is no JSON: cut short, or a form. */
const inText = new RegExp(`(${secrets.join("|")})([\\\\"'\\s]*[:=][\\\\"'\\s]*)[^\\\\"'\\s&,}]+`, "gi");

/** What a person may look at: a copy of everything, with the secrets blanked, however deep they lie. */
export function blank(value: unknown): unknown {
  if (typeof value === "string") return value.replace(inText, `$1$2${BLANK}`);
  if (Array.isArray(value)) return value.map(blank);
  if (typeof value !== "object" || value === null) return value ?? null;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, names.has(key.toLowerCase()) ? BLANK : blank(inner)]),
  );
}
