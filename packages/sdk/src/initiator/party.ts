import { identifierTypes } from "@mpesa/raw/platform";
import { parsePartyShortCode, parsePhoneNumber, parseShortCode, wireNumber } from "../validate/formats.ts";
import { object, oneOf, type Parser, valid } from "../validate/schema.ts";

/** Whom a question is about: an organisation's short code, a till, or a phone number. */
export type TransactionParty =
  | { shortCode: string; till?: never; phoneNumber?: never }
  | { till: string; shortCode?: never; phoneNumber?: never }
  | { phoneNumber: string | number; shortCode?: never; till?: never };

/** A party that passed: what it is called by, and that. */
export interface Party {
  readonly kind: "shortCode" | "till" | "phoneNumber";
  readonly value: string;
}

const named = object(
  {},
  oneOf(
    { shortCode: parsePartyShortCode, till: parseShortCode, phoneNumber: parsePhoneNumber },
    {
      rule: "must name one party",
      fix: "Pass one of { shortCode }, { till } or { phoneNumber }, or pass `shortCode` to the client.",
    },
  ),
);

/** The party of a query; the client's own short code where the call names none. */
export const party: Parser<Party, { readonly config: { readonly shortCode?: string } }> = (value, client) => {
  const { shortCode } = client.config;
  if (value === undefined && shortCode !== undefined) return valid({ kind: "shortCode", value: shortCode });
  return named(value, client);
};

/** The two wire values that name a party. */
export function partyBody({ kind, value }: Party): {
  PartyA: number | string;
  IdentifierType: (typeof identifierTypes)[Party["kind"]];
} {
  return { PartyA: wireNumber(value), IdentifierType: identifierTypes[kind] };
}
