import { type C2bSimulateRequest, type C2bSimulateResponse, type OperationInfo, operationTable } from "@mpesa/raw";
import { c2bSimulateRequestConstraints as rules } from "@mpesa/raw/constraints";
import type { CallOptions, Core } from "../core.ts";
import { text } from "../transport/error-body.ts";
import { parseAmount } from "../values/amount.ts";
import { Checks } from "../values/checks.ts";
import { parseChoice } from "../values/choice.ts";
import { checkNames } from "../values/names.ts";
import { checkOwnShortCode } from "../values/own-short-code.ts";
import { bad } from "../values/parsed.ts";
import { parsePhoneNumber, phoneSecrets } from "../values/phone-number.ts";
import { parseShortCode } from "../values/short-code.ts";
import { parseText } from "../values/text.ts";
import { wireNumber } from "../values/wire-number.ts";
import type { C2bSimulateParams } from "./params.ts";

/** The sandbox took the pretended payment; its notices go to the registered URLs. */
export interface C2bSimulation {
  /** M-Pesa's text beside the acceptance; empty where there is none. */
  readonly responseDescription: string;
  /** M-Pesa's id of the request, where the answer had one. */
  readonly originatorConversationId: string | undefined;
  /** The answer as it came. */
  readonly raw: C2bSimulateResponse;
}

export async function c2bSimulate(
  core: Core,
  params: C2bSimulateParams,
  options?: CallOptions,
): Promise<C2bSimulation> {
  const version = params.apiVersion ?? core.config.apiVersion?.c2b ?? "v2";
  const id = version === "v1" ? "c2bSimulateV1" : "c2bSimulateV2";
  const checks = new Checks(id);
  checks.take("apiVersion", parseChoice(version, ["v1", "v2"], 'Leave it out for "v2".'));
  const { environment } = core.config;
  const { environments }: OperationInfo = operationTable[id];
  if (environment !== undefined && !environments.includes(environment)) {
    checks.take(
      "environment",
      bad(environment, `must be ${environments.join(" or ")}`, "Elsewhere customers pay for real."),
    );
  }
  const target = checkPayTo(checks, params.payTo, core.config.shortCode);
  const phoneNumber = checks.take("phoneNumber", parsePhoneNumber(params.phoneNumber));
  const Amount = checks.take("amount", parseAmount(params.amount, rules.Amount));
  checks.done();
  const { shortCode, ...rest } = target;
  const body = { ShortCode: wireNumber(shortCode), ...rest, Amount, Msisdn: wireNumber(phoneNumber) };
  const raw = await core.call(id, body, { options, secrets: phoneSecrets(phoneNumber) });
  return {
    responseDescription: text(raw.ResponseDescription) ?? "",
    originatorConversationId: text(raw.OriginatorCoversationID) || undefined,
    raw,
  };
}

type Target = { shortCode: string } & Pick<C2bSimulateRequest, "CommandID" | "BillRefNumber">;

function checkPayTo(checks: Checks, payTo: C2bSimulateParams["payTo"], own: string | undefined): Target {
  const { given, has } = checkNames(checks, "payTo", payTo, ["payBill", "account", "till"]);
  const { payBill, account, till } = given;
  const isTill = has("till");
  if (isTill === (has("payBill") || has("account"))) {
    const fix = "Give { payBill, account } for a pay bill, or { till } for a till.";
    return checks.take("payTo", bad(payTo, "must name a pay bill with an account, or a till", fix));
  }
  if (isTill)
    return { shortCode: checks.take("payTo.till", parseShortCode(till)), CommandID: "CustomerBuyGoodsOnline" };
  return {
    shortCode: checkOwnShortCode(checks, has("payBill") ? payBill : own, "payTo.payBill"),
    CommandID: "CustomerPayBillOnline",
    BillRefNumber: checks.take("payTo.account", parseText(account, rules.BillRefNumber)),
  };
}
