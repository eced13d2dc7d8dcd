import type { OperationInfo } from "@mpesa/raw";
import { initiatorFields } from "@mpesa/raw/platform";
import { isSigned, rejectionCode } from "../codes/credential.ts";
import { MpesaAuthError } from "../errors/auth-error.ts";
import type { MpesaIds } from "../errors/base.ts";
import { isJson, saidIn, text } from "../transport/error-body.ts";
import { idsOf } from "../transport/errors.ts";
import type { Signing } from "../transport/send.ts";
import { type Guard, isoOf } from "./guard.ts";
import type { Signer } from "./guard-requests.ts";
import type { Initiator } from "./initiator.ts";

/** What the guard must know of a call. */
export interface SigningContext {
  readonly operation: OperationInfo;
  readonly body: unknown;
  readonly baseUrl: string;
  readonly ids: MpesaIds;
  /** Who signs. @default the name and the credential of the body */
  readonly initiator?: Initiator | undefined;
}

/** What the guard does around each attempt of a request; nothing for requests that no initiator signs. */
export function signingOf(guard: Guard, context: SigningContext): Signing | undefined {
  const { operation, body, baseUrl, ids } = context;
  const initiator = context.initiator ?? initiatorOf(operation, body);
  if (!initiator) return undefined;
  let signer: Signer | undefined;
  let sentAt = 0;
  return {
    async before() {
      signer ??= await guard.signer(initiator, baseUrl);
      const hold = await guard.hold(signer);
      if (hold) return heldError(context, initiator, hold);
      sentAt = guard.stamp();
      // A query names the ID of another request.
      if (operation.retry !== "safe" && ids.originatorConversationId !== undefined)
        await guard.begun(signer, ids.originatorConversationId, sentAt);
      return undefined;
    },
    async after(outcome) {
      if (!signer || outcome.kind !== "decided") return;
      const { decision } = outcome;
      const { conversationId, originatorConversationId } = idsOf(decision.body);
      const known = [conversationId, originatorConversationId].filter((id) => id !== undefined);
      await guard.answered(signer, known, sentAt);
      if (decision.kind === "accepted") return;
      const rejected = rejectionCode(...saidIn(operation, decision));
      if (rejected !== undefined)
        await guard.count(signer, { id: conversationId ?? crypto.randomUUID(), code: rejected, sentAt });
    },
  };
}

/** The initiator of a body that is signed already. */
function initiatorOf({ id }: OperationInfo, body: unknown): Initiator | undefined {
  if (!isSigned(id) || !isJson(body)) return undefined;
  const name = text(body[initiatorFields[id]]);
  const securityCredential = text(body["SecurityCredential"]);
  return name && securityCredential ? { name, securityCredential } : undefined;
}

function heldError(
  { operation, ids }: SigningContext,
  { name }: Initiator,
  { code, until }: { readonly code: string; readonly until: number },
): MpesaAuthError {
  const who = `initiator ${JSON.stringify(name)}`;
  const what = `nothing was sent: M-Pesa rejected the credential of ${who} twice within ten minutes, last with ${code}, and further rejections lock the initiator.`;
  const hint = `Correct the credential or the role; another credential is used at once. The same one is used again after ${isoOf(until)}, or after initiatorGuard.reset(${JSON.stringify(name)}).`;
  return new MpesaAuthError(what, { operation: operation.id, status: undefined, errorCode: code, hint, ids });
}
