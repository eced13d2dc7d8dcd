import type { PullRegisterResponse } from "@mpesa/raw";
import { PullRegisterCode } from "@mpesa/raw/codes";
import { pullRegisterRequestConstraints as rules } from "@mpesa/raw/constraints";
import type { CallOptions } from "../call.ts";
import type { Core } from "../core.ts";
import { text } from "../http/error-body.ts";
import { ownShortCode, parsePhoneNumber } from "../validate/formats.ts";
import { check, object, orClient, type ShapeOf } from "../validate/schema.ts";
import { urlParameter } from "../validate/urls.ts";

/** For which short code to open the pull service. */
export interface PullRegisterParams {
  /** @default the client's shortCode */
  shortCode?: string;
  /** A phone number of the organisation. */
  nominatedNumber: string | number;
  /** Needed, though what is posted there is documented nowhere. @default the client's callbackUrl */
  callbackUrl?: string | URL;
}

/** The pull service is open. */
export interface PullRegistration {
  /** True when it was open before. */
  readonly alreadyRegistered: boolean;
  /** M-Pesa's text beside the acceptance; empty where there is none. */
  readonly responseDescription: string;
  /** The answer as it came. */
  readonly raw: PullRegisterResponse;
}

const registerParams = object({
  shortCode: ownShortCode,
  nominatedNumber: parsePhoneNumber,
  callbackUrl: orClient("callbackUrl", urlParameter("callbackUrl")),
} satisfies ShapeOf<PullRegisterParams>);

export async function pullRegister(
  core: Core,
  params: PullRegisterParams,
  options?: CallOptions,
): Promise<PullRegistration> {
  const { shortCode, nominatedNumber, callbackUrl } = check("pullRegister", registerParams, params, core);
  const [RequestType] = rules.RequestType.enum;
  // The portal's sample has this number in its national form.
  const NominatedNumber = nominatedNumber.replace(/^254/, "0");
  const body = { ShortCode: shortCode, RequestType, NominatedNumber, CallBackURL: callbackUrl };
  const raw = await core.request("pullRegister", body, { options });
  const status = text(raw.ResponseStatus) ?? text(raw["Response Status"]);
  return {
    alreadyRegistered: status === PullRegisterCode.AlreadyRegistered,
    responseDescription: text(raw.ResponseDescription) ?? text(raw["Response Description"]) ?? "",
    raw,
  };
}
