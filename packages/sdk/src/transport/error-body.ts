import type { OperationInfo } from "@mpesa/raw";
import { isZero } from "../codes/lookup.ts";

/** What an error answer says of itself, whichever of Daraja's shapes it has. */
export interface ErrorBody {
  /** `fault` codes are the gateway's own names; `daraja` codes are Daraja's numbers. */
  readonly family: "daraja" | "fault";
  readonly code: string;
  readonly message: string;
  readonly requestId: string | undefined;
}

type Json = Record<string, unknown>;

/**
 * Finds code, message and request id in a parsed body, or `undefined` where it holds no error.
 * Read field by field: the body comes from outside and owes nothing to any schema.
 */
export function errorBody(body: unknown, isAcceptance: boolean): ErrorBody | undefined {
  if (!isJson(body)) return undefined;
  const requestId = requestIdOf(body);
  const code = text(body["errorCode"]);
  if (code) return { family: "daraja", code, message: text(body["errorMessage"]) ?? "", requestId };
  const fault = isJson(body["fault"]) ? body["fault"] : soapFault(body);
  if (fault) return { family: "fault", ...faultParts(fault), requestId };
  const header = isJson(body["header"]) ? body["header"] : undefined;
  // Outside a header, `status` and `message` are the words of any proxy.
  const status = text(header ? (header["responseCode"] ?? header["status"]) : body["responseCode"]);
  const message = text(header ? (header["responseMessage"] ?? header["message"]) : body["responseMessage"]);
  if (status && message !== undefined && !/^[02]/.test(status)) {
    return { family: "daraja", code: status, message, requestId: requestId ?? text(header?.["requestRefId"]) };
  }
  return isAcceptance ? undefined : capitals(body, requestId);
}

/** Daraja's ID of a request, in any of its spellings. */
export function requestIdOf(body: unknown): string | undefined {
  if (!isJson(body)) return undefined;
  return text(body["requestId"] ?? body["RequestID"] ?? body["requestRefId"] ?? body["requestRefID"]);
}

/** Newer gateways write an error in the keys of an acceptance; older ones do it with a code that has dots. */
function capitals(body: Json, requestId: string | undefined): ErrorBody | undefined {
  const code = text(body["ResponseCode"]);
  const message = text(body["ResponseMessage"] ?? (code?.includes(".") ? body["ResponseDescription"] : undefined));
  if (!code || message === undefined || isZero(code)) return undefined;
  return { family: "daraja", code, message, requestId };
}

function soapFault(body: Json): Json | undefined {
  const envelope = body["Envelope"];
  const inner = isJson(envelope) ? envelope["Body"] : undefined;
  return isJson(inner) && isJson(inner["Fault"]) ? inner["Fault"] : undefined;
}

function faultParts(fault: Json): { code: string; message: string } {
  const detail = isJson(fault["detail"]) ? fault["detail"] : {};
  const source = isJson(detail["source"]) ? detail["source"] : detail;
  const reason = text(source["reason"]);
  const message = text(fault["faultstring"]) ?? "";
  return {
    code: text(source["errorcode"]) ?? text(fault["faultcode"]) ?? "",
    message: reason ? `${message} (${reason})` : message,
  };
}

/** The code and the text of a response that is no acceptance, whether it has the form of an error or not. */
export function saidIn(
  { success }: OperationInfo,
  { error, body }: { readonly error?: ErrorBody | undefined; readonly body: unknown },
): [code: string | undefined, message: string | undefined] {
  if (error) return [error.code, error.message];
  return isJson(body) ? [text(body[success.field]), text(body["ResponseDescription"])] : [undefined, undefined];
}

export function isJson(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Texts and numbers as text; everything else is not there. */
export function text(value: unknown): string | undefined {
  return typeof value === "string" ? value : typeof value === "number" ? String(value) : undefined;
}
