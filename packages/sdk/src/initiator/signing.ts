import type { OperationInfo } from "@mpesa/raw";
import { initiatorFields } from "@mpesa/raw/platform";
import { isSigned, rejectionCode } from "../codes/credential.ts";
import type { MpesaIds } from "../errors.ts";
import { MpesaAuthError } from "../errors.ts";
import { codeAndTextOf, isJson, text } from "../http/error-body.ts";
import type { SigningGuard } from "../http/send.ts";
import { idsOf } from "../http/to-error.ts";
import { type Guard, isoOf } from "./guard.ts";
import type { Signer } from "./guard-state.ts";
import type { Initiator } from "./initiator.ts";

/** Facts about a call that the guard needs. */
export interface SigningContext {
  readonly operation: OperationInfo;
  readonly body: unknown;
  readonly baseUrl: string;
  readonly ids: MpesaIds;
  /** The initiator that signs. @default the name and the credential in the body */
  readonly initiator?: Initiator | undefined;
}

/** Returns the guard's functions for each attempt of a request, or `undefined` if no initiator signs the request. */
export function signingGuardOf(guard: Guard, context: SigningContext): SigningGuard | undefined {
  const { operation, body, baseUrl, ids } = context;
  const initiator = context.initiator ?? initiatorOf(operation, body);
  if (!initiator) return undefined;
  let signer: Signer | undefined;
  let sentAt = 0;
  return {
    async beforeAttempt() {
      signer ??= await guard.signerOf(initiator, baseUrl);
      const hold = await guard.hold(signer);
      if (hold) return heldError(context, initiator, hold);
      sentAt = guard.nextTimestamp();
      // The ID in a query belongs to the payment that the query asks about, not to the query.
      if (operation.retry !== "safe" && ids.originatorConversationId !== undefined)
        await guard.rememberRequest(signer, ids.originatorConversationId, sentAt);
      return undefined;
    },
    async afterAttempt(outcome) {
      if (!signer || outcome.kind !== "decided") return;
      const { decision } = outcome;
      const { conversationId, originatorConversationId } = idsOf(decision.body);
      const ids = [conversationId, originatorConversationId].filter((id) => id !== undefined);
      await guard.rememberResponseIds(signer, ids, sentAt);
      if (decision.kind === "accepted") return;
      const rejected = rejectionCode(...codeAndTextOf(operation, decision));
      if (rejected !== undefined)
        await guard.countRejection(signer, { id: conversationId ?? crypto.randomUUID(), code: rejected, sentAt });
    },
  };
}

/** Returns the initiator that a finished body names, or `undefined` if the body is not signed. */
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
  const quotedName = JSON.stringify(name);
  const what = `nothing was sent: M-Pesa rejected the credential of initiator ${quotedName} twice within ten minutes, last with ${code}, and further rejections lock the initiator.`;
  const hint = `Correct the credential or the role of the initiator. A new credential may sign at once; the same credential may sign again after ${isoOf(until)}, or after initiatorGuard.reset(${quotedName}).`;
  return new MpesaAuthError(what, { operation: operation.id, status: undefined, errorCode: code, hint, ids });
}
