import { type OperationId, type OperationInfo, operationTable } from "@mpesa/raw";
import { ErrorCode, GatewayFaultCode, HttpSignal } from "@mpesa/raw/codes";
import { responseScope } from "../abilities.ts";
import { textOf } from "../codes.ts";
import type { Engine } from "../engine/engine.ts";
import type { Runner } from "../engine/runner.ts";
import { handlers } from "../products/index.ts";
import type { NetworkFault, Scenario } from "../scenario.ts";
import type { Call, Incoming, Reply } from "./call.ts";
import { magicValue } from "./magic.ts";
import { spikeArrest } from "./rate-limit.ts";
import { recordRequest } from "./record.ts";
import { refusal, refuseField } from "./refusals.ts";
import { checkToken, issueToken } from "./tokens.ts";
import { invalidField } from "./validate.ts";

/** An answer, or the way in which there is none. */
export type Exchange = Reply | { readonly cut: "refuse" | "reset" | "stall" };

const byPath: ReadonlyMap<string, OperationInfo> = new Map(
  Object.values(operationTable).map((info: OperationInfo) => [info.path, info]),
);

/** Takes a request through everything that stands in front of Safaricom's products, and through the product. */
export async function exchange(engine: Engine, runner: Runner, incoming: Incoming): Promise<Exchange> {
  const info = byPath.get(incoming.url.pathname);
  const parsed = parseBody(incoming.text);
  const queued = info ? engine.scenarios.take(info.id) : null;
  const body =
    typeof parsed === "object" && parsed !== null && !Array.isArray(parsed)
      ? (parsed as Record<string, unknown>)
      : undefined;
  const magic = !queued && info && body && engine.settings.magic ? magicValue(info.id, body) : undefined;
  const scenario = queued ?? magic?.scenario ?? null;
  const { reply, cut } = withFault(engine, scenario, () => answer(engine, info, incoming, body, scenario));
  // A request that was refused for another reason never came as far as its magic value.
  const decided = magic && (reply?.status === 200 || magic.scenario.errorCode !== undefined);
  const why = decided ? `magic ${magic.field}: ${magic.code} ${magic.name}` : undefined;
  recordRequest(engine, { info, incoming, body: parsed, reply, cut, scenario: queued, magic: why });
  // Whatever is acknowledged must outlive the process, so it is safe before the answer leaves.
  engine.commit();
  if (scenario?.callback === "early" && reply?.about) await runner.hurry(reply.about);
  runner.arm();
  return cut ? { cut } : (reply as Reply);
}

function answer(
  engine: Engine,
  info: OperationInfo | undefined,
  incoming: Incoming,
  body: Record<string, unknown> | undefined,
  scenario: Scenario | null,
): Reply {
  const { method, url, authorization, contentType } = incoming;
  const here =
    info && (!info.environments || (info.environments as readonly string[]).includes(engine.settings.environment));
  if (!info || !here) return refusal(engine, ErrorCode.ResourceNotFound);
  if (method !== info.method) return refusal(engine, ErrorCode.MethodNotAllowed);
  if (scenario?.errorCode !== undefined)
    return refusal(engine, scenario.errorCode, scenario.errorMessage, scenario.status);
  if (info.id === "generateToken") return issueToken(engine, url, authorization);
  const token = checkToken(engine, info.id, authorization);
  if ("status" in token) return token;
  const throttled = spikeArrest(engine, info, token.consumerKey);
  if (throttled) return throttled;
  if (!/^application\/(?:[\w.]+\+)?json\b/i.test(contentType ?? "") || body === undefined)
    return refusal(engine, ErrorCode.InvalidRequestPayload);
  const wrong = invalidField(info, body, engine.settings);
  if (wrong !== undefined) return refuseField(engine, wrong);
  return withResponseCode(info.id, scenario, () =>
    handlers[info.id as keyof typeof handlers](engine, { operation: info.id, info, body, scenario } satisfies Call),
  );
}

/** The keys of code and text in acknowledgements that have others than most. */
const acknowledgements: Readonly<Partial<Record<OperationId, readonly [code: string, text: string]>>> = {
  ussdPush: ["code", "status"],
  pullRegister: ["ResponseStatus", "ResponseDescription"],
  pullQuery: ["ResponseCode", "ResponseMessage"],
};

/** An acknowledgement with another code; without zeros in it, nothing was taken on. */
function withResponseCode(operation: OperationId, scenario: Scenario | null, process: () => Reply): Reply {
  const code = scenario?.responseCode;
  if (code === undefined) return process();
  const [codeKey, textKey] = acknowledgements[operation] ?? ["ResponseCode", "ResponseDescription"];
  if (!/^0+$/.test(code)) {
    const text = textOf(responseScope(operation) ?? "response", code);
    return { status: 200, body: { [codeKey]: code, [textKey]: text }, note: `${codeKey} ${code}` };
  }
  const reply = process();
  return reply.status === 200 ? { ...reply, body: { ...(reply.body as object), [codeKey]: code } } : reply;
}

/** Which faults still let the request through to the product. */
const processes: Readonly<Record<NetworkFault, boolean>> = {
  refuse: false,
  reset: false,
  dropAnswer: true,
  stall: false,
  gatewayTimeout: true,
  html503: false,
  html403: false,
  spikeArrest: false,
};

function withFault(
  engine: Engine,
  scenario: Scenario | null,
  process: () => Reply,
): { reply?: Reply; cut?: "refuse" | "reset" | "stall" } {
  const fault = scenario?.fault;
  if (!fault) return { reply: process() };
  const processed = (scenario.processed ?? processes[fault]) ? process() : undefined;
  const about = processed?.about === undefined ? {} : { about: processed.about };
  const instead = (code: string): { reply: Reply } => ({
    reply: { ...refusal(engine, code), ...about, note: `${fault}${processed ? ", after processing" : ""}` },
  });
  switch (fault) {
    case "html503":
      return instead(HttpSignal.FirewallUnavailable);
    case "html403":
      return instead(HttpSignal.FirewallBlocked);
    case "spikeArrest":
      return instead(GatewayFaultCode.SpikeArrestViolation);
    case "gatewayTimeout":
      return instead(GatewayFaultCode.GatewayTimeout);
    case "dropAnswer":
      return { ...(processed ? { reply: processed } : {}), cut: "reset" };
    default:
      return { ...(processed ? { reply: processed } : {}), cut: fault };
  }
}

function parseBody(text: string): unknown {
  if (text === "") return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
