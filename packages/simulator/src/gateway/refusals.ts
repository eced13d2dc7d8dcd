import { codeTexts, ErrorCode, HttpSignal } from "@mpesa/raw/codes";
import { firewallPages } from "@mpesa/raw/platform";
import { codeInfo, textOf } from "../codes.ts";
import type { Engine } from "../engine/engine.ts";
import { requestId } from "../engine/ids.ts";
import type { Reply } from "./call.ts";

/** Daraja's answer for a code of the `error`, `fault` or `http` scope, in the shape and with the status of that code. */
export function refusal(engine: Engine, code: string, message?: string, status?: number): Reply {
  if (codeInfo("http", code)) return signal(code, status);
  if (codeInfo("fault", code)) return fault(code, message, status);
  const text = message ?? textOf("error", code);
  const fromCode = Number(code.split(".")[0]);
  return {
    status:
      status ?? codeInfo("error", code)?.http?.[0] ?? (fromCode >= 400 && fromCode < 600 ? Math.floor(fromCode) : 500),
    body: { requestId: requestId(engine.random), errorCode: code, errorMessage: text },
    note: `${code} ${text}`,
  };
}

/** Daraja's answer to a field that it does not take, which it names. */
export function refuseField(engine: Engine, field: string): Reply {
  return refusal(engine, ErrorCode.BadRequest, codeTexts.error.BadRequest.replace("<field>", field));
}

/** An answer that has no code: an empty body, a firewall's page, a bare status. */
function signal(code: string, status?: number): Reply {
  const [number, kind] = code.split(":");
  const answer = { status: status ?? Number(number), note: code };
  if (kind === "html")
    return { ...answer, body: firewallPages[code === HttpSignal.FirewallBlocked ? "forbidden" : "unavailable"] };
  return kind === "empty" ? answer : { ...answer, body: {} };
}

function fault(code: string, message?: string, status?: number): Reply {
  const info = codeInfo("fault", code);
  const errorcode = code.endsWith("*") ? `${code.slice(0, -1)}InvalidAccessToken` : code;
  const faultstring = message ?? textOf("fault", code);
  const answer = { status: status ?? info?.http?.[0] ?? 500, note: errorcode };
  if (errorcode.startsWith("steps.")) {
    const detail = { source: { errorcode } };
    return { ...answer, body: { Envelope: { Body: { Fault: { faultcode: "soap:Server", faultstring, detail } } } } };
  }
  const reason = errorcode.endsWith("GatewayTimeout") ? { reason: "TARGET_READ_TIMEOUT" } : {};
  return { ...answer, body: { fault: { faultstring, detail: { errorcode, ...reason } } } };
}
