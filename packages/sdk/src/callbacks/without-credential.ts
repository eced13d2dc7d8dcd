import { plainKey } from "./field-list.ts";

/** The name, however it is spelled, where a value follows: not the words of a description. The bounds keep it linear. */
const NAMED = /(secur\w{0,9}[^a-z]{0,9}cred\w{0,9})(?=\W*[:=>%])[^,&<}]*/gi;

/**
 * Takes out the credential that a queue timeout echoes: its key in objects, and in texts whatever follows its name. What
 * holds none is given back as it is.
 */
export function withoutCredential(value: unknown): unknown {
  try {
    const json = JSON.stringify(value);
    // A search of the text is quick, and most bodies end here.
    if (json.search(NAMED) < 0) return value;
    return JSON.parse(json, (key, inner) => {
      if (plainKey(key) === "securitycredential") return undefined;
      return typeof inner === "string" ? inner.replace(NAMED, "$1") : inner;
    });
  } catch {
    // Not JSON: no body that was received looks like this.
    return value;
  }
}
