import { identifierTypes } from "@mpesa/raw/platform";
import { parsePartyShortCode, parsePhoneNumber, parseShortCode, wireNumber } from "../validate/formats.ts";
import { type TextLimits, text } from "../validate/limits.ts";
import { invalid, object, oneOf, orClient, type Parser, valid, withDefault } from "../validate/schema.ts";
import { type UrlClient, urlParameter } from "../validate/urls.ts";
import { type Initiator, parseInitiator } from "./initiator.ts";

/** What every call signed by an initiator takes besides its own parameters. */
export interface InitiatorParams {
  /** Your short code, on whose behalf the initiator acts. @default the client's shortCode */
  shortCode?: string;
  /** Who signs; its role must allow the call. @default the client's initiator */
  initiator?: Initiator;
  /** Where the outcome is posted. @default the client's resultUrl */
  resultUrl?: string | URL;
  /** Where your request is posted back when it waits in M-Pesa's queue for too long. @default the client's timeoutUrl */
  timeoutUrl?: string | URL;
  /** A note. @limits B2cV3Request.Remarks: 2 to 100 characters @default the name of the call */
  remarks?: string;
}

/** What these parameters read of the client. */
interface SigningClient extends UrlClient {
  readonly config: UrlClient["config"] & {
    readonly initiator?: Initiator;
    readonly shortCode?: string;
    readonly resultUrl?: string;
    readonly timeoutUrl?: string;
  };
}

/** The parameters that all of these calls share, with the short code where the call acts on behalf of one. */
export interface SignedShape {
  readonly shortCode: Parser<string, SigningClient>;
  readonly initiator: Parser<Initiator, SigningClient>;
  readonly remarks: Parser<string>;
  readonly timeoutUrl: Parser<string, SigningClient>;
  readonly resultUrl: Parser<string, SigningClient>;
}

/** Their typed values. */
export interface SignedValues {
  readonly initiator: Initiator;
  readonly remarks: string;
  readonly timeoutUrl: string;
  readonly resultUrl: string;
}

/** The client's initiator was checked when the client was made. */
const initiator: SignedShape["initiator"] = (value, { config }) => {
  if (value !== undefined && value !== null) return parseInitiator(value, config.environment);
  if (config.initiator !== undefined) return valid(config.initiator);
  const fix = "Pass { name, securityCredential } or { name, password } to the client or to this call.";
  return invalid(undefined, "is required", fix);
};

/** The shared parameters of one operation. */
export function signed(limits: TextLimits, remarks: string): SignedShape {
  return {
    shortCode: orClient("shortCode", parseShortCode),
    initiator,
    remarks: withDefault(text(limits), remarks),
    timeoutUrl: orClient("timeoutUrl", urlParameter("timeoutUrl")),
    resultUrl: orClient("resultUrl", urlParameter("resultUrl")),
  };
}

/** The same for a call about a party, which takes no short code of its own. */
export function signedAbout(limits: TextLimits, remarks: string): Omit<SignedShape, "shortCode"> {
  const { shortCode: _, ...shape } = signed(limits, remarks);
  return shape;
}

/** The fields that all of these requests have. */
export function signedBody({ remarks, timeoutUrl, resultUrl }: SignedValues): {
  Remarks: string;
  QueueTimeOutURL: string;
  ResultURL: string;
} {
  return { Remarks: remarks, QueueTimeOutURL: timeoutUrl, ResultURL: resultUrl };
}

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
