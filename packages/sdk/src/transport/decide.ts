import type { OperationInfo } from "@mpesa/raw";
import { errorCodes, faultCodes, httpCodes } from "@mpesa/raw/codes";
import { type CodeMatch, lookupCode } from "../codes/lookup.ts";
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
  const error = errorBody(body);
  if (!error && status >= 200 && status < 300 && isAccepted(operation, body)) return { kind: "accepted", body };
  const match = error ? matchError(operation, error) : matchSignal(operation, reply, body);
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

function isAccepted(operation: OperationInfo, body: unknown): body is Record<string, unknown> {
  if (!isJson(body)) return false;
  const { field, alias = [], values, optional = false } = operation.success;
  const value = [field, ...alias].map((name) => text(body[name])).find((one) => one !== undefined);
  if (value === undefined) return optional && Object.keys(body).length > 0;
  return values ? values.includes(value) : value !== "";
}

function matchError(operation: OperationInfo, error: ErrorBody): CodeMatch | undefined {
  const table = error.family === "fault" ? faultCodes : errorCodes;
  return lookupCode(table, error.code, { message: error.message, operation: operation.id });
}

function matchSignal(operation: OperationInfo, reply: Reply, body: unknown): CodeMatch | undefined {
  const shape = reply.text.trim() === "" ? "empty" : body === undefined ? "html" : "json";
  const context = { operation: operation.id };
  return (
    lookupCode(httpCodes, `${reply.status}:${shape}`, context) ?? lookupCode(httpCodes, String(reply.status), context)
  );
}

function kindOf(operation: OperationInfo, { status, error, match }: Refusal): Exclude<Decision["kind"], "accepted"> {
  // A signal without a code is proof only where the spec ties it to this operation.
  const proven = error || match?.operations ? match : undefined;
  switch (proven?.retry) {
    case "token":
      return "token";
    case "later":
      return "busy";
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
      // A 4xx number that the tables do not know is still Daraja refusing the request.
      if (error?.family === "daraja" && status >= 400 && status < 500 && error.code.startsWith("4")) return "refused";
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
