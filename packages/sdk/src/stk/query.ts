import type { StkQueryResponse } from "@mpesa/raw";
import { stkQueryRequestConstraints as rules } from "@mpesa/raw/constraints";
import type { CallOptions } from "../call.ts";
import { explainResult } from "../codes/callback-codes.ts";
import type { Code } from "../codes/code.ts";
import { type CallContext, type Core, isPending } from "../core.ts";
import { isMpesaError } from "../errors.ts";
import { text } from "../http/error-body.ts";
import type { SendOutcome } from "../http/send.ts";
import { contradictedId } from "../http/to-error.ts";
import { ownShortCode, wireNumber } from "../validate/formats.ts";
import { text as limitedText } from "../validate/limits.ts";
import { check, openObject, optional, type Parser, type ShapeOf } from "../validate/schema.ts";
import { type StkCredentials, type StkSigner, signStk, stkCredentials } from "./credentials.ts";

/** Parameters of an STK query. */
export interface StkQueryParams extends StkCredentials {
  checkoutRequestId: string;
  /** The `merchantRequestId` of the push. If set, a response with another `merchantRequestId` has the outcome `unknown`. */
  merchantRequestId?: string;
  /** The short code of the push (for a till, its store). @default the client's shortCode */
  shortCode?: string;
}

/** A final outcome. Only a code that is listed for STK push proves a final outcome. */
export interface StkDecided {
  readonly outcome: "succeeded" | "failed";
  /** The result code as a string. */
  readonly resultCode: string;
  /** Meaning of the code for an STK push. */
  readonly code: Code;
}

/** An outcome that is not final. */
export interface StkUndecided<Outcome extends "pending" | "unknown"> {
  /** `unknown` means that the response was inconclusive or named another prompt; never treat it as failed. */
  readonly outcome: Outcome;
  /** The result code as a string; `undefined` if none came, as while Daraja says "not yet" with an error. */
  readonly resultCode: string | undefined;
  /** Meaning of the response; `undefined` if it is about another prompt, has no code, or never came. */
  readonly code: Code | undefined;
}

/** Result of an STK query. Receipt and amount are not part of the result; the callback contains both. */
export type StkQueryResult = {
  /** ID of the prompt, as in the parameters. */
  readonly checkoutRequestId: string;
  readonly merchantRequestId: string | undefined;
  readonly resultDescription: string | undefined;
} & (
  | (StkDecided & {
      /** The response as it came. */
      readonly raw: StkQueryResponse;
    })
  | (StkUndecided<"pending" | "unknown"> & {
      /** The response as it came; `undefined` if it was an error. */
      readonly raw: StkQueryResponse | undefined;
    })
);

/** One reading of a prompt's state, or the error instead of it; `final` when asking again cannot bring another. */
export type StkReading = ({ readonly status: StkQueryResult } | { readonly error: Error; readonly final: boolean }) & {
  /** Milliseconds for which the gateway asks to receive no further query. */
  readonly retryAfterMs?: number | undefined;
};

export async function stkQuery(core: Core, params: StkQueryParams, options?: CallOptions): Promise<StkQueryResult> {
  const reading = await readStk(core, check("stkQuery", stkQueryParams, params, core), options);
  if ("error" in reading) throw reading.error;
  return reading.status;
}

/** A checked query: which prompt to ask about, and what signs it at the moment of asking. */
export type StkQueryPlan = {
  readonly checkoutRequestId: string;
  readonly shortCode: string;
  /** If the caller knows it; it is in the errors, too. */
  readonly merchantRequestId: string | undefined;
} & StkSigner;

/** The parameters of a query, and of a wait. */
export const stkQueryParams: Parser<StkQueryPlan, Core> = openObject(
  {
    checkoutRequestId: limitedText(rules.CheckoutRequestID),
    // A push whose response lacks the ID has an empty one, and a row of a database has null.
    merchantRequestId: (value) => optional(limitedText())(value || undefined, undefined),
    shortCode: ownShortCode,
  } satisfies ShapeOf<Omit<StkQueryParams, keyof StkCredentials>>,
  stkCredentials,
);

/** Asks once. */
export async function readStk(
  core: Core,
  { checkoutRequestId, merchantRequestId, shortCode, ...signer }: StkQueryPlan,
  options: CallContext["options"],
): Promise<StkReading> {
  const { password, timestamp } = signStk(shortCode, signer, core.config.time.now);
  const body = {
    BusinessShortCode: wireNumber(shortCode),
    Password: password,
    Timestamp: timestamp,
    CheckoutRequestID: checkoutRequestId,
  };
  const ids = { checkoutRequestId, ...(merchantRequestId !== undefined && { merchantRequestId }) };
  const exchange = await core.exchange("stkQuery", body, { options, ids });
  const { outcome, redactor } = exchange;
  const nothing = { checkoutRequestId, merchantRequestId: undefined, raw: undefined };
  if (isPending(outcome)) {
    const { code, error, retryAfterMs } = outcome.decision;
    const said = error && redactor.text(error.message);
    const status = {
      ...nothing,
      outcome: "pending",
      resultCode: undefined,
      resultDescription: said,
      // What Daraja says of a prompt that is open comes as an error, whose code may repeat a secret.
      code: code && { ...code, code: redactor.text(code.code) },
    } as const;
    return { status, retryAfterMs };
  }
  if (outcome.kind !== "decided" || outcome.decision.kind !== "accepted") {
    const error = exchange.toError();
    const asked = outcome.kind === "decided" && outcome.decision.kind !== "accepted" ? outcome.decision : undefined;
    return { error, final: isFinal(outcome, error), retryAfterMs: asked?.retryAfterMs };
  }
  const raw = outcome.decision.body as StkQueryResponse;
  const contradicted = contradictedId(raw, ids);
  if (contradicted) {
    const asked = redactor.text(checkoutRequestId);
    const message = `the response to an STK query for ${asked} has another ${contradicted}: it is about another prompt and was ignored.`;
    core.emit({ type: "warning", code: "otherPayment", message });
    const nothingSaid = { resultCode: undefined, resultDescription: undefined, code: undefined };
    return { status: { ...nothing, ...nothingSaid, outcome: "unknown", raw } };
  }
  const resultDescription = text(raw.ResultDesc);
  return {
    status: {
      ...judge(text(raw.ResultCode), resultDescription),
      checkoutRequestId,
      merchantRequestId: text(raw.MerchantRequestID),
      resultDescription,
      raw,
    },
  };
}

/** Refused keys, products and parameters stay refused; a lost answer, a busy gateway and a fault of theirs pass. */
function isFinal(outcome: SendOutcome, error: Error): boolean {
  if (isMpesaError(error) && error.type === "MpesaAuthError") return true;
  return outcome.kind === "decided" && outcome.decision.kind === "rejected";
}

/** Only a listed code settles a payment: an unlisted one might mean anything. */
export function judge(
  resultCode: string | undefined,
  message: string | undefined,
): StkDecided | StkUndecided<"pending" | "unknown"> {
  if (resultCode === undefined) return { outcome: "unknown", resultCode, code: undefined };
  const { code, outcome } = explainResult("stk", resultCode, message);
  return { outcome, resultCode, code };
}
