import { type Acknowledgement, type DarajaError, operationTable } from "@mpesa/raw";
import { type AnswerOf, type BodyOf, type CallContext, type CallOptions, requireId } from "../core.ts";
import type { MpesaIds } from "../errors/base.ts";
import { MpesaConfigError } from "../errors/config-error.ts";
import { text } from "../transport/error-body.ts";
import type { Initiator } from "./initiator.ts";
import type { InitiatorLink } from "./link.ts";

/** M-Pesa queued the request. The outcome comes to `resultUrl`, possibly before this answer. */
export interface Acknowledged {
  /** Comes back in the result. */
  readonly originatorConversationId: string;
  /** M-Pesa's own id; also in the result. */
  readonly conversationId: string;
  /** M-Pesa's text beside the acceptance; empty where there is none. */
  readonly responseDescription: string;
  /** The answer as it came. */
  readonly raw: Acknowledgement;
}

/** A payout that M-Pesa queued. The outcome comes to `resultUrl`, possibly before this answer. */
export interface PayoutAcknowledged {
  /** The id made or taken before sending; comes back in the result. With version 1, M-Pesa's id. */
  readonly originatorConversationId: string;
  /** M-Pesa's own id; also in the result. `undefined` where the answer that held it was lost. */
  readonly conversationId: string | undefined;
  /** M-Pesa's text beside the acceptance; empty where there is none. */
  readonly responseDescription: string;
  /** True when the answer was lost, the request was sent again, and M-Pesa said that it has it already. */
  readonly duplicate: boolean;
  /** The answer as it came. */
  readonly raw: Acknowledgement | DarajaError;
}

type SubmitId =
  | "b2cPaymentV1"
  | "b2cPaymentV3"
  | "b2cValidatedPayment"
  | "pochiPayment"
  | "b2bPayment"
  | "taxRemittance"
  | "accountBalance"
  | "transactionStatus"
  | "reversal";

/** A checked request that only lacks its credential. */
export interface Submission<K extends SubmitId> {
  readonly id: K;
  readonly initiator: Initiator;
  readonly body: (securityCredential: string) => BodyOf<K>;
  readonly options: CallOptions | undefined;
  /** The id that the body carries, where it carries one. */
  readonly originatorConversationId?: string;
  readonly secrets?: readonly string[];
  readonly recovery?: string;
}

/** Signs and sends; gives the acknowledgement. */
export async function submit<K extends SubmitId>(
  link: InitiatorLink,
  submission: Submission<K>,
): Promise<Acknowledged> {
  const { credential, context } = await sign(link, submission);
  const raw = (await link.core.call(submission.id, submission.body(credential), context)) as AnswerOf<SubmitId>;
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
): Promise<PayoutAcknowledged> {
  const { core } = link;
  const { credential, context } = await sign(link, submission);
  const { outcome, redactor } = await core.exchange(submission.id, submission.body(credential), { ...context, resend });
  if (outcome.kind === "decided") {
    const { decision, resent } = outcome;
    const body = decision.body as Record<string, unknown>;
    const ownId = submission.originatorConversationId;
    if (decision.kind === "accepted") {
      const duplicate = false;
      const raw = decision.body as unknown as Acknowledgement;
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
    if (resent && ownId !== undefined && decision.match?.kind === "duplicateOriginatorConversationId") {
      const raw = decision.body as DarajaError;
      const responseDescription = redactor.text(decision.error?.message ?? "");
      return { originatorConversationId: ownId, conversationId: undefined, responseDescription, duplicate: true, raw };
    }
  }
  throw core.error(operationTable[submission.id], outcome, redactor, context);
}

async function sign<K extends SubmitId>(
  { credentials }: InitiatorLink,
  { id, initiator, options, originatorConversationId, secrets = [], recovery }: Submission<K>,
): Promise<{ credential: string; context: CallContext & { readonly ids: MpesaIds } }> {
  const ids = originatorConversationId === undefined ? {} : { originatorConversationId };
  const credential = await credentials.of(initiator).catch((cause: unknown) => {
    if (!(cause instanceof MpesaConfigError)) throw cause;
    throw new MpesaConfigError(cause.issues, { operation: id, ids, cause });
  });
  const context = {
    options,
    ids,
    secrets: [credential, initiator.password, ...secrets],
    ...(recovery !== undefined && { recovery }),
  };
  return { credential, context };
}

/** Where a lost answer is found again, with the call to make. */
export function statusRecovery(originatorConversationId: string): string {
  return `Find it with mpesa.transactions.status({ originatorConversationId: ${JSON.stringify(originatorConversationId)} }).`;
}
