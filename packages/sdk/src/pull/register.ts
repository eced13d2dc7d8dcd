import type { PullRegisterResponse } from "@mpesa/raw";
import { PullRegisterCode } from "@mpesa/raw/codes";
import { pullRegisterRequestConstraints as rules } from "@mpesa/raw/constraints";
import type { CallOptions, Core } from "../core.ts";
import { text } from "../transport/error-body.ts";
import { checkUrl } from "../urls.ts";
import { Checks } from "../values/checks.ts";
import { checkOwnShortCode } from "../values/own-short-code.ts";
import { parsePhoneNumber, phoneSecrets } from "../values/phone-number.ts";

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

export async function pullRegister(
  core: Core,
  params: PullRegisterParams,
  options?: CallOptions,
): Promise<PullRegistration> {
  const checks = new Checks("pullRegister");
  const ShortCode = checkOwnShortCode(checks, params.shortCode ?? core.config.shortCode);
  const number = checks.take("nominatedNumber", parsePhoneNumber(params.nominatedNumber));
  const CallBackURL = checkUrl(core, checks, "callbackUrl", params.callbackUrl, core.config.callbackUrl);
  checks.done();
  const [RequestType] = rules.RequestType.enum;
  // The portal's sample has this number in its national form.
  const NominatedNumber = number.replace(/^254/, "0");
  const body = { ShortCode, RequestType, NominatedNumber, CallBackURL };
  const raw = await core.call("pullRegister", body, { options, secrets: [...phoneSecrets(number), NominatedNumber] });
  const status = text(raw.ResponseStatus) ?? text(raw["Response Status"]);
  return {
    alreadyRegistered: status === PullRegisterCode.AlreadyRegistered,
    responseDescription: text(raw.ResponseDescription) ?? text(raw["Response Description"]) ?? "",
    raw,
  };
}
