import { REDACTED } from "../mask.ts";
import { plainKey } from "./values.ts";

const NAME = String.raw`secur\w{0,9}[^a-z]{0,9}cred\w{0,9}`;
// Bounded, so that every search is linear.
const NAMED = new RegExp(NAME, "i");
/** The name where a value follows, not the words of a description. */
const WITH_VALUE = new RegExp(String.raw`(${NAME})(?=\W*[:=>%])[^,&<}]*`, "gi");
/** The name as one entry of a list: its value comes under a key of its own. */
const LISTED = new RegExp(String.raw`(${NAME}.{0,40}?value[^\w[]{1,9})[^,&<}]*`, "gis");
const BASE64 = /^[\w+/=%\\-]+$/;
/** Words of base64, which may be the lines of one credential. The backslash is of escaped slashes and line ends. */
const LONG_WORDS = /[\w+/=%\\-]{20,}(?:\s+[\w+/=%\\-]{20,})*(?:\s+[\w+/\\-]+=)?=*/g;
/** A credential has hundreds of characters, in lines of dozens; words of a sentence are shorter. */
const MIN_LENGTH = 100;
const MIN_LINE = 16;
/** A list's entry has fewer members than a result, whose ids must stay. */
const MAX_ENTRY = 5;

/**
 * Redacts the credential that a queue timeout echoes: in objects, in lists of names and values, and in texts, at any
 * depth. Its name stays, since it is a sign of a timeout. A value that has nothing to redact is returned as it is, the
 * same object; so is what this function returned before.
 */
export function withoutCredential(value: unknown): unknown {
  try {
    // A search of the text is quick, and most bodies end here.
    if (!NAMED.test(JSON.stringify(value))) return value;
  } catch {
    // Too deep for `JSON.stringify`, or not JSON.
    if (!mentionsName(value)) return value;
  }
  return cleanCopy(value);
}

/** The same search without recursion: 64 KiB can be 32,000 levels deep, where `JSON.stringify` ends before 10,000. */
function mentionsName(root: unknown): boolean {
  // A set ends on circles, and what is added while it is walked is walked too.
  const found = new Set<unknown>([root]);
  for (const value of found) {
    if (typeof value === "string" && NAMED.test(value)) return true;
    if (typeof value !== "object" || value === null) continue;
    try {
      for (const [key, inner] of Object.entries(value)) found.add(key).add(inner);
    } catch {
      // A getter that throws, or a revoked proxy: the copy leaves it out.
      return true;
    }
  }
  return false;
}

/** Without recursion, for the same reason. */
function cleanCopy(root: unknown): unknown {
  const holder = { root };
  const result: { root?: unknown } = {};
  // Also finds what stands in a circle.
  const copies = new Map<object, object>([[holder, result]]);
  const open: object[] = [holder];
  let isChanged = false;
  const take = (value: unknown): unknown => {
    if (typeof value === "string") {
      const clean = cleanText(value);
      isChanged ||= clean !== value;
      return clean;
    }
    if (typeof value !== "object" || value === null) return value;
    let copy = copies.get(value);
    if (!copy) {
      copy = Array.isArray(value) ? [] : {};
      copies.set(value, copy);
      open.push(value);
    }
    return copy;
  };
  const redact = (value: unknown): unknown => {
    // Blank is the same as absent, for the parsers too.
    if (value === REDACTED || (typeof value === "string" ? !value.trim() : (value ?? "") === "")) return value;
    isChanged = true;
    return REDACTED;
  };
  const fill = (target: object, source: object): void => {
    const members = Object.entries(source);
    const isListed = ([key, value]: [string, unknown]): boolean => isName(value) && /^(name|key)$/.test(plainKey(key));
    const isEntry =
      members.some(isListed) || (members.length <= MAX_ENTRY && members.some(([, value]) => isName(value, true)));
    for (const member of members) {
      const [key, value] = member;
      const isSecret = isName(key) || (isEntry && !isListed(member) && !isName(value, true));
      const clean = isSecret ? redact(value) : take(value);
      if (Array.isArray(target)) target.push(clean);
      // Defined, not assigned: `__proto__` is a key like any other.
      else
        Object.defineProperty(target, take(key) as string, {
          value: clean,
          configurable: true,
          enumerable: true,
          writable: true,
        });
    }
  };
  for (let source = open.pop(); source; source = open.pop()) {
    try {
      fill(copies.get(source) as object, source);
    } catch {
      // A getter that throws, or a revoked proxy: the copy ends here.
    }
  }
  return isChanged ? result.root : root;
}

/** Whether a value contains the credential's name, or is nothing else. */
function isName(value: unknown, isWhole = false): boolean {
  if (typeof value !== "string" || !NAMED.test(value)) return false;
  const plain = plainKey(value);
  return isWhole ? plain === "securitycredential" : plain.includes("securitycredential");
}

/** Whether a text is base64 as long as a credential, in one line or several. */
function isLong(text: string): boolean {
  if (text.length < MIN_LENGTH) return false;
  const lines = text.trim().split(/\s+/);
  const whole = lines.join("");
  return whole.length >= Math.max(MIN_LENGTH, MIN_LINE * lines.length) && BASE64.test(whole);
}

/** One text of a body that has the name somewhere. */
function cleanText(text: string): string {
  if (isLong(text)) return REDACTED;
  if (!NAMED.test(text)) return text;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // The longest first: the other two look at what is near the name.
    return text
      .replace(LONG_WORDS, (words) => (isLong(words) ? REDACTED : words))
      .replace(WITH_VALUE, `$1=${REDACTED}`)
      .replace(LISTED, `$1${REDACTED}`);
  }
  const clean = withoutCredential(value);
  try {
    return clean === value ? text : JSON.stringify(clean);
  } catch {
    // Too deep to be written again.
    return REDACTED;
  }
}
