import type { C2bRegisterResponse, DarajaError } from "@mpesa/raw";
import type { ErrorKind } from "@mpesa/raw/codes";
import { c2bRegisterRequestConstraints as rules } from "@mpesa/raw/constraints";
import type { CallOptions } from "../call.ts";
import type { Core } from "../core.ts";
import { text } from "../http/error-body.ts";
import { ownShortCode } from "../validate/formats.ts";
import { choice } from "../validate/limits.ts";
import { check, object, type ShapeOf } from "../validate/schema.ts";
import { urlParameter } from "../validate/urls.ts";
import { apiVersion, type C2bRegisterUrlsParams, versionOf } from "./params.ts";

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

const registerParams = object({
  apiVersion,
  shortCode: ownShortCode,
  responseType: choice(rules.ResponseType.enum, "Choose what happens to a payment if validationUrl does not respond."),
  confirmationUrl: urlParameter("confirmationUrl"),
  validationUrl: urlParameter("validationUrl"),
} satisfies ShapeOf<C2bRegisterUrlsParams>);

export async function c2bRegister(
  core: Core,
  params: C2bRegisterUrlsParams,
  options?: CallOptions,
): Promise<C2bRegistration> {
  const id = versionOf(core, params) === "v1" ? "c2bRegisterV1" : "c2bRegisterV2";
  const values = check(id, registerParams, params, core);
  const body = {
    ShortCode: values.shortCode,
    ResponseType: values.responseType,
    ConfirmationURL: values.confirmationUrl,
    ValidationURL: values.validationUrl,
  };
  const exchange = await core.exchange(id, body, { options });
  const { outcome, redactor } = exchange;
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
  throw exchange.toError();
}
