import { codeTexts, ErrorCode, ResponseCode, StkResultCode } from "@mpesa/raw/codes";
import { sandbox, stkQuery as timing, wireTexts } from "@mpesa/raw/platform";
import { textOf } from "../codes.ts";
import type { Engine } from "../engine/engine.ts";
import { checkoutRequestId, requestId } from "../engine/ids.ts";
import { toCents } from "../engine/ledger.ts";
import { customerOf, organisationOf } from "../engine/parties.ts";
import type { Call, Reply } from "../gateway/call.ts";
import { refusal, refuseField } from "../gateway/refusals.ts";
import type { OrganisationRecord, PromptRecord } from "../state/records.ts";
import { sendPrompt } from "./prompts.ts";

/** Puts a prompt on its way to a phone. */
export function stkPush(engine: Engine, call: Call): Reply {
  const { body, scenario } = call;
  const organisation = organisationOf(engine, body["BusinessShortCode"]);
  const refused = refuseMerchant(engine, organisation, body) ?? refuseTill(engine, body);
  if (refused || !organisation) return refused as Reply;
  const phone = String(body["PhoneNumber"]);
  if (engine.busy.has(phone)) return refusal(engine, ErrorCode.StkGatewayFault, codeTexts.error.SubscriberLocked);
  const at = engine.now();
  const prompt: PromptRecord = {
    id: freshId(engine, at, phone),
    kind: "stk",
    requestId: requestId(engine.random),
    phone,
    payer: customerOf(engine, String(body["PartyA"])).phone,
    amount: toCents(String(body["Amount"])),
    business: organisationOf(engine, body["PartyB"])?.name ?? organisation.name,
    shortCode: organisation.shortCode,
    receiver: String(body["PartyB"]),
    reference: String(body["AccountReference"]),
    description: String(body["TransactionDesc"] ?? ""),
    command: String(body["TransactionType"]),
    endJob: null,
    callbackUrl: String(body["CallBackURL"]),
    at,
    state: "sent",
    queries: 0,
    resultCode: null,
    resultDescription: null,
    receipt: null,
    scenario,
  };
  sendPrompt(engine, prompt);
  const accepted = wireTexts.stkPushAccepted;
  return {
    status: 200,
    about: prompt.id,
    body: {
      MerchantRequestID: prompt.requestId,
      CheckoutRequestID: prompt.id,
      ResponseCode: ResponseCode.Accepted,
      ResponseDescription: accepted,
      CustomerMessage: accepted,
    },
  };
}

/** Tells how a prompt ended; until then, one after the other, all the forms in which Daraja says "pending". */
export function stkQuery(engine: Engine, { body, scenario }: Call): Reply {
  const organisation = organisationOf(engine, body["BusinessShortCode"]);
  const refused = refuseMerchant(engine, organisation, body);
  if (refused) return refused;
  const id = String(body["CheckoutRequestID"]);
  const prompt = engine.store.prompts.get(id);
  if (scenario?.resultCode !== undefined) {
    return answer(
      prompt ?? { id, requestId: requestId(engine.random) },
      scenario.resultCode,
      scenario.resultDescription,
    );
  }
  if (prompt?.kind !== "stk" || prompt.shortCode !== organisation?.shortCode) {
    return refusal(engine, ErrorCode.StkGatewayFault, codeTexts.error.TransactionNotFoundYet);
  }
  if (prompt.resultCode !== null) return answer(prompt, prompt.resultCode, prompt.resultDescription ?? undefined);
  if (prompt.scenario?.resultCode === StkResultCode.StillProcessing)
    return answer(prompt, StkResultCode.StillProcessing);
  const young = engine.now() - prompt.at < timing.unknownIdGraceMs;
  const forms = [
    () => refuseField(engine, "CheckoutRequestID"),
    () => refusal(engine, ErrorCode.StkGatewayFault, codeTexts.error.TransactionNotFoundYet),
    () => answer(prompt, StkResultCode.StillProcessing),
    () => refusal(engine, ErrorCode.StkGatewayFault, codeTexts.error.StillProcessing),
    () => refusal(engine, ErrorCode.StkGatewayFault, codeTexts.error.PendingOrHiccup),
  ].slice(young ? 0 : 2);
  const form = forms[prompt.queries % forms.length] as () => Reply;
  prompt.queries += 1;
  engine.store.prompts.put(id, prompt);
  return { ...form(), note: "still pending" };
}

function answer(prompt: Pick<PromptRecord, "id" | "requestId">, code: string, description?: string): Reply {
  return {
    status: 200,
    body: {
      ResponseCode: ResponseCode.Accepted,
      ResponseDescription: wireTexts.stkQueryAccepted,
      MerchantRequestID: prompt.requestId,
      CheckoutRequestID: prompt.id,
      ResultCode: code,
      ResultDesc: description ?? textOf("stk", code),
    },
  };
}

function refuseMerchant(
  engine: Engine,
  organisation: OrganisationRecord | undefined,
  body: Call["body"],
): Reply | undefined {
  if (!organisation?.passkey) return refusal(engine, ErrorCode.StkGatewayFault, codeTexts.error.MerchantNotFound);
  const password = btoa(`${organisation.shortCode}${organisation.passkey}${String(body["Timestamp"])}`);
  return password === body["Password"]
    ? undefined
    : refusal(engine, ErrorCode.StkGatewayFault, codeTexts.error.WrongPassword);
}

/** The sandbox's own short code takes no till payments. */
function refuseTill(engine: Engine, body: Call["body"]): Reply | undefined {
  const till =
    body["TransactionType"] === "CustomerBuyGoodsOnline" && String(body["BusinessShortCode"]) === sandbox.shortCode;
  return till && engine.settings.environment === "sandbox" ? refuseField(engine, "TransactionType") : undefined;
}

/** Two ids made in one millisecond must differ; a virtual clock can stand still. */
function freshId(engine: Engine, at: number, phone: string): string {
  for (let stamp = at; ; stamp++) {
    const id = checkoutRequestId(stamp, phone);
    if (!engine.store.prompts.has(id)) return id;
  }
}
