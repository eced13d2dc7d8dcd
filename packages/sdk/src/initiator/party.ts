import { identifierTypes, partyShortCode } from "@mpesa/raw/platform";
import type { Config } from "../config.ts";
import type { Checks } from "../values/checks.ts";
import { checkNames } from "../values/names.ts";
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

const KINDS = ["shortCode", "till", "phoneNumber"] as const;
const PARSERS = {
  shortCode: (value: unknown) => parseShortCode(value, partyShortCode),
  till: (value: unknown) => parseShortCode(value),
  phoneNumber: parsePhoneNumber,
};

/** The two wire values that name a party. */
export function checkParty(
  checks: Checks,
  party: TransactionParty | undefined,
  { shortCode }: Pick<Config, "shortCode">,
): { PartyA: number | string; IdentifierType: IdentifierType } {
  const { given, has } = checkNames(checks, "party", party === undefined ? { shortCode } : party, KINDS);
  const named = KINDS.filter(has);
  const [kind] = named;
  if (kind === undefined || named.length > 1) {
    const fix = "Give one of { shortCode }, { till } or { phoneNumber }, or shortCode to the client.";
    return checks.take("party", bad(party, "must name one party", fix));
  }
  const digits = checks.take(party ? `party.${kind}` : kind, PARSERS[kind](given[kind]));
  return { PartyA: digits === undefined ? "" : wireNumber(digits), IdentifierType: identifierTypes[kind] };
}
