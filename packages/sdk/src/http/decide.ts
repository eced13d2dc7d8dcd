import type { OperationInfo } from "@mpesa/raw";
import { type ErrorKind, errorCodes } from "@mpesa/raw/codes";
import { allowedRatePattern, wireTexts } from "@mpesa/raw/platform";
import type { Code } from "../codes/code.ts";
import { adviseOnError, type ErrorAdvice } from "../codes/error-advice.ts";
import { type CodeMatch, isZero, lookupText, MONEY_HINT } from "../codes/lookup.ts";
import type { CompleteResponse } from "./attempt.ts";
import { asList, codeAndTextOf, type ErrorBody, errorBody, isJson, parseJson, text } from "./error-body.ts";

/** Details of a response that is not an acceptance. */
export interface ErrorDetails {
  readonly status: number;
  readonly error: ErrorBody | undefined;
  readonly match: CodeMatch | undefined;
  /** Meaning of the response; `undefined` if the response contradicts itself. */
  readonly code: Code | undefined;
  /** Advice on what to do. */
  readonly hint: string;
  /** True if the response may be a rejection of the initiator's credential under an unlisted code. */
  readonly mayBeRejection: boolean;
  /** Description of a body that is not an error of Daraja, such as `an HTML page`. */
  readonly bodyShape: string;
  readonly retryAfterMs: number | undefined;
}

/**
 * Meaning of a response. `token`, `busy` and `rejected`: the request was rejected before processing, `token` because of
 * the access token and `busy` because of too many requests. `pending`: a query has no result yet. `unclear`: the
 * request may have been processed.
 */
export type Decision =
  | { readonly kind: "accepted"; readonly body: Record<string, unknown> }
  | ({ readonly kind: "token" | "busy" | "rejected" | "pending" | "unclear" } & ErrorDetails & {
        readonly body: unknown;
      });

/**
 * Decides on the meaning of a response, by its body first and its status second: Daraja sends errors with status 200,
 * and meaningful bodies with status 500.
 */
export function decide(operation: OperationInfo, response: CompleteResponse): Decision {
  const { status } = response;
  const body = parseJson(response.text);
  const isAcceptance = isAccepted(operation, body);
  const error = errorBody(body, isAcceptance) ?? errorWithoutCode(operation, body);
  if (!error && status >= 200 && status < 300 && isAcceptance) return { kind: "accepted", body };
  const code = codeOf(error, response, body);
  const said = codeAndTextOf(operation, { error, body });
  const advice = adviseOnError({ code, message: error?.message, said, status, operation, body: response.text });
  const details = {
    status,
    error,
    match: advice.match,
    code: advice.code,
    hint: advice.code.hint,
    mayBeRejection: advice.mayBeRejection,
    bodyShape: describeBody(response.text, body),
    retryAfterMs: retryAfterMs(response.headers, error?.message),
    body,
  };
  // A body with both an error and an acceptance contradicts itself and proves nothing about a payment.
  if (isAcceptance && operation.retry !== "safe")
    return { kind: "unclear", ...details, match: undefined, code: undefined, hint: MONEY_HINT, mayBeRejection: true };
  return { kind: kindOf(operation, advice), ...details };
}

function isAccepted({ success }: OperationInfo, body: unknown): body is Record<string, unknown> {
  const { field, alias = [], values, optional = false, list = false } = success;
  if (asList(body)) return list;
  if (!isJson(body)) return false;
  const value = [field, ...alias].map((name) => text(body[name])).find((one) => one !== undefined);
  // The word must stand alone: "unsuccessful" must not count as success.
  if (value === undefined)
    return optional && new RegExp(`\\b${wireTexts.c2bRegistered}`, "i").test(text(body["ResponseDescription"]) ?? "");
  if (!values) return value !== "";
  // Some products write success with eight zeros.
  return values.includes(isZero(value) ? "0" : value);
}

/** Finds an error that has a text but no code, as C2B registration sends. */
function errorWithoutCode(operation: OperationInfo, body: unknown): ErrorBody | undefined {
  const message = isJson(body) ? text(body["ResponseDescription"]) : undefined;
  if (!message || !isJson(body) || body[operation.success.field] !== undefined) return undefined;
  if (!lookupText(errorCodes, message, operation.id)) return undefined;
  return { family: "daraja", code: "", message, requestId: undefined };
}

/**
 * Returns the code of an error. For a body that is not an error, returns the HTTP status and the kind of body, such as
 * `503:html`.
 */
function codeOf(error: ErrorBody | undefined, { status, text: body }: CompleteResponse, parsed: unknown): string {
  if (error && (error.code || error.family === "daraja")) return error.code;
  return `${status}:${body.trim() === "" ? "empty" : parsed === undefined ? "html" : "json"}`;
}

/**
 * Kinds of errors with which the gateway rejects a call because of too many requests. Other codes with `later` have
 * other reasons.
 */
const BUSY: readonly (ErrorKind | undefined)[] = ["spikeArrest", "systemBusy", "quotaViolation"];

function kindOf({ retry: retryClass }: OperationInfo, advice: ErrorAdvice): Exclude<Decision["kind"], "accepted"> {
  const { match, nextForPayment, code } = advice;
  switch (code.next) {
    case "token":
      return "token";
    case "later":
      if (nextForPayment !== "later") return "unclear";
      return retryClass === "safe" && match && !BUSY.includes(match.kind) ? "unclear" : "busy";
    case "fix":
    case "new":
    case "no":
      return "rejected";
    case "poll":
      return "pending";
    default:
      return "unclear";
  }
}

function describeBody(body: string, parsed: unknown): string {
  if (body.trim() === "") return "an empty body";
  if (parsed !== undefined) return "unexpected JSON";
  if (body.trimStart().startsWith("<")) return "an HTML page";
  return /^[[{]/.test(body.trimStart()) ? "incomplete JSON" : "text that is not JSON";
}

const ALLOWED_RATE = /* @__PURE__ */ new RegExp(allowedRatePattern);

/**
 * Returns the milliseconds to wait before a retry, from the `Retry-After` header or from the rate in the text of a
 * spike arrest. Returns `undefined` if the response contains neither.
 */
function retryAfterMs(headers: Headers, message = ""): number | undefined {
  const header = headers.get("retry-after")?.trim();
  if (header) {
    const ms = /^\d+(\.\d+)?$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now();
    if (Number.isFinite(ms)) return Math.max(0, Math.ceil(ms));
  }
  const [, messages, period] = ALLOWED_RATE.exec(message) ?? [];
  if (messages === undefined || period === undefined || Number(messages) === 0) return undefined;
  return Math.ceil(Number(period) / Number(messages) / 1000);
}
