import { checkUrl } from "../urls.ts";
import type { Checks } from "../values/checks.ts";
import { checkOwnShortCode } from "../values/own-short-code.ts";
import { bad } from "../values/parsed.ts";
import { parseText, type TextRule } from "../values/text.ts";
import { type Initiator, initiatorIssues } from "./initiator.ts";
import type { InitiatorLink } from "./link.ts";

/** What every call signed by an initiator takes besides its own parameters. */
export interface InitiatorParams {
  /** Your short code, on whose behalf the initiator acts. @default the client's shortCode */
  shortCode?: string;
  /** Who signs; its role must allow the call. @default the client's initiator */
  initiator?: Initiator;
  /** Where the outcome is posted. @default the client's resultUrl */
  resultUrl?: string | URL;
  /** Where your request is posted back when it waits in M-Pesa's queue for too long. @default the client's timeoutUrl */
  timeoutUrl?: string | URL;
  /** A note of 2 to 100 characters. @default the name of the call */
  remarks?: string;
}

/** The checked parts that all of these calls share. */
export interface SharedFields {
  readonly shortCode: string;
  readonly initiator: Initiator;
  readonly wire: { readonly Remarks: string; readonly QueueTimeOutURL: string; readonly ResultURL: string };
}

/** Checks the shared parameters and fills in what the client knows. */
export function checkShared(
  { core }: InitiatorLink,
  checks: Checks,
  params: InitiatorParams,
  { rule, remarks }: { rule: TextRule; remarks: string },
): SharedFields {
  const { config } = core;
  const initiator = params.initiator ?? config.initiator;
  if (initiator === undefined) {
    const fix = "Give { name, securityCredential } or { name, password } to the client or to this call.";
    checks.take("initiator", bad(undefined, "is needed", fix));
  } else {
    for (const { field, ...issue } of initiatorIssues(initiator, "initiator", config.environment))
      checks.take(field, { ok: false, issue });
  }
  return {
    shortCode: checkOwnShortCode(checks, params.shortCode ?? config.shortCode),
    initiator: initiator as Initiator,
    wire: {
      Remarks: checks.take("remarks", parseText(params.remarks ?? remarks, rule)),
      QueueTimeOutURL: checkUrl(core, checks, "timeoutUrl", params.timeoutUrl, config.timeoutUrl),
      ResultURL: checkUrl(core, checks, "resultUrl", params.resultUrl, config.resultUrl),
    },
  };
}
