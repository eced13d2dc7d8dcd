import { identifierTypes } from "@mpesa/raw/platform";
import type { Config } from "../config.ts";
import type { Checks } from "../values/checks.ts";
import { bad } from "../values/parsed.ts";
import { parsePhoneNumber } from "../values/phone-number.ts";
import { parseShortCode } from "../values/short-code.ts";
import { wireNumber } from "../values/wire-number.ts";

/** Whom a question is about: an organisation's short code, a till, or a phone number. */
export type TransactionParty =
  | { shortCode: string; till?: never; phoneNumber?: never }
  | { till: string; shortCode?: never; phoneNumber?: never }
  | { phoneNumber: string | number; shortCode?: never; till?: never };

type IdentifierType = (typeof identifierTypes)["shortCode" | "till" | "phoneNumber"];

/** The two wire values that name a party. */
export function checkParty(
  checks: Checks,
  party: TransactionParty | undefined,
  { shortCode }: Pick<Config, "shortCode">,
): { PartyA: number | string; IdentifierType: IdentifierType } {
  const given: Record<string, unknown> = party ?? { shortCode };
  const named = (["shortCode", "till", "phoneNumber"] as const).filter((name) => given[name] !== undefined);
  const [kind] = named;
  if (kind === undefined || named.length > 1) {
    const fix = "Give one of { shortCode }, { till } or { phoneNumber }, or shortCode to the client.";
    return checks.take("party", bad(party, "must name one party", fix));
  }
  const parse = kind === "phoneNumber" ? parsePhoneNumber : parseShortCode;
  const digits = checks.take(party ? `party.${kind}` : kind, parse(given[kind]));
  return { PartyA: digits === undefined ? "" : wireNumber(digits), IdentifierType: identifierTypes[kind] };
}
