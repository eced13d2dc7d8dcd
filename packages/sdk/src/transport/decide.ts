import type { OperationInfo } from "@mpesa/raw";
import { type ErrorKind, errorCodes } from "@mpesa/raw/codes";
import { wireTexts } from "@mpesa/raw/platform";
import type { Code } from "../codes/code.ts";
import { adviseOnError, type ErrorAdvice } from "../codes/error-advice.ts";
import { type CodeMatch, isZero, lookupText, MONEY_HINT } from "../codes/lookup.ts";
import { asList } from "../list.ts";
import type { Reply } from "./attempt.ts";
import { type ErrorBody, errorBody, isJson, saidIn, text } from "./error-body.ts";
import { retryAfterMs } from "./retry-after.ts";

/** What an answer that is not an acceptance says. */
export interface Refusal {
  readonly status: number;
  readonly error: ErrorBody | undefined;
  readonly match: CodeMatch | undefined;
  /** The meaning of the response; `undefined` where the response contradicts itself. */
  readonly code: Code | undefined;
  /** What to do about it. */
  readonly hint: string;
  /** Whether it may be a rejection of the initiator's credential that no table lists. */
  readonly mayBeRejection: boolean;
  /** What the body is, when it is no error of Daraja's: `an HTML page`. */
  readonly shape: string;
  readonly retryAfterMs: number | undefined;
}

/**
 * What an answer means.
 * `token`, `busy` and `refused` mean that the call was turned away before anything happened;
 * `unclear` that it may have been processed; `pending` that a query has no result yet.
 */
export type Decision =
  | { readonly kind: "accepted"; readonly body: Record<string, unknown> }
  | ({ readonly kind: "token" | "busy" | "refused" | "pending" | "unclear" } & Refusal & { readonly body: unknown });

/** Decides on the body first and the status second: Daraja sends errors with 200 and useful bodies with 500. */
export function decide(operation: OperationInfo, reply: Reply): Decision {
  const { status } = reply;
  const body = parse(reply.text);
  const isAcceptance = isAccepted(operation, body);
  const error = errorBody(body, isAcceptance) ?? bareText(operation, body);
  if (!error && status >= 200 && status < 300 && isAcceptance) return { kind: "accepted", body };
  const code = codeOf(error, reply, body);
  const said = saidIn(operation, { error, body });
  const advice = adviseOnError({ code, message: error?.message, said, status, operation, body: reply.text });
  const refusal = {
    status,
    error,
    match: advice.match,
    code: advice.code,
    hint: advice.code.hint,
    mayBeRejection: advice.mayBeRejection,
    shape: shapeOf(reply.text, body),
    retryAfterMs: retryAfterMs(reply.headers, error?.message),
    body,
  };
  // An error beside an acceptance contradicts itself: it proves nothing about a payment, and what it means stays open.
  if (isAcceptance && operation.retry !== "safe")
    return { kind: "unclear", ...refusal, match: undefined, code: undefined, hint: MONEY_HINT, mayBeRejection: true };
  return { kind: kindOf(operation, advice), ...refusal };
}

function isAccepted({ success }: OperationInfo, body: unknown): body is Record<string, unknown> {
  const { field, alias = [], values, optional = false, list = false } = success;
  if (asList(body)) return list;
  if (!isJson(body)) return false;
  const value = [field, ...alias].map((name) => text(body[name])).find((one) => one !== undefined);
  // A word of its own: "unsuccessful" is none.
  if (value === undefined)
    return optional && new RegExp(`\\b${wireTexts.c2bRegistered}`, "i").test(text(body["ResponseDescription"]) ?? "");
  if (!values) return value !== "";
  // Some products write success with eight zeros.
  return values.includes(isZero(value) ? "0" : value);
}

/** The text of an error without its code, as C2B registration sends it. */
function bareText(operation: OperationInfo, body: unknown): ErrorBody | undefined {
  const message = isJson(body) ? text(body["ResponseDescription"]) : undefined;
  if (!message || !isJson(body) || body[operation.success.field] !== undefined) return undefined;
  if (!lookupText(errorCodes, message, operation.id)) return undefined;
  return { family: "daraja", code: "", message, requestId: undefined };
}

/** The code of an error; in the scope of bare answers for a body that is none. */
function codeOf(error: ErrorBody | undefined, { status, text: body }: Reply, parsed: unknown): string {
  if (error && (error.code || error.family === "daraja")) return error.code;
  return `${status}:${body.trim() === "" ? "empty" : parsed === undefined ? "html" : "json"}`;
}

/** The gateway turned the call away because too many came; other codes with `later` have reasons of their own. */
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
      return "refused";
    case "poll":
      return "pending";
    default:
      return "unclear";
  }
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body) as unknown;
  } catch {
    return undefined;
  }
}

function shapeOf(body: string, parsed: unknown): string {
  if (body.trim() === "") return "an empty body";
  if (parsed !== undefined) return "JSON that is no acceptance";
  if (body.trimStart().startsWith("<")) return "an HTML page";
  return /^[[{]/.test(body.trimStart()) ? "JSON that breaks off" : "text that is not JSON";
}
