import type { OperationId, OperationInfo } from "@mpesa/raw";
import { ErrorCode, errorCodes, faultCodes, httpCodes, type NextStep } from "@mpesa/raw/codes";
import { noApiProduct, refusalCodePattern } from "@mpesa/raw/platform";
import { type Code, customerMessageFor, describe } from "./code.ts";
import { CHECK_INITIATOR, isSigned, matchRejection } from "./credential.ts";
import { type CodeMatch, DOUBLES_NOTHING, lookupCode, lookupText, MONEY_HINT } from "./lookup.ts";

/** A response that is no acceptance. */
export interface ErrorResponse {
  /** Daraja's code or the gateway's; empty if there is only a text; `503:html` and the like if the body is no error. */
  readonly code: string;
  readonly message: string | undefined;
  /** Code and text of a body that is no error but says so in the fields of an acceptance. @default code and message */
  readonly said?: readonly [code: string | undefined, message: string | undefined];
  /** `undefined` if nobody kept the HTTP status: then an unlisted code proves nothing. */
  readonly status: number | undefined;
  /** The call that was answered. */
  readonly operation: Pick<OperationInfo, "id" | "retry" | "auth"> | undefined;
  /** The whole body, in which any part may name a missing product. @default code and message */
  readonly body?: string;
}

/** What an error response means for its call. The client's errors and `explain()` both come from here. */
export interface ErrorAdvice {
  /** The entry of the spec; `undefined` for an unlisted code. */
  readonly match: CodeMatch | undefined;
  /** The meaning of the response, with what is safe for this call. */
  readonly code: Code;
  /** What is safe in general, where a second request would pay twice. */
  readonly nextForPayment: NextStep;
  /** Whether M-Pesa may have rejected the initiator's credential under a code that no table lists. */
  readonly mayBeRejection: boolean;
}

const KEYS_HINT =
  "Check that consumer key and consumer secret are whole, not exchanged, and belong to this environment (sandbox or production).";
/** Advice for unlisted codes whose status or form still proves that nothing happened. */
const UNLISTED: Readonly<Partial<Record<NextStep, string>>> = {
  token: "If a new token is rejected too, check keys, environment and the app's products.",
  later: "Too many requests: it was not processed, and may be sent again later.",
  fix: "It was refused before processing: correct what the message names, then send it again.",
};

/** Advises on a response that is no acceptance. */
export function adviseOnError(given: ErrorResponse): ErrorAdvice {
  const code = given.code.trim();
  const response = { ...given, code, said: given.said ?? saidBy(code, given.message) };
  const match = findMatch(response);
  const nextForPayment = match?.next ?? nextOfUnlisted(response);
  const mayBeRejection =
    !match && nextForPayment === "ask" && isSigned(given.operation?.id) && response.said.some(Boolean);
  const advice = {
    ...forCall(response, { match, nextForPayment, mayBeRejection }),
    customer: match?.customer ?? customerMessageFor(nextForPayment, "unconfirmed"),
  };
  // A body without a code of its own is known by its status; an empty body and an HTML page are signals of their own.
  const shown = code.replace(/:json$/, "");
  return { match, code: describe("error", shown, match, advice), nextForPayment, mayBeRejection };
}

/** What one code means differs by call: a token request has no token, and a read may be repeated. */
function forCall(
  { operation }: ErrorResponse,
  { match, nextForPayment, mayBeRejection }: Pick<ErrorAdvice, "match" | "nextForPayment" | "mayBeRejection">,
): Pick<Code, "next" | "hint"> {
  const isSafe = operation?.retry === "safe";
  // The advice of codes that all calls share is about the token, which this call was to fetch.
  if (operation?.auth === "basic" && ["token", "fix", "new", "no"].includes(nextForPayment))
    return { next: "fix", hint: match?.operations ? match.hint : KEYS_HINT };
  // What a code advises for payments in doubt is no advice for a call that may simply be repeated.
  // A second query may be a second rejection of the initiator's credential.
  if (isSafe && mayBeRejection) return { next: "ask", hint: CHECK_INITIATOR };
  if (nextForPayment === "ask" && isSafe) return { next: "later", hint: DOUBLES_NOTHING };
  if (nextForPayment === "poll" && !isSafe) return { next: "ask", hint: MONEY_HINT };
  return { next: nextForPayment, hint: match?.hint ?? UNLISTED[nextForPayment] ?? MONEY_HINT };
}

function findMatch(response: ErrorResponse & Required<Pick<ErrorResponse, "said">>): CodeMatch | undefined {
  const { code, message, said, status, operation, body = `${code} ${message ?? ""}` } = response;
  // No operation must not count as any: `poll` after a lost payment would be read as a harmless "not yet".
  const id = operation?.id ?? ("" as OperationId);
  const listed = matchRejection(operation?.id, ...said) ?? findListed(response, id);
  // The text counts in a response of any shape: other responses with these statuses mean a stale token.
  const isNamed =
    (noApiProduct.statuses as readonly unknown[]).includes(status) && body.toLowerCase().includes(noApiProduct.text);
  if (!isNamed && listed?.kind !== "noApiProduct") return listed;
  // Which product is missing depends on the call, not on the code.
  const missing = lookupCode(errorCodes, ErrorCode.Unauthorized, { message: noApiProduct.text, operation: id });
  if (!missing || listed?.kind !== "noApiProduct") return missing;
  return { ...listed, meaning: missing.meaning, hint: missing.hint };
}

/** A bare status, such as `503` or `503:html`, says nothing. */
function saidBy(code: string, message: string | undefined): NonNullable<ErrorResponse["said"]> {
  return message === undefined && /^\d{3}(?::|$)/.test(code) ? [undefined, undefined] : [code, message];
}

function findListed({ code, message, status }: ErrorResponse, operation: OperationId): CodeMatch | undefined {
  if (code === "") return message === undefined ? undefined : lookupText(errorCodes, message, operation);
  // A code that is an HTTP status contradicts another one: something between Daraja and us may have written it.
  if (/^\d{3}$/.test(code) && status !== undefined && status >= 300 && Number(code) !== status) return undefined;
  const context = { message, operation };
  const found = lookupCode(errorCodes, code, context) ?? lookupCode(faultCodes, code, context);
  if (found) return found;
  const [bare = ""] = code.split(":");
  const signal = lookupCode(httpCodes, code, context) ?? lookupCode(httpCodes, bare, context);
  // A bare status proves nothing, unless the spec ties it to this operation.
  return signal?.operations || signal?.next === "ask" ? signal : undefined;
}

/** Statuses with which a server or a proxy gives up a request that may have been processed. */
const GIVEN_UP = [408, 409, 425, 499];
const DARAJA_REFUSAL = /* @__PURE__ */ new RegExp(refusalCodePattern);

function nextOfUnlisted({ code, status, operation }: ErrorResponse): NextStep {
  if (status === 401) return "token";
  if (status === 429) return "later";
  // Whatever its body says: there is nothing in a token request to refuse but the keys and the grant.
  if (operation?.auth === "basic" && status === 400 && !/:(?:empty|html)$/.test(code)) return "fix";
  return status !== undefined && isUnlistedRefusal(status, code) ? "fix" : "ask";
}

/** Whether a code that the tables do not know is still Daraja refusing the request. */
function isUnlistedRefusal(status: number, code: string): boolean {
  const isGivenUp = GIVEN_UP.includes(status) || GIVEN_UP.includes(Number(code.slice(0, 3)));
  return status >= 400 && status < 500 && !isGivenUp && DARAJA_REFUSAL.test(code);
}
