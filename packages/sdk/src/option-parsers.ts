import { type Issue, shapeOf } from "./issues.ts";
import { choice } from "./validate/limits.ts";
import { type Given, invalid, type Parsed, under, unknownNames, valid } from "./validate/schema.ts";

/** Parses the value of an option; the fields of its issues are relative to the option. */
export type OptionParser<T> = (value: unknown, options: { readonly environment?: string }) => Parsed<T>;

const OMIT = "Omit it for the default.";

export function aNumber(test: (value: number) => boolean, rule: string): OptionParser<number> {
  return (value) => (typeof value === "number" && test(value) ? valid(value) : invalid(value, rule, OMIT));
}

export function aFunction<T>(rule = "must be a function", fix: string = OMIT): OptionParser<T> {
  return (value) => (typeof value === "function" ? valid(value as T) : invalid(value, rule, fix));
}

export function aBoolean(value: unknown): Parsed<boolean> {
  return typeof value === "boolean" ? valid(value) : invalid(value, "must be `true` or `false`", OMIT);
}

/** An object with these functions; its other properties do not matter. */
export function having<T>(names: readonly string[], fix: string, rule?: string): OptionParser<T> {
  return (value) => {
    const object = (value ?? {}) as Given;
    if (names.every((name) => typeof object[name] === "function")) return valid(value as T);
    return invalid(value, rule ?? `must be an object with the functions ${names.join(", ")}`, fix);
  };
}

/** A key or secret of the developer portal. Without a value it is missing. */
export function parseKey(value: unknown): Parsed<string> {
  if (typeof value !== "string" || value.trim() === "")
    return invalid(value, "is required", "Copy it from your app on the developer portal, or pass `accessToken`.");
  if (isPrintable(value)) return valid(value);
  const fix = "Copy it again from the developer portal, without anything around it.";
  return invalid(value, "must be printable ASCII without whitespace", fix);
}

/** The key and the secret are sent with a colon between them. */
export function parseConsumerKey(value: unknown): Parsed<string> {
  if (typeof value === "string" && value.includes(":"))
    return invalid(value, "must not contain a colon", "Copy the key alone from the developer portal.");
  return parseKey(value);
}

export function parseBaseUrl(value: unknown): Parsed<string> {
  const isUrl = typeof value === "string" && URL.canParse(value);
  const { protocol, username, search, hash } = isUrl ? new URL(value) : ({} as Partial<URL>);
  if (isUrl && /^https?:$/.test(protocol ?? "") && !username && !search && !hash) return valid(value);
  const rule = "must be an absolute http or https URL without user name, query and fragment";
  return invalid(value, rule, "Omit it to call Safaricom.");
}

function isPrintable(value: string): boolean {
  return /^[\x21-\x7e]+$/.test(value);
}

/** An object that has no other names than these, each with a parser. */
function parseObject<T extends object>(
  value: unknown,
  parsers: { readonly [K in keyof Required<T>]: (value: unknown) => Parsed<NonNullable<T[K]>> },
): Parsed<T> {
  const names = Object.keys(parsers);
  if (typeof value !== "object" || value === null)
    return invalid(value, `must be an object with ${names.join(", ")}`, OMIT);
  const issues = unknownNames(value, names, "option");
  for (const [name, parse] of Object.entries<(value: unknown) => Parsed<unknown>>(parsers)) {
    const part = (value as Given)[name];
    const parsed = part === undefined ? undefined : parse(part);
    if (parsed?.ok === false) issues.push(...under(name, parsed.issues));
  }
  return issues.length > 0 ? { ok: false, issues } : valid(value as T);
}

/** The newest versions. */
export const API_VERSION = { b2c: "v3", c2b: "v2" } as const;

export function parseApiVersion(value: unknown): Parsed<{ b2c: "v1" | "v3"; c2b: "v1" | "v2" }> {
  const fix = "Omit it for the newest.";
  const parsed = parseObject<{ b2c?: "v1" | "v3"; c2b?: "v1" | "v2" }>(value, {
    b2c: choice(["v1", "v3"], fix),
    c2b: choice(["v1", "v2"], fix),
  });
  if (!parsed.ok) return parsed;
  const { b2c = API_VERSION.b2c, c2b = API_VERSION.c2b } = parsed.value;
  return valid({ b2c, c2b });
}

/** A string that a header can carry. */
function parseHeaderText(value: unknown): Parsed<string> {
  if (typeof value === "string" && /^[\x21-\x7e](?:[\x20-\x7e]{0,98}[\x21-\x7e])?$/.test(value)) return valid(value);
  const rule = "must be 1 to 100 printable ASCII characters, without whitespace at either end";
  return invalid(value, rule, "Use a plain name, such as MyShop.");
}

function parseAppUrl(value: unknown): Parsed<string> {
  const isUrl = typeof value === "string" && isPrintable(value) && /^https?:\/\//.test(value) && URL.canParse(value);
  if (isUrl) return valid(value);
  const rule = "must be an absolute http or https URL in printable ASCII";
  return invalid(value, rule, "Omit it if your application has none.");
}

export function parseAppInfo(value: unknown): Parsed<{ name: string; version?: string; url?: string }> {
  const parsed = parseObject<{ name: string; version?: string; url?: string }>(value, {
    name: parseHeaderText,
    version: parseHeaderText,
    url: parseAppUrl,
  });
  if (!parsed.ok || parsed.value.name !== undefined) return parsed;
  return invalid(undefined, "is required", "Name your application.", "name");
}

/** Returns what is wrong although each option by itself is right. */
export function combinationIssues({
  environment,
  baseUrl,
  accessToken,
  consumerKey,
  consumerSecret,
}: {
  readonly [K in "environment" | "baseUrl" | "accessToken" | "consumerKey" | "consumerSecret"]?: unknown;
}): Issue[] {
  const issues: Issue[] = [];
  const add = (field: string, value: unknown, rule: string, fix: string): void => {
    issues.push({ field, received: shapeOf(value), rule, fix });
  };
  if (environment === undefined && baseUrl === undefined)
    add("environment", undefined, "is required unless `baseUrl` is set", 'Pass "sandbox" or "production".');
  if (accessToken !== undefined) {
    if (consumerKey !== undefined || consumerSecret !== undefined) {
      const rule = "replaces `consumerKey` and `consumerSecret`";
      add("accessToken", accessToken, rule, "Pass either the function or the keys.");
    }
    return issues;
  }
  for (const [field, value] of Object.entries({ consumerKey, consumerSecret })) {
    const missing = value === undefined ? parseKey(value) : undefined;
    if (missing?.ok === false) issues.push(...under(field, missing.issues));
  }
  if (typeof consumerKey === "string" && consumerKey.trim() !== "" && consumerKey === consumerSecret) {
    const fix = "Copy each of the two from the developer portal.";
    add("consumerSecret", consumerSecret, "must differ from `consumerKey`", fix);
  }
  return issues;
}
