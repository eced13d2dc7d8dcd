import type { OperationInfo } from "@mpesa/raw";
import { ErrorCode, type ErrorKind, errorCodes, faultCodes, httpCodes } from "@mpesa/raw/codes";
import { noApiProduct, wireTexts } from "@mpesa/raw/platform";
import { matchRejection } from "../codes/credential.ts";
import { type CodeMatch, isZero, lookupCode, lookupText } from "../codes/lookup.ts";
import { saidIn } from "../initiator/rejection.ts";
import { asList } from "../values/list.ts";
import type { Reply } from "./attempt.ts";
import { type ErrorBody, errorBody, isJson, text } from "./error-body.ts";
import { retryAfterMs } from "./retry-after.ts";

/** What an answer that is not an acceptance says. */
export interface Refusal {
  readonly status: number;
  readonly error: ErrorBody | undefined;
  readonly match: CodeMatch | undefined;
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
  const match =
    matchProduct(reply) ??
    matchRejection(operation.id, ...saidIn(operation, { error, body })) ??
    (error ? matchError(operation, error, status) : matchSignal(operation, reply, body));
  const refusal = {
    status,
    error,
    match,
    shape: shapeOf(reply.text, body),
    retryAfterMs: retryAfterMs(reply.headers, error?.message),
    body,
  };
  return { kind: kindOf(operation, refusal), ...refusal };
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

function contains(whole = "", part: string): boolean {
  return whole.toLowerCase().includes(part);
}

/** The text of an error without its code, as C2B registration sends it. */
function bareText(operation: OperationInfo, body: unknown): ErrorBody | undefined {
  const message = isJson(body) ? text(body["ResponseDescription"]) : undefined;
  if (!message || !isJson(body) || body[operation.success.field] !== undefined) return undefined;
  if (!lookupText(errorCodes, message, operation.id)) return undefined;
  return { family: "daraja", code: "", message, requestId: undefined };
}

/** The text counts in an answer of any shape: other answers with these statuses mean a stale token. */
function matchProduct({ status, text: body }: Reply): CodeMatch | undefined {
  const { text: product, statuses } = noApiProduct;
  if (!(statuses as readonly number[]).includes(status) || !contains(body, product)) return undefined;
  return lookupCode(errorCodes, ErrorCode.Unauthorized, { message: product });
}

function matchError(operation: OperationInfo, error: ErrorBody, status: number): CodeMatch | undefined {
  // A code that is an HTTP status contradicts another one: something between Daraja and us may have written it.
  if (/^\d{3}$/.test(error.code) && status >= 300 && Number(error.code) !== status) return undefined;
  if (error.code === "" && error.family === "daraja") return lookupText(errorCodes, error.message, operation.id);
  const table = error.family === "fault" ? faultCodes : errorCodes;
  return lookupCode(table, error.code, { message: error.message, operation: operation.id });
}

function matchSignal(operation: OperationInfo, reply: Reply, body: unknown): CodeMatch | undefined {
  const shape = reply.text.trim() === "" ? "empty" : body === undefined ? "html" : "json";
  const context = { operation: operation.id };
  const match =
    lookupCode(httpCodes, `${reply.status}:${shape}`, context) ?? lookupCode(httpCodes, String(reply.status), context);
  // A bare status proves nothing, unless the spec ties it to this operation.
  return match?.operations || match?.retry === "ask" ? match : undefined;
}

/** The gateway turned the call away because too many came; other codes with `later` have reasons of their own. */
const BUSY: readonly (ErrorKind | undefined)[] = ["spikeArrest", "systemBusy", "quotaViolation"];

function kindOf(
  operation: OperationInfo,
  { status, error, match, body }: Refusal & { readonly body: unknown },
): Exclude<Decision["kind"], "accepted"> {
  switch (match?.retry) {
    case "token":
      return "token";
    case "later":
      return operation.retry === "safe" && !BUSY.includes(match.kind) ? "unclear" : "busy";
    case "fix":
    case "new":
    case "no":
      return "refused";
    case "poll":
      return operation.retry === "safe" ? "pending" : "unclear";
    case "ask":
      return "unclear";
    default:
      if (status === 401) return "token";
      if (status === 429) return "busy";
      // Whatever its body says: there is nothing in a token request to refuse but the keys and the grant.
      if (operation.auth === "basic" && status === 400 && body !== undefined) return "refused";
      return error?.family === "daraja" && isUnlistedRefusal(status, error.code) ? "refused" : "unclear";
  }
}

/** Statuses with which a server or a proxy gives up a request that may have been processed. */
const GIVEN_UP = [408, 409, 425, 499];
/** How Daraja numbers its refusals: `400.002.02`. */
const DARAJA_4XX = /^4\d\d(?:\.\d+)+$/;

/** Whether a code that the tables do not know is still Daraja refusing the request. */
function isUnlistedRefusal(status: number, code: string): boolean {
  const isGivenUp = GIVEN_UP.includes(status) || GIVEN_UP.includes(Number(code.slice(0, 3)));
  return status >= 400 && status < 500 && !isGivenUp && DARAJA_4XX.test(code);
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
