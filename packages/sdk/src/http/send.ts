import type { OperationInfo } from "@mpesa/raw";
import type { TokenSource } from "../auth/token-source.ts";
import type { Time } from "../clock.ts";
import type { MpesaError } from "../errors.ts";
import type { MpesaEventHandler } from "../events.ts";
import type { Redactor } from "../redact.ts";
import { waitWithin } from "../wait-within.ts";
import {
  ABORTED_BEFORE_SENDING,
  type AttemptResult,
  attempt,
  type CompleteResponse,
  type OutgoingRequest,
} from "./attempt.ts";
import { type Decision, decide } from "./decide.ts";

/** Parts of a client that all its calls share. */
export interface Transport {
  readonly fetch: typeof globalThis.fetch;
  /** True if a connection error proves that the gateway did not receive the request. */
  readonly provesNotSent: boolean;
  /** Time that a retry waits on. */
  readonly time: Time;
  readonly tokens: TokenSource;
  readonly emit: MpesaEventHandler;
}

/** Options of {@link send} for one call. */
export interface SendOptions {
  readonly operation: OperationInfo;
  readonly redactor: Redactor;
  readonly timeoutMs: number;
  readonly maxRetries: number;
  readonly signal: AbortSignal | undefined;
  /** Set to `true` to send a `deduplicated` request again with the same ID after a lost response. @default false */
  readonly resend?: boolean;
  /** Guard of the initiator that signs the request; `undefined` if no initiator signs the request. */
  readonly signing?: SigningGuard | undefined;
}

/** Functions to call before and after each attempt of a request that an initiator signs. Neither function rejects. */
export interface SigningGuard {
  /** Resolves with the error of the call if the initiator must not sign now; the attempt is not sent then. */
  beforeAttempt(): Promise<MpesaError | undefined>;
  /** Called with the outcome of each attempt that was not withheld. */
  afterAttempt(outcome: SendOutcome): Promise<void>;
}

/** Outcome of a call after all retries that were safe. `lost`: the gateway may have received the request. */
export type SendOutcome =
  | {
      readonly kind: "decided";
      readonly decision: Decision;
      readonly response: CompleteResponse;
      /** True if an earlier attempt of the same call had an unclear outcome. */
      readonly resent: boolean;
    }
  | { readonly kind: "notSent"; readonly why: string; readonly cause: unknown }
  | { readonly kind: "noToken"; readonly cause: unknown }
  /** This attempt was not sent, because the initiator must not sign now. */
  | { readonly kind: "held"; readonly error: MpesaError }
  | { readonly kind: "lost"; readonly why: string; readonly cause: unknown; readonly status?: number };

/**
 * Status of a request that the server did not process and that may be sent again over another connection (RFC 9110).
 */
const MISDIRECTED = 421;
const MISDIRECTED_TWICE =
  "HTTP 421: the platform's fetch may have sent the request a second time by itself, so the gateway may have received two copies.";

let calls = 0;

/** Sends a request by the rules of its operation's retry class. Never throws. */
export function send(transport: Transport, request: OutgoingRequest, options: SendOptions): Promise<SendOutcome> {
  return new Call(transport, request, options).send();
}

class Call {
  readonly #transport: Transport;
  readonly #request: OutgoingRequest;
  readonly #options: SendOptions;
  readonly #id = ++calls;
  #attempts = 0;
  #hasRenewedToken = false;

  constructor(transport: Transport, request: OutgoingRequest, options: SendOptions) {
    this.#transport = transport;
    this.#request = request;
    this.#options = options;
  }

  /**
   * Sends the request until the outcome is clear or no further retry is allowed. A payment is retried only if it was
   * provably rejected before processing, or if the caller opted in and the ID makes a second request harmless.
   */
  async send(): Promise<SendOutcome> {
    const { operation, maxRetries, signal, resend = false } = this.#options;
    const isSafe = operation.retry === "safe";
    let unclear: SendOutcome | undefined;
    for (let retry = 1; ; retry++) {
      const outcome = await this.#sendGuarded();
      if (isConfirmed(outcome)) return { ...outcome, resent: unclear !== undefined };
      if (isUnclear(outcome)) unclear = outcome;
      // If the response may be a rejection of the credential, a retry could bring the initiator closer to its lock.
      const mayRetry =
        (isUnclear(outcome) ? isSafe || resend : outcome.kind === "notSent" || isBusy(outcome)) &&
        !mayBeRejection(outcome);
      const delayMs = mayRetry && retry <= maxRetries && !signal?.aborted ? this.#delay(outcome, retry) : undefined;
      if (delayMs !== undefined) {
        this.#announceRetry(outcome, delayMs);
        if (await this.#transport.time.sleep(delayMs, signal)) continue;
      }
      // After a payment with an unclear outcome, neither a rejected nor a withheld retry proves anything about the
      // first attempt.
      return isSafe && outcome.kind !== "held" ? outcome : (unclear ?? outcome);
    }
  }

  /** Sends the request once, unless the guard withholds the attempt because the initiator must not sign now. */
  async #sendGuarded(): Promise<SendOutcome> {
    const { signing, signal, timeoutMs } = this.#options;
    if (!signing) return this.#sendWithToken();
    const limits = { signal, timeoutMs };
    // If the guard's store is slower than the call's timeout, the attempt is sent.
    const error = await waitWithin(signing.beforeAttempt(), limits).catch(() => undefined);
    if (signal?.aborted) return { kind: "notSent", why: ABORTED_BEFORE_SENDING, cause: signal.reason };
    if (error) return { kind: "held", error };
    const outcome = await this.#sendWithToken();
    // If the guard takes longer than the call's timeout, the guard continues and the call returns.
    await waitWithin(signing.afterAttempt(outcome), limits).catch(() => undefined);
    return outcome;
  }

  /**
   * Sends the request with an access token. If the gateway rejects the token, sends the request once more with a new
   * token.
   */
  async #sendWithToken(): Promise<SendOutcome> {
    const { signal, operation, timeoutMs } = this.#options;
    const { headers } = this.#request;
    if (operation.auth !== "bearer" || "authorization" in headers) return this.#attempt(headers);
    for (;;) {
      let token: string;
      try {
        token = await this.#transport.tokens.get({ signal, timeoutMs });
      } catch (cause) {
        return { kind: "noToken", cause };
      }
      this.#options.redactor.add(token);
      const outcome = await this.#attempt({ ...headers, authorization: `Bearer ${token}` });
      if (lacksProduct(outcome)) await this.#transport.tokens.discardEverywhere(token, { signal, timeoutMs });
      if (outcome.kind !== "decided" || outcome.decision.kind !== "token") return outcome;
      const hasAnother = await this.#transport.tokens.discard(token, { signal, timeoutMs });
      if (this.#hasRenewedToken || !hasAnother) return outcome;
      this.#hasRenewedToken = true;
      this.#announceRetry(outcome, 0);
    }
  }

  async #attempt(headers: OutgoingRequest["headers"]): Promise<SendOutcome> {
    const { operation, signal, timeoutMs } = this.#options;
    if (signal?.aborted) return { kind: "notSent", why: ABORTED_BEFORE_SENDING, cause: signal.reason };
    const { fetch, provesNotSent, emit } = this.#transport;
    const about = { operation: operation.id, callId: this.#id, attempt: ++this.#attempts } as const;
    emit({ type: "request", ...about });
    const started = performance.now();
    const result = await attempt(
      { ...this.#request, headers },
      { fetch, provesNotSent, signal, timeoutMs, mustSendOnce: operation.retry !== "safe" },
    );
    const durationMs = performance.now() - started;
    if (result.kind !== "response") {
      emit({ type: "failure", ...about, sent: result.kind === "lost", durationMs, reason: result.why });
      return result satisfies Exclude<AttemptResult, { kind: "response" }>;
    }
    if (result.response.status === MISDIRECTED && operation.retry !== "safe")
      emit({ type: "warning", code: "requestMisdirected", message: MISDIRECTED_TWICE });
    const decision = decide(operation, result.response);
    emit({ type: "response", ...about, status: result.response.status, durationMs, ...this.#errorFields(decision) });
    return { kind: "decided", decision, response: result.response, resent: false };
  }

  /** Returns code and request ID of an error response, redacted, for the `response` event. */
  #errorFields(decision: Decision): { errorCode?: string; requestId?: string } {
    if (decision.kind === "accepted" || !decision.error) return {};
    const { code, requestId } = decision.error;
    const { redactor } = this.#options;
    return {
      ...(code && { errorCode: redactor.text(code) }),
      ...(requestId !== undefined && { requestId: redactor.text(requestId) }),
    };
  }

  /**
   * Returns the milliseconds to wait before a retry, or `undefined` if the gateway asks for a longer pause than {@link
   * MAX_DELAY_MS}.
   */
  #delay(outcome: SendOutcome, retry: number): number | undefined {
    const asked =
      outcome.kind === "decided" && outcome.decision.kind !== "accepted" ? outcome.decision.retryAfterMs : undefined;
    if (asked === undefined) return backoffMs(retry);
    return asked <= MAX_DELAY_MS ? asked : undefined;
  }

  #announceRetry(outcome: SendOutcome, delayMs: number): void {
    const reason = outcome.kind === "decided" ? outcome.decision.kind : outcome.kind;
    this.#transport.emit({
      type: "retry",
      operation: this.#options.operation.id,
      callId: this.#id,
      attempt: this.#attempts,
      delayMs,
      reason,
    });
  }
}

/** Returns whether the gateway may have processed the request. */
function isUnclear(outcome: SendOutcome): boolean {
  return outcome.kind === "lost" || (outcome.kind === "decided" && outcome.decision.kind === "unclear");
}

function isBusy(outcome: SendOutcome): boolean {
  return outcome.kind === "decided" && outcome.decision.kind === "busy";
}

/**
 * Returns whether the token lacks the product. Enabling the product does not change this token; only a newer token has
 * the product.
 */
function lacksProduct(outcome: SendOutcome): boolean {
  if (outcome.kind !== "decided" || outcome.decision.kind === "accepted") return false;
  return outcome.decision.match?.kind === "noApiProduct";
}

/**
 * Returns whether M-Pesa has the request: M-Pesa accepted the request, or has received a request with the same ID
 * before.
 */
function isConfirmed(outcome: SendOutcome): outcome is SendOutcome & { kind: "decided" } {
  if (outcome.kind !== "decided") return false;
  const { decision } = outcome;
  return decision.kind === "accepted" || decision.match?.kind === "duplicateOriginatorConversationId";
}

function mayBeRejection(outcome: SendOutcome): boolean {
  return outcome.kind === "decided" && outcome.decision.kind !== "accepted" && outcome.decision.mayBeRejection;
}

const BASE_MS = 500;
/**
 * The longest pause before a retry. If the gateway asks for a longer pause, the call ends and its error has
 * `retryAfterMs`.
 */
const MAX_DELAY_MS = 8_000;

/**
 * Returns a random delay in milliseconds (full jitter), so that many clients do not retry at the same moment. The delay
 * is at most 500 ms for the first retry; the maximum doubles with each retry, up to 8 seconds.
 */
function backoffMs(retry: number): number {
  return Math.random() * Math.min(MAX_DELAY_MS, BASE_MS * 2 ** (retry - 1));
}
