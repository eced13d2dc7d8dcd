import type { OperationInfo } from "@mpesa/raw";
import { isZero } from "../codes/lookup.ts";

/** Code, message and request ID of an error response, in whichever of Daraja's forms it came. */
export interface ErrorBody {
  /** `fault`: the code is a name that the gateway defines. `daraja`: the code is a number of Daraja. */
  readonly family: "daraja" | "fault";
  readonly code: string;
  readonly message: string;
  readonly requestId: string | undefined;
}

type Json = Record<string, unknown>;

/**
 * Finds code, message and request ID in a parsed body. Returns `undefined` if the body contains no error.
 *
 * Each field is checked by itself, because a body from the network may have any form.
 */
export function errorBody(body: unknown, isAcceptance: boolean): ErrorBody | undefined {
  if (!isJson(body)) return undefined;
  const requestId = requestIdOf(body);
  const code = text(body["errorCode"]);
  if (code) return { family: "daraja", code, message: text(body["errorMessage"]) ?? "", requestId };
  const fault = isJson(body["fault"]) ? body["fault"] : soapFault(body);
  if (fault) return { family: "fault", ...faultParts(fault), requestId };
  const header = isJson(body["header"]) ? body["header"] : undefined;
  // Outside `header`, any proxy may have written `status` and `message`.
  const status = text(header ? (header["responseCode"] ?? header["status"]) : body["responseCode"]);
  const message = text(header ? (header["responseMessage"] ?? header["message"]) : body["responseMessage"]);
  if (status && message !== undefined && !/^[02]/.test(status)) {
    return { family: "daraja", code: status, message, requestId: requestId ?? text(header?.["requestRefId"]) };
  }
  return isAcceptance ? undefined : errorInAcceptanceKeys(body, requestId);
}

/** Returns Daraja's ID of a request, whatever the spelling of its key. */
export function requestIdOf(body: unknown): string | undefined {
  if (!isJson(body)) return undefined;
  return text(body["requestId"] ?? body["RequestID"] ?? body["requestRefId"] ?? body["requestRefID"]);
}

/**
 * Reads an error from the keys of an acceptance. Newer gateways put its text in `ResponseMessage`, older gateways in
 * `ResponseDescription` beside a code with dots.
 */
function errorInAcceptanceKeys(body: Json, requestId: string | undefined): ErrorBody | undefined {
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

/** Returns code and text of a response that is not an acceptance, whether it has the form of an error or not. */
export function codeAndTextOf(
  { success }: OperationInfo,
  { error, body }: { readonly error?: ErrorBody | undefined; readonly body: unknown },
): [code: string | undefined, message: string | undefined] {
  if (error) return [error.code, error.message];
  return isJson(body) ? [text(body[success.field]), text(body["ResponseDescription"])] : [undefined, undefined];
}

/** Returns whether a value is an object and not an array. */
export function isJson(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Returns a string as it is, a number as a string, and `undefined` for every other value. */
export function text(value: unknown): string | undefined {
  return typeof value === "string" ? value : typeof value === "number" ? String(value) : undefined;
}

/** Returns the value of a JSON text, or `undefined` if the text is missing or invalid. */
export function parseJson(content: string | undefined): unknown {
  try {
    return content === undefined ? undefined : (JSON.parse(content) as unknown);
  } catch {
    return undefined;
  }
}

/** Returns a list, which a response may also contain as a string, as in `"[[]]"`; `undefined` for any other value. */
export function asList(value: unknown): readonly unknown[] | undefined {
  if (Array.isArray(value)) return value;
  if (typeof value !== "string" || !value.trimStart().startsWith("[")) return undefined;
  return parseJson(value) as readonly unknown[] | undefined;
}
