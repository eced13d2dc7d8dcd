import { plainKey } from "./field-list.ts";

const NAME = String.raw`secur\w{0,9}[^a-z]{0,9}cred\w{0,9}`;
// Bounded, so that every search is linear.
const NAMED = new RegExp(NAME, "i");
/** The name where a value follows, not the words of a description. */
const WITH_VALUE = new RegExp(String.raw`(${NAME})(?=\W*[:=>%])[^,&<}]*`, "gi");
/** The name as one entry of a list: its value comes under a key of its own. */
const LISTED = new RegExp(String.raw`(${NAME}.{0,40}?value\W{1,9})[^,&<}]*`, "gis");
/** A credential has hundreds of characters; words do not. */
const LONG_RUN = /[\w+/=%-]{100,}/g;
const MAX_VALUES = 3_000_000;

/**
 * Removes the credential that a queue timeout echoes: from objects, from lists of names and values, and from texts,
 * at any depth. A value without one is returned as it is, the same object.
 */
export function withoutCredential(value: unknown): unknown {
  try {
    // A search of the text is quick, and most bodies end here.
    if (!NAMED.test(JSON.stringify(value))) return value;
  } catch (error) {
    // Too deep for `JSON.stringify`, or not JSON.
    if (error instanceof RangeError && !mentionsName(value)) return value;
  }
  return cleanCopy(value);
}

/** The same search without recursion: 64 KiB can be 32,000 levels deep, where `JSON.stringify` ends before 10,000. */
function mentionsName(root: unknown): boolean {
  const open: unknown[] = [root];
  for (let count = 0; open.length > 0; count += 1) {
    const value = open.pop();
    // No body is so large: this is a circle, and the copy ends on it.
    if (count === MAX_VALUES || (typeof value === "string" && NAMED.test(value))) return true;
    if (typeof value !== "object" || value === null) continue;
    try {
      for (const [key, inner] of Object.entries(value)) open.push(key, inner);
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
  const fill = (target: object, source: object): void => {
    if (Array.isArray(target)) {
      for (const value of source as unknown[]) target.push(take(value));
      return;
    }
    const members = Object.entries(source);
    const isListed = members.some(([key, value]) => isName(value) && /^(name|key)$/.test(plainKey(key)));
    for (const [key, value] of members) {
      if (isName(key) || (isListed && plainKey(key) === "value")) isChanged = true;
      // Defined, not assigned: `__proto__` is a key like any other.
      else
        Object.defineProperty(target, key, {
          value: take(value),
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

function isName(value: unknown): boolean {
  return typeof value === "string" && NAMED.test(value) && plainKey(value).includes("securitycredential");
}

function cleanText(text: string): string {
  if (!NAMED.test(text)) return text;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return text.replace(WITH_VALUE, "$1").replace(LISTED, "$1").replace(LONG_RUN, "");
  }
  const clean = withoutCredential(value);
  try {
    return clean === value ? text : JSON.stringify(clean);
  } catch {
    // Too deep to be written again.
    return "";
  }
}
