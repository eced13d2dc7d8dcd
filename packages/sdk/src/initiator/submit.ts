import type { DarajaError, Acknowledgement as QueuedResponse } from "@mpesa/raw";
import type { initiatorFields } from "@mpesa/raw/platform";
import type { CallOptions } from "../call.ts";
import { MONEY_HINT } from "../codes/lookup.ts";
import { type AcceptanceOf, type BodyOf, type CallContext, requireId } from "../core.ts";
import type { MpesaIds } from "../errors.ts";
import { MpesaConfigError, MpesaOutcomeUnknownError } from "../errors.ts";
import { text } from "../http/error-body.ts";
import { contradictedId, idsOf } from "../http/to-error.ts";
import { maskPhoneNumbers } from "../mask.ts";
import type { Initiator } from "./initiator.ts";
import type { InitiatorLink } from "./link.ts";

/**
 * The acknowledgement of a request that M-Pesa queued. The result is posted to `resultUrl`, possibly before the
 * acknowledgement arrives.
 */
export interface Acknowledgement {
  /** ID of the request. The result contains the same ID. */
  readonly originatorConversationId: string;
  /** M-Pesa's own ID of the request. The result contains the same ID. */
  readonly conversationId: string;
  /** M-Pesa's text about the acceptance; an empty string if there is none. */
  readonly responseDescription: string;
  /** The response, unchanged. */
  readonly raw: QueuedResponse;
}

/**
 * The acknowledgement of a payout that M-Pesa queued. The result is posted to `resultUrl`, possibly before the
 * acknowledgement arrives.
 */
export interface PayoutAcknowledgement {
  /**
   * ID that the SDK made, or that you passed, before sending; with version 1, an ID that M-Pesa made. The result
   * contains the same ID.
   */
  readonly originatorConversationId: string;
  /**
   * M-Pesa's own ID of the payout, which the result contains too. `undefined` if the response with this ID was lost.
   */
  readonly conversationId: string | undefined;
  /** M-Pesa's text about the acceptance; an empty string if there is none. */
  readonly responseDescription: string;
  /**
   * True if the response was lost, the request was sent again, and M-Pesa reported that the same request had arrived
   * before.
   */
  readonly duplicate: boolean;
  /** The response, unchanged. */
  readonly raw: QueuedResponse | DarajaError;
}

const MAX_QUOTED = 200;

type SubmitId = keyof typeof initiatorFields;

/** A validated request that lacks only its credential. */
export interface Submission<K extends SubmitId> {
  readonly id: K;
  readonly initiator: Initiator;
  readonly body: (securityCredential: string) => BodyOf<K>;
  readonly options: CallOptions | undefined;
  /** The `OriginatorConversationID` of the body, if the body has one. */
  readonly originatorConversationId?: string;
  readonly recovery?: string;
}

/** Signs a request, sends the request and returns the acknowledgement. */
export async function submit<K extends SubmitId>(
  link: InitiatorLink,
  submission: Submission<K>,
): Promise<Acknowledgement> {
  const { credential, context } = await sign(link, submission);
  const raw = (await link.core.request(submission.id, submission.body(credential), context)) as AcceptanceOf<SubmitId>;
  // For these operations no source documents that M-Pesa keeps the caller's ID. The result contains the ID of the
  // response.
  const receivedId = text(raw.OriginatorConversationID);
  const ids = receivedId ? { originatorConversationId: receivedId } : context.ids;
  return {
    originatorConversationId:
      receivedId ||
      submission.originatorConversationId ||
      requireId(submission.id, raw, "OriginatorConversationID", context),
    conversationId: requireId(submission.id, raw, "ConversationID", { ...context, ids }),
    responseDescription: text(raw.ResponseDescription) ?? "",
    raw,
  };
}

/**
 * Signs a payout, sends the payout and returns the acknowledgement. With `resend`, a payout whose response was lost is
 * sent again, which is harmless because the payout has an ID of the caller.
 */
export async function submitPayout<K extends SubmitId>(
  link: InitiatorLink,
  submission: Submission<K>,
  resend: boolean,
): Promise<PayoutAcknowledgement> {
  const { core } = link;
  const { credential, context } = await sign(link, submission);
  const exchange = await core.exchange(submission.id, submission.body(credential), { ...context, resend });
  const { outcome, redactor } = exchange;
  if (outcome.kind === "decided") {
    const { decision, resent } = outcome;
    const body = decision.body as Record<string, unknown>;
    const ownId = submission.originatorConversationId;
    if (decision.kind === "accepted") {
      requireOwnId(link, submission, body, context);
      const raw = decision.body as unknown as QueuedResponse;
      const originatorConversationId = ownId ?? requireId(submission.id, body, "OriginatorConversationID", context);
      const conversationId = text(body["ConversationID"]);
      return {
        originatorConversationId,
        conversationId,
        responseDescription: text(body["ResponseDescription"]) ?? "",
        duplicate: false,
        raw,
      };
    }
    const isDuplicate = decision.match?.kind === "duplicateOriginatorConversationId";
    if (resent && ownId !== undefined && isDuplicate && !contradictedId(body, context.ids)) {
      const raw = decision.body as DarajaError;
      const responseDescription = redactor.text(decision.error?.message ?? "");
      return { originatorConversationId: ownId, conversationId: undefined, responseDescription, duplicate: true, raw };
    }
  }
  throw exchange.toError();
}

/**
 * Checks that an acknowledgement names the request that was sent.
 *
 * @throws MpesaOutcomeUnknownError if the acknowledgement names another request.
 */
function requireOwnId<K extends SubmitId>(
  { core }: InitiatorLink,
  { id }: Submission<K>,
  body: object,
  { ids, recovery }: CallContext & { readonly ids: MpesaIds },
): void {
  if (!contradictedId(body, ids)) return;
  const { originatorConversationId, conversationId } = idsOf(body);
  // The error quotes the received IDs: if Daraja replaced the ID, nothing else finds the request.
  const receivedIds = core.redactor
    .text(JSON.stringify({ originatorConversationId, conversationId }))
    .slice(0, MAX_QUOTED);
  throw new MpesaOutcomeUnknownError(
    `the outcome is unknown: the acknowledgement is for another request, ${receivedIds}.`,
    {
      operation: id,
      ids,
      hint: [MONEY_HINT, recovery].filter((sentence) => sentence !== undefined).join(" "),
    },
  );
}

async function sign<K extends SubmitId>(
  { credentials }: InitiatorLink,
  { id, initiator, options, originatorConversationId, recovery }: Submission<K>,
): Promise<{ credential: string; context: CallContext & { readonly ids: MpesaIds } }> {
  const ids = originatorConversationId === undefined ? {} : { originatorConversationId };
  const credential = await credentials.of(initiator).catch((cause: unknown) => {
    if (!(cause instanceof MpesaConfigError)) throw cause;
    throw new MpesaConfigError(cause.issues, { operation: id, ids, cause });
  });
  const context = {
    options,
    ids,
    initiator,
    ...(recovery !== undefined && { recovery }),
  };
  return { credential, context };
}

/** Returns the sentence that says with which call to find a payout whose response was lost. */
export function statusRecovery(originatorConversationId: string): string {
  const id = JSON.stringify(originatorConversationId);
  // A message must not contain a phone number, and an ID with a masked phone number finds nothing.
  const expression = maskPhoneNumbers(id) === id ? id : "error.ids.originatorConversationId";
  return `Find the payment with mpesa.transactions.status({ originatorConversationId: ${expression} }).`;
}
