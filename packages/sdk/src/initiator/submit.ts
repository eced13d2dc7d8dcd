import { type DarajaError, operationTable, type Acknowledgement as QueuedResponse } from "@mpesa/raw";
import type { initiatorFields } from "@mpesa/raw/platform";
import { type AnswerOf, type BodyOf, type CallContext, type CallOptions, requireId } from "../core.ts";
import type { MpesaIds } from "../errors/base.ts";
import { MpesaConfigError } from "../errors/config-error.ts";
import { MpesaOutcomeUnknownError } from "../errors/outcome-unknown-error.ts";
import { text } from "../transport/error-body.ts";
import { contradictedId, idsOf } from "../transport/errors.ts";
import { withoutNumbers } from "../without-payer.ts";
import type { Initiator } from "./initiator.ts";
import type { InitiatorLink } from "./link.ts";

/** M-Pesa queued the request. The outcome comes to `resultUrl`, possibly before this answer. */
export interface Acknowledgement {
  /** Comes back in the result. */
  readonly originatorConversationId: string;
  /** M-Pesa's own id; also in the result. */
  readonly conversationId: string;
  /** M-Pesa's text beside the acceptance; empty where there is none. */
  readonly responseDescription: string;
  /** The answer as it came. */
  readonly raw: QueuedResponse;
}

/** A payout that M-Pesa queued. The outcome comes to `resultUrl`, possibly before this answer. */
export interface PayoutAcknowledgement {
  /** The id made or taken before sending; comes back in the result. With version 1, M-Pesa's id. */
  readonly originatorConversationId: string;
  /** M-Pesa's own id; also in the result. `undefined` where the answer that held it was lost. */
  readonly conversationId: string | undefined;
  /** M-Pesa's text beside the acceptance; empty where there is none. */
  readonly responseDescription: string;
  /** True when the answer was lost, the request was sent again, and M-Pesa said that it has it already. */
  readonly duplicate: boolean;
  /** The answer as it came. */
  readonly raw: QueuedResponse | DarajaError;
}

const MAX_QUOTED = 200;

type SubmitId = keyof typeof initiatorFields;

/** A checked request that only lacks its credential. */
export interface Submission<K extends SubmitId> {
  readonly id: K;
  readonly initiator: Initiator;
  readonly body: (securityCredential: string) => BodyOf<K>;
  readonly options: CallOptions | undefined;
  /** The id that the body carries, where it carries one. */
  readonly originatorConversationId?: string;
  readonly recovery?: string;
}

/** Signs and sends; gives the acknowledgement. */
export async function submit<K extends SubmitId>(
  link: InitiatorLink,
  submission: Submission<K>,
): Promise<Acknowledgement> {
  const { credential, context } = await sign(link, submission);
  const raw = (await link.core.call(submission.id, submission.body(credential), context)) as AnswerOf<SubmitId>;
  // Nobody documents an ID of the caller's here, so M-Pesa's own in its place is the one that the result will have.
  const given = text(raw.OriginatorConversationID);
  const ids = given ? { originatorConversationId: given } : context.ids;
  return {
    originatorConversationId:
      given ||
      submission.originatorConversationId ||
      requireId(submission.id, raw, "OriginatorConversationID", context),
    conversationId: requireId(submission.id, raw, "ConversationID", { ...context, ids }),
    responseDescription: text(raw.ResponseDescription) ?? "",
    raw,
  };
}

/** The same for payouts, where an own id makes a second request harmless. */
export async function submitPayout<K extends SubmitId>(
  link: InitiatorLink,
  submission: Submission<K>,
  resend: boolean,
): Promise<PayoutAcknowledgement> {
  const { core } = link;
  const { credential, context } = await sign(link, submission);
  const { outcome, redactor } = await core.exchange(submission.id, submission.body(credential), { ...context, resend });
  if (outcome.kind === "decided") {
    const { decision, resent } = outcome;
    const body = decision.body as Record<string, unknown>;
    const ownId = submission.originatorConversationId;
    if (decision.kind === "accepted") {
      requireOwnId(link, submission, body, context);
      const duplicate = false;
      const raw = decision.body as unknown as QueuedResponse;
      const originatorConversationId = ownId ?? requireId(submission.id, body, "OriginatorConversationID", context);
      const conversationId = text(body["ConversationID"]);
      return {
        originatorConversationId,
        conversationId,
        responseDescription: text(body["ResponseDescription"]) ?? "",
        duplicate,
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
  throw core.error(operationTable[submission.id], outcome, redactor, context);
}

/** @throws MpesaOutcomeUnknownError if an acknowledgement names another request than the one that was sent. */
function requireOwnId<K extends SubmitId>(
  { core }: InitiatorLink,
  { id }: Submission<K>,
  body: object,
  { ids, recovery }: CallContext & { readonly ids: MpesaIds },
): void {
  if (!contradictedId(body, ids)) return;
  const { originatorConversationId, conversationId } = idsOf(body);
  // Named, because they are the only thread to the request if Daraja replaced the id.
  const named = core.redactor.text(JSON.stringify({ originatorConversationId, conversationId })).slice(0, MAX_QUOTED);
  throw new MpesaOutcomeUnknownError(`the outcome is unknown: the acknowledgement is for another request, ${named}.`, {
    operation: id,
    ids,
    hint: ["It may have been processed: do not send it again.", recovery].filter((one) => one !== undefined).join(" "),
  });
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

/** Where a lost answer is found again, with the call to make. */
export function statusRecovery(originatorConversationId: string): string {
  const id = JSON.stringify(originatorConversationId);
  // A message has no whole phone number, and a masked ID finds nothing.
  const shown = withoutNumbers(id) === id ? id : "error.ids.originatorConversationId";
  return `Find it with mpesa.transactions.status({ originatorConversationId: ${shown} }).`;
}
