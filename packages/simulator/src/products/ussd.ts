import { UssdPushCode } from "@mpesa/raw/codes";
import { textOf } from "../codes.ts";
import type { Engine } from "../engine/engine.ts";
import { toCents } from "../engine/ledger.ts";
import { organisationOf } from "../engine/parties.ts";
import type { Call, Reply } from "../gateway/call.ts";
import { refuseField } from "../gateway/refusals.ts";
import type { PromptRecord } from "../state/records.ts";
import { complete, finishPrompt, sendPrompt } from "./prompts.ts";

/** Puts a prompt on the phone of a merchant's till. */
export function ussdPush(engine: Engine, { body, scenario }: Call): Reply {
  const payer = organisationOf(engine, body["primaryShortCode"]);
  const receiver = organisationOf(engine, body["receiverShortCode"]);
  if (!payer) return refuseField(engine, "primaryShortCode");
  if (!receiver) return refuseField(engine, "receiverShortCode");
  const id = String(body["RequestRefID"]);
  const phone = payer.operatorPhone ?? `till:${payer.shortCode}`;
  const prompt: PromptRecord = {
    id: engine.store.prompts.has(id) ? `${id}#${engine.serial()}` : id,
    kind: "ussd",
    requestId: id,
    phone,
    payer: payer.shortCode,
    amount: toCents(String(body["amount"])),
    business: String(body["partnerName"]),
    shortCode: payer.shortCode,
    receiver: receiver.shortCode,
    command: "",
    endJob: null,
    reference: String(body["paymentRef"]),
    description: "",
    callbackUrl: String(body["callbackUrl"]),
    at: engine.now(),
    state: "sent",
    queries: 0,
    resultCode: null,
    resultDescription: null,
    receipt: null,
    scenario,
  };
  const reply = {
    status: 200,
    about: prompt.id,
    body: { code: UssdPushCode.Success, status: textOf("ussdPush", UssdPushCode.Success) },
  };
  const hindrance = payer.operatorPhone
    ? engine.busy.has(phone) && UssdPushCode.UssdNetworkError
    : UssdPushCode.NominatedNumberMissing;
  if (!hindrance) sendPrompt(engine, prompt);
  else if (scenario?.resultCode) complete(engine, prompt);
  else finishPrompt(engine, prompt, hindrance);
  return reply;
}
