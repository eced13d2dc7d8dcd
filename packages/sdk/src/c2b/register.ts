import { type C2bRegisterResponse, type DarajaError, operationTable } from "@mpesa/raw";
import type { ErrorKind } from "@mpesa/raw/codes";
import { c2bRegisterRequestConstraints as rules } from "@mpesa/raw/constraints";
import type { CallContext, CallOptions, Core } from "../core.ts";
import { text } from "../transport/error-body.ts";
import { checkUrl } from "../urls.ts";
import { Checks } from "../values/checks.ts";
import { parseChoice } from "../values/choice.ts";
import { checkOwnShortCode } from "../values/own-short-code.ts";
import type { C2bRegisterUrlsParams } from "./params.ts";

/** The URLs are registered. */
export interface C2bRegistration {
  /** True when the short code had its URLs before; then those are still the ones in use, whatever this call named. */
  readonly alreadyRegistered: boolean;
  /** M-Pesa's text beside the acceptance; empty where there is none. */
  readonly responseDescription: string;
  /** M-Pesa's id of the request, where the answer had one. */
  readonly originatorConversationId: string | undefined;
  /** The answer as it came. */
  readonly raw: C2bRegisterResponse | DarajaError;
}

const ALREADY: readonly (ErrorKind | undefined)[] = ["urlsAlreadyRegistered", "duplicateNotificationInfo"];

export async function c2bRegister(
  core: Core,
  params: C2bRegisterUrlsParams,
  options?: CallOptions,
): Promise<C2bRegistration> {
  const version = params.apiVersion ?? core.config.apiVersion?.c2b ?? "v2";
  const id = version === "v1" ? "c2bRegisterV1" : "c2bRegisterV2";
  const checks = new Checks(id);
  checks.take("apiVersion", parseChoice(version, ["v1", "v2"], 'Leave it out for "v2".'));
  const body = {
    ShortCode: checkOwnShortCode(checks, params.shortCode ?? core.config.shortCode),
    ResponseType: checks.take(
      "responseType",
      parseChoice(
        params.responseType,
        rules.ResponseType.enum,
        "Say what happens to a payment when validationUrl is silent.",
      ),
    ),
    ConfirmationURL: checkUrl(core, checks, "confirmationUrl", params.confirmationUrl),
    ValidationURL: checkUrl(core, checks, "validationUrl", params.validationUrl),
  };
  checks.done();
  const context: CallContext = { options, secrets: [] };
  const { outcome, redactor } = await core.exchange(id, body, context);
  if (outcome.kind === "decided") {
    const { decision } = outcome;
    if (decision.kind === "accepted") {
      const raw = decision.body as unknown as C2bRegisterResponse;
      const responseDescription = text(raw.ResponseDescription) ?? "";
      const originatorConversationId = text(raw.OriginatorCoversationID) || undefined;
      return { alreadyRegistered: false, responseDescription, originatorConversationId, raw };
    }
    if (ALREADY.includes(decision.match?.kind)) {
      const responseDescription = redactor.text(decision.error?.message ?? "");
      return {
        alreadyRegistered: true,
        responseDescription,
        originatorConversationId: undefined,
        raw: decision.body as DarajaError | C2bRegisterResponse,
      };
    }
  }
  throw core.error(operationTable[id], outcome, redactor, context);
}
