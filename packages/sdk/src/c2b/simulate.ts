import { type C2bSimulateRequest, type C2bSimulateResponse, type OperationInfo, operationTable } from "@mpesa/raw";
import { c2bSimulateRequestConstraints as rules } from "@mpesa/raw/constraints";
import type { CallOptions } from "../call.ts";
import type { Core } from "../core.ts";
import { text as textOf } from "../http/error-body.ts";
import { parsePhoneNumber, parseShortCode, receivingShortCode, wireNumber } from "../validate/formats.ts";
import { amount, text } from "../validate/limits.ts";
import { check, either, type Fields, invalid, object, type ShapeOf, valid } from "../validate/schema.ts";
import { apiVersion, type C2bSimulateParams, versionOf } from "./params.ts";

/** The sandbox took the pretended payment; its notices go to the registered URLs. */
export interface C2bSimulation {
  /** M-Pesa's text beside the acceptance; empty where there is none. */
  readonly responseDescription: string;
  /** M-Pesa's id of the request, where the answer had one. */
  readonly originatorConversationId: string | undefined;
  /** The answer as it came. */
  readonly raw: C2bSimulateResponse;
}

const payTo = object(
  {},
  either(
    {
      payBill: { payBill: receivingShortCode, account: text(rules.BillRefNumber) },
      till: { till: parseShortCode },
    },
    {
      rule: "must name a pay bill with an account, or a till",
      fix: "Pass { payBill, account } for a pay bill, or { till } for a till.",
    },
  ),
);

const { environments }: OperationInfo = operationTable.c2bSimulateV2;

/** Real customers are nowhere simulated. */
const environment: Fields<object, Pick<Core, "config">> = {
  names: [],
  read: (_, { config: { environment } }) =>
    environment === undefined || environments.includes(environment)
      ? valid({})
      : invalid(
          environment,
          `must be ${environments.join(" or ")}`,
          "Use the sandbox or a simulator: elsewhere customers pay for real.",
          "environment",
        ),
};

const simulateParams = object(
  {
    apiVersion,
    payTo,
    phoneNumber: parsePhoneNumber,
    amount: amount(rules.Amount),
  } satisfies ShapeOf<C2bSimulateParams>,
  environment,
);

export async function c2bSimulate(
  core: Core,
  params: C2bSimulateParams,
  options?: CallOptions,
): Promise<C2bSimulation> {
  const id = versionOf(core, params) === "v1" ? "c2bSimulateV1" : "c2bSimulateV2";
  const { payTo, phoneNumber, amount } = check(id, simulateParams, params, core);
  const body = { ...targetBody(payTo), Amount: amount, Msisdn: wireNumber(phoneNumber) };
  const raw = await core.request(id, body, { options });
  return {
    responseDescription: textOf(raw.ResponseDescription) ?? "",
    originatorConversationId: textOf(raw.OriginatorCoversationID) || undefined,
    raw,
  };
}

type Target =
  | { readonly kind: "payBill"; readonly payBill: string; readonly account: string }
  | { readonly kind: "till"; readonly till: string };

function targetBody(payTo: Target): Pick<C2bSimulateRequest, "ShortCode" | "CommandID" | "BillRefNumber"> {
  if (payTo.kind === "till") return { ShortCode: wireNumber(payTo.till), CommandID: "CustomerBuyGoodsOnline" };
  return {
    ShortCode: wireNumber(payTo.payBill),
    CommandID: "CustomerPayBillOnline",
    BillRefNumber: payTo.account,
  };
}
