import type { OperationInfo } from "@mpesa/raw";
import { abortable } from "../auth/abortable.ts";
import type { TokenSource } from "../auth/token-source.ts";
import type { MpesaError } from "../errors/base.ts";
import type { MpesaEventHandler } from "../events.ts";
import type { Redactor } from "../redact.ts";
import { type AttemptResult, attempt, NOT_BEGUN, type Outgoing, type Reply } from "./attempt.ts";
import { backoffMs, MAX_DELAY_MS, wait } from "./backoff.ts";
import { type Decision, decide } from "./decide.ts";

/** What all calls of one client share. */
export interface Transport {
  readonly fetch: typeof globalThis.fetch;
  readonly provesNotSent: boolean;
  readonly tokens: TokenSource;
  readonly emit: MpesaEventHandler;
}

/** What is particular to one call. */
export interface Sending {
  readonly operation: OperationInfo;
  readonly redactor: Redactor;
  readonly timeoutMs: number;
  readonly maxRetries: number;
  readonly signal: AbortSignal | undefined;
  /** Opt-in for `deduplicated` operations: send the same id again after a lost answer. */
  readonly resend?: boolean;
  /** Watches over the initiator who signs the request, if one does. */
  readonly signing?: Signing | undefined;
}

/** What surrounds each attempt of a request that an initiator signs. Neither function rejects. */
export interface Signing {
  /** Resolves with the error that holds the attempt back, if the initiator must not sign now. */
  before(): Promise<MpesaError | undefined>;
  /** Called with the outcome of each attempt that was not held back. */
  after(outcome: Outcome): Promise<void>;
}

/** How a call ended, after all repeats that were safe. */
export type Outcome =
  | { readonly kind: "decided"; readonly decision: Decision; readonly reply: Reply; readonly resent: boolean }
  | { readonly kind: "notSent"; readonly why: string; readonly cause: unknown }
  | { readonly kind: "noToken"; readonly cause: unknown }
  /** Nothing was sent in this attempt, because the initiator must not sign now. */
  | { readonly kind: "held"; readonly error: MpesaError }
  | { readonly kind: "lost"; readonly why: string; readonly cause: unknown; readonly status?: number };

/** The server has not processed the request, and the client may send it again over another connection (RFC 9110). */
const MISDIRECTED = 421;
const MISDIRECTED_TWICE =
  "HTTP 421: the platform's fetch may have repeated the request once by itself, so the gateway may have received two copies.";

let calls = 0;

/** Sends a request by the rules of its operation's retry class. Never throws. */
export function send(transport: Transport, out: Outgoing, sending: Sending): Promise<Outcome> {
  return new Call(transport, out, sending).send();
}

class Call {
  readonly #transport: Transport;
  readonly #out: Outgoing;
  readonly #sending: Sending;
  readonly #id = ++calls;
  #attempts = 0;
  #renewed = false;

  constructor(transport: Transport, out: Outgoing, sending: Sending) {
    this.#transport = transport;
    this.#out = out;
    this.#sending = sending;
  }

  /**
   * Sends until the outcome is clear or no retry is allowed. A payment is retried only if it was provably rejected before
   * processing, or, by opt-in, if its ID makes a second request harmless.
   */
  async send(): Promise<Outcome> {
    const { operation, maxRetries, signal, resend = false } = this.#sending;
    const isSafe = operation.retry === "safe";
    let doubtful: Outcome | undefined;
    for (let retry = 1; ; retry++) {
      const outcome = await this.#guarded();
      if (isConfirmed(outcome)) return { ...outcome, resent: doubtful !== undefined };
      if (isUnclear(outcome)) doubtful = outcome;
      // Each further request could bring the initiator closer to its lock.
      const mayRetry =
        (isUnclear(outcome) ? isSafe || resend : outcome.kind === "notSent" || isBusy(outcome)) &&
        !mayBeRejection(outcome);
      const delayMs = mayRetry && retry <= maxRetries && !signal?.aborted ? this.#delay(outcome, retry) : undefined;
      if (delayMs !== undefined) {
        this.#announceRetry(outcome, delayMs);
        if (await wait(delayMs, signal)) continue;
      }
      // After a lost response, a later rejection proves nothing about the first payment; nor does one that was held back.
      return isSafe && outcome.kind !== "held" ? outcome : (doubtful ?? outcome);
    }
  }

  /** One answer, unless the initiator who signs the request must rest. */
  async #guarded(): Promise<Outcome> {
    const { signing, signal, timeoutMs } = this.#sending;
    if (!signing) return this.#once();
    const patience = { signal, timeoutMs };
    // A store that is too slow for the call holds nothing back.
    const error = await abortable(signing.before(), patience).catch(() => undefined);
    if (signal?.aborted) return { kind: "notSent", why: NOT_BEGUN, cause: signal.reason };
    if (error) return { kind: "held", error };
    const outcome = await this.#once();
    // What takes longer goes on without the call.
    await abortable(signing.after(outcome), patience).catch(() => undefined);
    return outcome;
  }

  /** One answer, with a stale token replaced once on the way. */
  async #once(): Promise<Outcome> {
    const { signal, operation, timeoutMs } = this.#sending;
    const { headers } = this.#out;
    if (operation.auth !== "bearer" || "authorization" in headers) return this.#attempt(headers);
    for (;;) {
      let token: string;
      try {
        token = await this.#transport.tokens.get({ signal, timeoutMs });
      } catch (cause) {
        return { kind: "noToken", cause };
      }
      this.#sending.redactor.add(token);
      const outcome = await this.#attempt({ ...headers, authorization: `Bearer ${token}` });
      if (lacksProduct(outcome)) await this.#transport.tokens.drop(token, { signal, timeoutMs });
      if (outcome.kind !== "decided" || outcome.decision.kind !== "token") return outcome;
      const replaceable = await this.#transport.tokens.refuse(token, { signal, timeoutMs });
      if (this.#renewed || !replaceable) return outcome;
      this.#renewed = true;
      this.#announceRetry(outcome, 0);
    }
  }

  async #attempt(headers: Outgoing["headers"]): Promise<Outcome> {
    const { operation, signal, timeoutMs } = this.#sending;
    if (signal?.aborted) return { kind: "notSent", why: NOT_BEGUN, cause: signal.reason };
    const { fetch, provesNotSent, emit } = this.#transport;
    const about = { operation: operation.id, callId: this.#id, attempt: ++this.#attempts } as const;
    emit({ type: "request", ...about });
    const started = performance.now();
    const result = await attempt(
      { ...this.#out, headers },
      { fetch, provesNotSent, signal, timeoutMs, mustSendOnce: operation.retry !== "safe" },
    );
    const durationMs = performance.now() - started;
    if (result.kind !== "reply") {
      emit({ type: "failure", ...about, sent: result.kind === "lost", durationMs, reason: result.why });
      return result satisfies Exclude<AttemptResult, { kind: "reply" }>;
    }
    if (result.reply.status === MISDIRECTED && operation.retry !== "safe")
      emit({ type: "warning", code: "requestMisdirected", message: MISDIRECTED_TWICE });
    const decision = decide(operation, result.reply);
    emit({ type: "response", ...about, status: result.reply.status, durationMs, ...this.#codes(decision) });
    return { kind: "decided", decision, reply: result.reply, resent: false };
  }

  #codes(decision: Decision): { errorCode?: string; requestId?: string } {
    if (decision.kind === "accepted" || !decision.error) return {};
    const { code, requestId } = decision.error;
    const { redactor } = this.#sending;
    return {
      ...(code && { errorCode: redactor.text(code) }),
      ...(requestId !== undefined && { requestId: redactor.text(requestId) }),
    };
  }

  /** How long to wait before the next try; nothing when the gateway asks for more patience than a call should have. */
  #delay(outcome: Outcome, retry: number): number | undefined {
    const asked =
      outcome.kind === "decided" && outcome.decision.kind !== "accepted" ? outcome.decision.retryAfterMs : undefined;
    if (asked === undefined) return backoffMs(retry);
    return asked <= MAX_DELAY_MS ? asked : undefined;
  }

  #announceRetry(outcome: Outcome, delayMs: number): void {
    const reason = outcome.kind === "decided" ? outcome.decision.kind : outcome.kind;
    this.#transport.emit({
      type: "retry",
      operation: this.#sending.operation.id,
      callId: this.#id,
      attempt: this.#attempts,
      delayMs,
      reason,
    });
  }
}

/** Whether the gateway may have processed it. */
function isUnclear(outcome: Outcome): boolean {
  return outcome.kind === "lost" || (outcome.kind === "decided" && outcome.decision.kind === "unclear");
}

function isBusy(outcome: Outcome): boolean {
  return outcome.kind === "decided" && outcome.decision.kind === "busy";
}

/** The token stays without the product after it is enabled; a newer one has it. */
function lacksProduct(outcome: Outcome): boolean {
  if (outcome.kind !== "decided" || outcome.decision.kind === "accepted") return false;
  return outcome.decision.match?.kind === "noApiProduct";
}

/** Whether M-Pesa has the request: it was accepted, or its ID is known there already. */
function isConfirmed(outcome: Outcome): outcome is Outcome & { kind: "decided" } {
  if (outcome.kind !== "decided") return false;
  const { decision } = outcome;
  return decision.kind === "accepted" || decision.match?.kind === "duplicateOriginatorConversationId";
}

function mayBeRejection(outcome: Outcome): boolean {
  return outcome.kind === "decided" && outcome.decision.kind !== "accepted" && outcome.decision.mayBeRejection;
}
