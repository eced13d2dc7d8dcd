import type { OperationInfo } from "@mpesa/raw";
import type { Code } from "../codes/code.ts";
import { DOUBLES_NOTHING, MONEY_HINT } from "../codes/lookup.ts";
import {
  isMpesaError,
  MpesaApiError,
  MpesaAuthError,
  MpesaConfigError,
  MpesaConnectionError,
  type MpesaError,
  type MpesaIds,
  MpesaOutcomeUnknownError,
  MpesaRateLimitError,
} from "../errors.ts";
import type { Redactor } from "../redact.ts";
import type { Decision } from "./decide.ts";
import { isJson, text } from "./error-body.ts";
import type { SendOutcome } from "./send.ts";

/** Facts about a call from which its error is made, besides the outcome. */
export interface ErrorContext {
  readonly operation: OperationInfo;
  readonly redactor: Redactor;
  /** IDs that were made before sending. */
  readonly ids: MpesaIds;
  /** Sentence that says how to find out whether a lost request was processed. */
  readonly recovery: string | undefined;
}

/** Maximum length of a quoted text in an error's message. `errorMessage` contains the whole text. */
const MAX_QUOTED = 300;

/** Returns the error for the outcome of a call that was not accepted. */
export function toError(outcome: SendOutcome, context: ErrorContext): MpesaError {
  const { operation, redactor, ids } = context;
  const cause = "cause" in outcome ? redactor.cause(outcome.cause) : undefined;
  switch (outcome.kind) {
    case "held":
      return outcome.error;
    case "notSent":
      return new MpesaConnectionError(`nothing was sent: ${outcome.why}.`, {
        operation: operation.id,
        hint: "It is safe to call again.",
        cause,
        ids,
      });
    case "noToken":
      return fromTokenError(outcome.cause, context);
    case "lost":
      return outcomeUnknown(`${outcome.why}.`, context, { cause, status: outcome.status });
    default:
      return fromDecision(outcome.decision, context);
  }
}

/**
 * Returns the error of a call for which there was no access token. Whatever the token request's outcome, the call was
 * not sent.
 */
function fromTokenError(thrown: unknown, { operation, redactor, ids }: ErrorContext): MpesaError {
  const cause = redactor.cause(thrown);
  const about = { operation: operation.id, cause, ids };
  if (isMpesaError(thrown) && thrown.type === "MpesaConfigError") return new MpesaConfigError(thrown.issues, about);
  if (isMpesaError(thrown) && thrown.type === "MpesaAuthError") {
    const { status, errorCode, errorMessage, code, hint, requestId } = thrown;
    const reason = errorCode ?? `HTTP ${status}`;
    return new MpesaAuthError(`nothing was sent: the consumer key and secret were rejected (${reason}).`, {
      ...about,
      status,
      errorCode,
      errorMessage,
      code,
      hint,
      requestId,
    });
  }
  if (isMpesaError(thrown) && thrown.type === "MpesaRateLimitError") {
    const { status, errorCode, errorMessage, code, hint, requestId, retryAfterMs } = thrown;
    const what = "nothing was sent: there were too many requests for access tokens.";
    const details = { status, errorCode, errorMessage, code, hint, requestId, retryAfterMs };
    return new MpesaRateLimitError(what, { ...about, ...details });
  }
  const why = thrown instanceof Error ? shorten(redactor.text(messageWithoutHint(thrown))) : "the call was aborted";
  return new MpesaConnectionError(`nothing was sent: there is no access token (${why}).`, {
    ...about,
    hint: "It is safe to call again.",
  });
}

function fromDecision(decision: Decision, context: ErrorContext): MpesaError {
  const { operation, redactor, ids } = context;
  if (decision.kind === "accepted") throw new TypeError("an accepted call has no error");
  const { status, error, match, hint, retryAfterMs } = decision;
  const errorMessage = error && redactor.text(error.message);
  const errorCode = error?.code ? redactor.text(error.code) : undefined;
  const requestId = error?.requestId === undefined ? undefined : redactor.text(error.requestId);
  // The code is a text of Daraja, so the code may repeat a secret.
  const code = decision.code && { ...decision.code, code: redactor.text(decision.code.code) };
  const about = { operation: operation.id, status, errorCode, errorMessage, code, requestId, ids };
  const description = error
    ? `${errorCode ? `${shorten(errorCode)} ` : ""}"${shorten(errorMessage ?? "")}" (HTTP ${status})`
    : `HTTP ${status} with ${decision.bodyShape}${shorten(redactor.text(describeNonSuccess(operation, decision.body)))}`;
  if (operation.auth === "basic" && decision.kind === "rejected")
    return new MpesaAuthError(`the consumer key and secret were rejected: ${description}.`, { ...about, hint });
  if (decision.kind === "token" || match?.kind === "noApiProduct")
    return new MpesaAuthError(`the access token was rejected for the product "${operation.product}": ${description}.`, {
      ...about,
      hint,
    });
  if (decision.kind === "busy") {
    const wait = retryAfterMs === undefined ? "" : ` (wait at least ${Math.ceil(retryAfterMs / 1000)} s)`;
    const what = `the request was rejected before processing${wait}: ${description}.`;
    return new MpesaRateLimitError(what, { ...about, hint, retryAfterMs });
  }
  const kind = match?.kind;
  if (decision.kind === "rejected")
    return new MpesaApiError(`the request was rejected: ${description}.`, { ...about, kind, hint });
  if (decision.kind === "pending")
    return new MpesaApiError(`there is no result yet: ${description}.`, { ...about, kind, hint });
  if (operation.retry === "safe" && status >= 400)
    return new MpesaApiError(`the request failed: ${description}.`, { ...about, kind, hint });
  return outcomeUnknown(`the response was inconclusive: ${description}.`, context, {
    status,
    errorCode,
    errorMessage,
    code,
    requestId,
    hint,
    body: decision.body,
  });
}

function shorten(text: string): string {
  return text.length > MAX_QUOTED ? `${text.slice(0, MAX_QUOTED - 1).toWellFormed()}…` : text;
}

/**
 * Returns an error's message without its hint: advice about the token request is not advice about the call that needs
 * the token.
 */
function messageWithoutHint(thrown: Error): string {
  const hint = isMpesaError(thrown) ? thrown.hint : undefined;
  return hint ? thrown.message.replace(` ${hint}`, "") : thrown.message;
}

/** Quotes the field that would have reported success, if the response has another value in this field. */
function describeNonSuccess({ success }: OperationInfo, body: unknown): string {
  const value = isJson(body) ? text(body[success.field]) : undefined;
  if (value === undefined || !isJson(body)) return "";
  const description = text(body["ResponseDescription"]);
  return `: ${success.field} ${JSON.stringify(value)}${description ? ` "${description}"` : ""}`;
}

interface UnknownDetails {
  readonly cause?: Error | undefined;
  readonly status?: number | undefined;
  readonly errorCode?: string | undefined;
  readonly errorMessage?: string | undefined;
  readonly code?: Code | undefined;
  readonly requestId?: string | undefined;
  readonly hint?: string | undefined;
  readonly body?: unknown;
}

function outcomeUnknown(
  what: string,
  context: ErrorContext,
  { hint, body, ...details }: UnknownDetails,
): MpesaOutcomeUnknownError {
  const { operation, ids, recovery } = context;
  const advice = operation.retry === "safe" ? [hint ?? DOUBLES_NOTHING] : [hint ?? MONEY_HINT, recovery];
  return new MpesaOutcomeUnknownError(`the outcome is unknown: ${what}`, {
    operation: operation.id,
    ...details,
    // An ID that was made before sending takes precedence, because the caller has stored it. IDs of another payment
    // would mislead.
    ids: contradictedId(body, ids) ? ids : { ...idsOf(body), ...ids },
    hint: advice.filter((sentence) => sentence !== undefined).join(" "),
  });
}

/** Returns the IDs that a body contains, even if the body is otherwise unusable: only an ID can find the payment. */
export function idsOf(body: unknown): MpesaIds {
  if (!isJson(body)) return {};
  const found = {
    merchantRequestId: text(body["MerchantRequestID"]),
    checkoutRequestId: text(body["CheckoutRequestID"]),
    originatorConversationId: text(body["OriginatorConversationID"]),
    conversationId: text(body["ConversationID"]),
  };
  return Object.fromEntries(Object.entries(found).filter(([, id]) => id !== undefined)) as MpesaIds;
}

/**
 * Returns the name of the first of `ids` for which the body has another value. A body with another value is about
 * another payment.
 */
export function contradictedId(body: unknown, ids: MpesaIds): keyof MpesaIds | undefined {
  const received = Object.entries(idsOf(body)) as [keyof MpesaIds, string][];
  return received.find(([name, id]) => ids[name] !== undefined && areDifferentIds(ids[name], id))?.[0];
}

/** Returns whether both IDs are present and different. Whitespace around an ID is ignored. */
export function areDifferentIds(one: string | undefined, other: string | undefined): boolean {
  const [first, second] = [one?.trim(), other?.trim()];
  return Boolean(first && second && first !== second);
}
