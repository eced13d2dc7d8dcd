import { type Issue, shapeOf } from "../errors/issue.ts";

/** Names that nobody knows: a misspelt one would be ignored, and its default used. */
export function unknownNames(given: object, names: readonly string[], what: "parameter" | "option"): Issue[] {
  const issues: Issue[] = [];
  for (const name of Object.keys(given)) {
    if (names.includes(name)) continue;
    const nearest = nearestNames(name, names).map((one) => `\`${one}\``);
    const fix = nearest.length > 0 ? `Did you mean ${nearest.join(" or ")}?` : `The names are ${names.join(", ")}.`;
    const received = shapeOf((given as Record<string, unknown>)[name]);
    issues.push({ field: shown(name), received, rule: `is an unknown ${what}`, fix });
  }
  return issues;
}

/** What is no identifier may be anything, such as a phone number. */
function shown(name: string): string {
  return /^[a-z_$][\w$]{0,39}$/i.test(name) && !/\d{5}/.test(name) ? name : `(a name of ${name.length} characters)`;
}

/** The same name in another spelling; else those that begin or end with it; else those of the same letters, as in `occassion`. */
function nearestNames(name: string, names: readonly string[]): string[] {
  const plain = plainOf(name);
  if (plain === "") return [];
  const isNear = [
    (other: string) => other === plain,
    (other: string) => other.startsWith(plain) || other.endsWith(plain),
    (other: string) => lettersOf(other) === lettersOf(plain),
  ];
  const found = isNear.map((near) => names.filter((other) => near(plainOf(other))));
  return found.find((near) => near.length > 0) ?? [];
}

function plainOf(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, "");
}

/** Each letter once, whatever the order: most typing errors double, drop or exchange letters. */
function lettersOf(plain: string): string {
  return [...new Set(plain)].sort().join("");
}
