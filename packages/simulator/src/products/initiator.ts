import { type OperationId, type OperationInfo, operationTable } from "@mpesa/raw";
import { codeTexts, ErrorCode, ResponseCode, ResultCode } from "@mpesa/raw/codes";
import { sandbox, wireTexts } from "@mpesa/raw/platform";
import { postCallback } from "../callbacks/post.ts";
import { textOf } from "../codes.ts";
import { refuseInitiator } from "../engine/credentials.ts";
import type { Engine } from "../engine/engine.ts";
import { conversationId, placeholderReceipt, requestId } from "../engine/ids.ts";
import { organisationOf } from "../engine/parties.ts";
import { compactTime } from "../engine/time.ts";
import type { Call, Reply } from "../gateway/call.ts";
import { refusal } from "../gateway/refusals.ts";
import { insists } from "../scenario.ts";
import type { ConversationRecord, OrganisationRecord } from "../state/records.ts";

/** A parameter or reference of a result; some come without a value. */
export type Pair = readonly [key: string, value?: string | number];

/** How a request ended: a result code, and what a success tells besides. */
export interface Execution {
  readonly code: string;
  readonly receipt?: string;
  readonly parameters?: readonly Pair[];
}

/** What an operation of the initiator family does once its turn comes. */
export type Executor = (
  engine: Engine,
  conversation: ConversationRecord,
  organisation: OrganisationRecord,
) => Execution;

/** How results of an operation look. */
export interface ResultStyle {
  readonly execute: Executor;
  /** The key of the organisation's number in the request. */
  readonly party: string;
  /** Codes as text in a success, as the portal's samples of this product have them. */
  readonly textual?: boolean;
  /** The path part of the queue's own address. */
  readonly queue: string;
  /** References besides the queue's address. */
  readonly references?: (body: ConversationRecord["body"]) => readonly Pair[];
}

/** Acknowledges: "queued", nothing more. */
export function acknowledge(engine: Engine, call: Call): Reply {
  const { body, scenario, operation } = call;
  const given = body["OriginatorConversationID"];
  const id = typeof given === "string" ? given : requestId(engine.random);
  const code = scenario?.resultCode;
  if (operationTable[operation].retry === "deduplicated" && engine.store.originators.has(id)) {
    return refusal(engine, ErrorCode.SystemInternalError, codeTexts.error.DuplicateOriginatorConversationId);
  }
  const conversation: ConversationRecord = {
    conversationId: conversationId(engine.random, engine.now()),
    originatorConversationId: id,
    operation,
    body: { ...body },
    at: engine.now(),
    resultCode: null,
    receipt: null,
    scenario: code === undefined && !scenario?.callback && !scenario?.timeout ? null : scenario,
  };
  engine.store.conversations.put(conversation.conversationId, conversation);
  engine.store.originators.put(id, { conversationId: conversation.conversationId });
  engine.schedule.add(engine.now() + engine.settings.delays.resultMs, "execute", conversation.conversationId);
  return {
    status: 200,
    about: conversation.conversationId,
    body: {
      OriginatorConversationID: id,
      ConversationID: conversation.conversationId,
      ResponseCode: ResponseCode.Accepted,
      ResponseDescription: textOf("response", ResponseCode.Accepted),
    },
  };
}

/** Does what was acknowledged and plans its result; or the queue gives up and posts the request back. */
export function execute(engine: Engine, id: string, styles: Readonly<Partial<Record<OperationId, ResultStyle>>>): void {
  const conversation = engine.store.conversations.get(id);
  const style = conversation && styles[conversation.operation];
  if (!conversation || !style || conversation.resultCode !== null) return;
  const { body, scenario, operation } = conversation;
  const shortCode = String(body[style.party]);
  const callback = (name: string, payload: unknown): void => {
    const info: OperationInfo = operationTable[operation];
    const url = String(body[info.callbacks.find((one) => one.name === name)?.urlField ?? ""]);
    postCallback(engine, { operation, name, about: id, shortCode, url, body: payload, scenario });
  };
  if (scenario?.timeout) {
    conversation.resultCode = "timeout";
    engine.store.conversations.put(id, conversation);
    callback("timeout", { ...body, OriginatorConversationID: conversation.originatorConversationId });
    return;
  }
  const execution = run(engine, conversation, style, shortCode);
  conversation.resultCode = execution.code;
  conversation.receipt = execution.receipt ?? null;
  engine.store.conversations.put(id, conversation);
  callback("result", { Result: resultOf(engine, conversation, style, execution) });
}

function run(
  engine: Engine,
  conversation: ConversationRecord,
  { execute: executor }: ResultStyle,
  shortCode: string,
): Execution {
  const { body, scenario } = conversation;
  const forced = scenario?.resultCode;
  if (forced !== undefined && forced !== ResultCode.Completed) return { code: forced };
  const organisation = organisationOf(engine, shortCode);
  const initiator = String(body["InitiatorName"] ?? body["Initiator"]);
  const refused = insists(scenario)
    ? undefined
    : refuseInitiator(engine, organisation, initiator, String(body["SecurityCredential"]));
  if (refused || !organisation)
    return { code: refused ?? ResultCode.InitiatorInvalid, ...initiatorDetails(engine, conversation, refused) };
  return executor(engine, conversation, organisation);
}

/** Only failed balance queries were seen to explain themselves. */
function initiatorDetails(
  engine: Engine,
  { operation }: ConversationRecord,
  code: string | undefined,
): { parameters?: readonly Pair[] } {
  if (operation !== "accountBalance" || code !== ResultCode.CredentialLocked) return {};
  const completed = Number(compactTime(engine.now()));
  return {
    parameters: [
      ["ActionType", "AccountBalance"],
      ["ErrorMsg", wireTexts.credentialLocked],
      ["BOCompletedTime", completed],
    ],
  };
}

function resultOf(engine: Engine, conversation: ConversationRecord, style: ResultStyle, execution: Execution): unknown {
  const { code, receipt, parameters } = execution;
  const succeeded = code === ResultCode.Completed;
  const textual = succeeded && style.textual;
  const queue: Pair = ["QueueTimeoutURL", `${sandbox.queueBaseUrl}${style.queue}/v1/submit`];
  const references = [...(style.references?.(conversation.body) ?? []), queue].map(([Key, Value]) =>
    Value === undefined ? { Key } : { Key, Value },
  );
  const described = conversation.scenario?.resultCode === code ? conversation.scenario.resultDescription : undefined;
  return {
    ResultType: textual ? "0" : 0,
    ResultCode: textual || !/^\d+$/.test(code) ? code : Number(code),
    ResultDesc: described ?? textOf("result", code),
    OriginatorConversationID: conversation.originatorConversationId,
    ConversationID: conversation.conversationId,
    TransactionID: receipt ?? placeholderReceipt(engine.now()),
    ...(parameters
      ? {
          ResultParameters: {
            ResultParameter: parameters.map(([Key, Value]) => (Value === undefined ? { Key } : { Key, Value })),
          },
        }
      : {}),
    ReferenceData: { ReferenceItem: references.length === 1 ? references[0] : references },
  };
}
