import { bad, good, type Parsed } from "./parsed.ts";

/** A URL Safaricom could call. Only what can never work is refused; what its filters may dislike is a warning elsewhere. */
export function parseCallbackUrl(value: unknown): Parsed<string> {
  const rule = "must be an absolute http or https URL";
  const text = value instanceof URL ? value.href : value;
  if (typeof text !== "string" || text === "")
    return bad(value, rule, 'Pass something like "https://example.com/payments/abc".');
  if (text !== text.trim() || !URL.canParse(text))
    return bad(value, rule, "Check it for spaces and a missing https://.");
  const { protocol, username, password, hash } = new URL(text);
  if (protocol !== "https:" && protocol !== "http:") return bad(value, rule, "Use https.");
  if (username || password)
    return bad(value, "must not hold a user name or password", "Put an unguessable path into it instead.");
  if (hash) return bad(value, "must not hold a fragment", "The part after # is never sent; use the path.");
  return good(text);
}
