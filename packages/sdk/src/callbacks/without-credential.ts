import { plainKey } from "./field-list.ts";

/** A queue timeout echoes the credential, and nobody downstream needs it. What holds none is given back as it is. */
export function withoutCredential(value: unknown): unknown {
  try {
    const json = JSON.stringify(value);
    // A search of the text is quick, and most bodies end here. The bound keeps it linear.
    if (!/"security[^"]{0,9}credential":/i.test(json)) return value;
    return JSON.parse(json, (key, inner) => (plainKey(key) === "securitycredential" ? undefined : inner));
  } catch {
    // Not JSON: no body that was received looks like this.
    return value;
  }
}
