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
} from "../errors/index.ts";
import type { Redactor } from "../redact.ts";
import type { Decision } from "./decide.ts";
import { isJson, text } from "./error-body.ts";
import type { Outcome } from "./send.ts";

/** What the error of one call is made from, besides its outcome. */
export interface ErrorContext {
  readonly operation: OperationInfo;
  readonly redactor: Redactor;
  /** The ids made before sending. */
  readonly ids: MpesaIds;
  /** What finds out whether a lost call was processed. */
  readonly recovery: string | undefined;
}

/** A foreign text is whole in `errorMessage`; the message is for people. */
const MAX_QUOTED = 300;

/** Turns the outcome of a call that was not accepted into the error that says what to do. */
export function toError(outcome: Outcome, context: ErrorContext): MpesaError {
  const { operation, redactor, ids } = context;
  const cause = "cause" in outcome ? redactor.cause(outcome.cause) : undefined;
  switch (outcome.kind) {
    case "held":
      return outcome.error;
    case "notSent":
      return new MpesaConnectionError(`nothing was sent: ${outcome.why}.`, {
        operation: operation.id,
        hint: "Calling again is safe.",
        cause,
        ids,
      });
    case "noToken":
      return withoutToken(outcome.cause, context);
    case "lost":
      return unknown(`${outcome.why}.`, context, { cause, status: outcome.status });
    default:
      return fromDecision(outcome.decision, context);
  }
}

/** A call that got no access token was never sent, whatever became of the token request. */
function withoutToken(thrown: unknown, { operation, redactor, ids }: ErrorContext): MpesaError {
  const cause = redactor.cause(thrown);
  const about = { operation: operation.id, cause, ids };
  if (isMpesaError(thrown) && thrown.type === "MpesaConfigError") return new MpesaConfigError(thrown.issues, about);
  if (isMpesaError(thrown) && thrown.type === "MpesaAuthError") {
    const { status, errorCode, errorMessage, code, hint, requestId } = thrown;
    const said = errorCode ?? `HTTP ${status}`;
    return new MpesaAuthError(`nothing was sent: the consumer key and secret were refused (${said}).`, {
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
    const what = "nothing was sent: too many requests for access tokens.";
    const said = { status, errorCode, errorMessage, code, hint, requestId, retryAfterMs };
    return new MpesaRateLimitError(what, { ...about, ...said });
  }
  const why = thrown instanceof Error ? short(redactor.text(withoutHint(thrown))) : "it was aborted";
  return new MpesaConnectionError(`nothing was sent: there is no access token (${why}).`, {
    ...about,
    hint: "Calling again is safe.",
  });
}

function fromDecision(decision: Decision, context: ErrorContext): MpesaError {
  const { operation, redactor, ids } = context;
  if (decision.kind === "accepted") throw new TypeError("an accepted call is no error");
  const { status, error, match, hint, retryAfterMs } = decision;
  const errorMessage = error && redactor.text(error.message);
  const errorCode = error?.code ? redactor.text(error.code) : undefined;
  const requestId = error?.requestId === undefined ? undefined : redactor.text(error.requestId);
  // The code is Daraja's text, too, and may repeat a secret.
  const code = decision.code && { ...decision.code, code: redactor.text(decision.code.code) };
  const about = { operation: operation.id, status, errorCode, errorMessage, code, requestId, ids };
  const said = error
    ? `${errorCode ? `${short(errorCode)} ` : ""}"${short(errorMessage ?? "")}" (HTTP ${status})`
    : `HTTP ${status} with ${decision.shape}${short(redactor.text(saidInstead(operation, decision.body)))}`;
  if (operation.auth === "basic" && decision.kind === "refused")
    return new MpesaAuthError(`the consumer key and secret were refused: ${said}.`, { ...about, hint });
  if (decision.kind === "token" || match?.kind === "noApiProduct")
    return new MpesaAuthError(`the access token was refused for the product "${operation.product}": ${said}.`, {
      ...about,
      hint,
    });
  if (decision.kind === "busy") {
    const wait = retryAfterMs === undefined ? "" : `, wait at least ${Math.ceil(retryAfterMs / 1000)} s`;
    return new MpesaRateLimitError(`refused before processing${wait}: ${said}.`, { ...about, hint, retryAfterMs });
  }
  const kind = match?.kind;
  if (decision.kind === "refused" || decision.kind === "pending")
    return new MpesaApiError(`refused: ${said}.`, { ...about, kind, hint });
  if (operation.retry === "safe" && status >= 400)
    return new MpesaApiError(`failed: ${said}.`, { ...about, kind, hint });
  return unknown(`the answer settles nothing: ${said}.`, context, {
    status,
    errorCode,
    errorMessage,
    code,
    requestId,
    hint,
    body: decision.body,
  });
}

function short(text: string): string {
  return text.length > MAX_QUOTED ? `${text.slice(0, MAX_QUOTED - 1).toWellFormed()}…` : text;
}

/** The advice for the token call inside is not the advice for the call that wanted the token. */
function withoutHint(thrown: Error): string {
  const hint = isMpesaError(thrown) ? thrown.hint : undefined;
  return hint ? thrown.message.replace(` ${hint}`, "") : thrown.message;
}

/** An answer may say no in the field that would have said yes. */
function saidInstead({ success }: OperationInfo, body: unknown): string {
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

function unknown(
  what: string,
  context: ErrorContext,
  { hint, body, ...details }: UnknownDetails,
): MpesaOutcomeUnknownError {
  const { operation, ids, recovery } = context;
  const advice = operation.retry === "safe" ? [hint ?? DOUBLES_NOTHING] : [hint ?? MONEY_HINT, recovery];
  return new MpesaOutcomeUnknownError(`the outcome is unknown: ${what}`, {
    operation: operation.id,
    ...details,
    // What was made before sending wins: it is the id that was stored. The ids of another payment would mislead.
    ids: contradictedId(body, ids) ? ids : { ...idsOf(body), ...ids },
    hint: advice.filter((one) => one !== undefined).join(" "),
  });
}

/** Whatever ids an unusable answer still holds: they are the thread to the payment. */
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

/** The first of `ids` for which a body has another value: the body is about another payment then. */
export function contradictedId(body: unknown, ids: MpesaIds): keyof MpesaIds | undefined {
  const named = Object.entries(idsOf(body)) as [keyof MpesaIds, string][];
  return named.find(([name, id]) => ids[name] !== undefined && differ(ids[name], id))?.[0];
}

/** Whether both ids are there and are not the same. */
export function differ(one: string | undefined, other: string | undefined): boolean {
  const [first, second] = [one?.trim(), other?.trim()];
  return Boolean(first && second && first !== second);
}
