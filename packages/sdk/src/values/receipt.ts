import { receipt as rule } from "@mpesa/raw/platform";
import { bad, good, type Parsed } from "./parsed.ts";

const SHAPE = new RegExp(rule.pattern);

/** A receipt as M-Pesa prints it: letters stay capital, because nobody knows whether the wire forgives small ones. */
export function parseReceipt(value: unknown): Parsed<string> {
  if (typeof value === "string" && SHAPE.test(value)) return good(value);
  return bad(
    value,
    "must be an M-Pesa receipt (10 capital letters and digits)",
    "Copy it from the message or the callback, without spaces; for a request id use originatorConversationId.",
  );
}
