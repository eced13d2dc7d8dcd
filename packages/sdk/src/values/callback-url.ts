import { stkPushRequestConstraints as rules } from "@mpesa/raw/constraints";
import { bad, good, type Parsed } from "./parsed.ts";

/** The beginning that the wire asks for; a parser also forgives a missing slash, and the URL goes out as it was typed. */
const SCHEME = new RegExp(rules.CallBackURL.pattern);

/** A URL Safaricom could call. Only what can never work is refused; what its filters may dislike is a warning elsewhere. */
export function parseCallbackUrl(value: unknown): Parsed<string> {
  const rule = "must be an absolute http or https URL";
  const text = value instanceof URL ? value.href : value;
  if (typeof text !== "string" || text === "")
    return bad(value, rule, 'Pass something like "https://example.com/payments/abc".');
  if (!SCHEME.test(text)) return bad(value, rule, "Begin it with https://, in small letters.");
  if (/[\s\\\p{Cc}]/u.test(text)) {
    return bad(value, "must not hold white space, backslashes or control characters", "Write them percent-encoded.");
  }
  if (!URL.canParse(text)) return bad(value, rule, "Check its host and port.");
  const { hostname, username, password, hash } = new URL(text);
  if (username || password)
    return bad(value, "must not hold a user name or password", "Put an unguessable path into it instead.");
  if (hash) return bad(value, "must not hold a fragment", "The part after # is never sent; use the path.");
  if (!isHost(hostname, text.replace(SCHEME, "")))
    return bad(value, "must name a host", "Write its whole name, or all four numbers of its address.");
  return good(text);
}

/** No part of a name may be empty, and a number is no name: a parser reads `https://1` as the address 0.0.0.1. */
function isHost(hostname: string, written: string): boolean {
  if (/^\d+(?:\.\d+){3}$/.test(hostname)) return written.startsWith(hostname);
  return hostname
    .replace(/\.$/, "")
    .split(".")
    .every((part) => part !== "");
}
