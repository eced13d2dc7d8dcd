import {
  type DarajaError,
  type OperationId,
  type OperationInfo,
  operationTable,
  type RawGetRoutes,
  type RawPostRoutes,
} from "@mpesa/raw";
import { tokenLifetimeSeconds } from "@mpesa/raw/platform";
import { TokenProvider } from "./auth/token-provider.ts";
import { CallerTokenSource, isTokenText, type TokenOptions, type TokenSource } from "./auth/token-source.ts";
import type { CallScope } from "./call.ts";
import type { MpesaError, MpesaIds } from "./errors.ts";
import { isMpesaError, MpesaConfigError, MpesaOutcomeUnknownError } from "./errors.ts";
import { type MpesaEventHandler, safeEmitter } from "./events.ts";
import { ABORTED_BEFORE_SENDING, type OutgoingRequest } from "./http/attempt.ts";
import type { Decision } from "./http/decide.ts";
import { requestIdOf, text } from "./http/error-body.ts";
import { type SendOutcome, send, type Transport } from "./http/send.ts";
import { idsOf, toError } from "./http/to-error.ts";
import { createInitiatorGuard, type Guard } from "./initiator/guard.ts";
import type { Initiator } from "./initiator/initiator.ts";
import { signingGuardOf } from "./initiator/signing.ts";
import { shapeOf } from "./issues.ts";
import { logEvents } from "./log.ts";
import type { Config } from "./options.ts";
import { userAgent } from "./platform.ts";
import { base64, Redactor, secretsOf } from "./redact.ts";
import { sha256Hex } from "./sha256.ts";
import { checkCallOptions } from "./validate/call-options.ts";

type PostId = { [K in OperationId]: (typeof operationTable)[K]["method"] extends "POST" ? K : never }[OperationId];
type RouteOf<K extends PostId> = RawPostRoutes[(typeof operationTable)[K]["path"] & keyof RawPostRoutes];
/** The body of an operation's request, as the spec types it. */
export type BodyOf<K extends PostId> = RouteOf<K>["body"];
/**
 * The body of an operation's acceptance, as the spec types it. Errors with status 200 are thrown, so the type excludes
 * them.
 */
export type AcceptanceOf<K extends PostId> = Exclude<RouteOf<K>["response"], DarajaError>;

/** Everything about a call except its body. */
export interface CallContext {
  readonly options: CallScope | undefined;
  /** IDs that were made before sending. The result and every error of the call contain these IDs. */
  readonly ids?: MpesaIds;
  /** The sentence that says how to find out whether a lost request was processed. */
  readonly recovery?: string;
  /** Set to `true` to send a `deduplicated` request again with the same ID after a lost response. @default false */
  readonly resend?: boolean;
  /** The initiator that signs the body. @default the initiator that the body names */
  readonly initiator?: Initiator;
}

/** Outcome of a call, with the redactor and the error of the call. */
export interface Exchange {
  readonly outcome: SendOutcome;
  /** Redacts the secrets of the client and of this call. */
  readonly redactor: Redactor;
  /** Returns the error of a call that was not accepted. */
  toError(): MpesaError;
}

/** A request of `mpesa.raw`. */
export interface RawRequest {
  /** The query string with its question mark, or an empty string. */
  readonly query?: string;
  /** Request headers; the names are in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly content?: string | undefined;
}

const NO_OPTIONS: CallScope = {};

/** The part that all calls of a client share: options, token, guard, redaction and sending. */
export class Core {
  readonly config: Config;
  readonly emit: MpesaEventHandler;
  readonly tokens: TokenSource;
  readonly redactor: Redactor;
  readonly guard: Guard;
  readonly #baseUrl: string;
  readonly #basicToken: string | undefined;
  readonly #userAgent: Readonly<Record<string, string>>;
  readonly #transport: Transport;

  constructor(config: Config, parent?: Core) {
    const { consumerKey, consumerSecret, passkey, baseUrl, initiator, fetch, time, provesNotSent } = config;
    this.config = config;
    this.emit = emitterOf(config, parent);
    this.#baseUrl = baseUrl.replace(/\/+$/, "");
    this.#basicToken = consumerKey === undefined ? undefined : base64(`${consumerKey}:${consumerSecret}`);
    const agent = userAgent(config);
    this.#userAgent = agent === undefined ? {} : { "user-agent": agent };
    const { password, securityCredential } = initiator ?? {};
    const secrets = [consumerSecret, consumerKey, passkey, password, securityCredential, this.#basicToken];
    this.redactor = new Redactor(() => secrets, parent?.redactor);
    this.guard = parent?.guard ?? ((config.initiatorGuard ?? createInitiatorGuard({ clock: time })) as Guard);
    this.guard.setDefaultEmitter(this.emit);
    this.tokens = parent?.tokens ?? this.#tokenSource();
    this.#transport = { fetch, provesNotSent, time, tokens: this.tokens, emit: this.emit };
  }

  /** Returns the core of a client with other options that shares token, guard and warnings with this client. */
  withConfig(config: Config): Core {
    return new Core(config, this);
  }

  #tokenSource(): TokenSource {
    const { accessToken, consumerKey, consumerSecret, baseUrl, timeoutMs, time, tokenStore } = this.config;
    if (accessToken) return new CallerTokenSource(accessToken, timeoutMs);
    return new TokenProvider({
      fetchToken: () => this.#fetchToken(),
      now: time.now,
      emit: this.emit,
      store: tokenStore,
      key: () => sha256Hex(`${baseUrl} ${consumerKey} ${consumerSecret}`),
    });
  }

  /** Sends a body and returns the body of the acceptance. @throws MpesaError for every other outcome. */
  async request<K extends PostId>(id: K, body: BodyOf<K>, context: CallContext): Promise<AcceptanceOf<K>> {
    const exchange = await this.exchange(id, body, context);
    const { outcome } = exchange;
    if (outcome.kind === "decided" && outcome.decision.kind === "accepted")
      return outcome.decision.body as AcceptanceOf<K>;
    throw exchange.toError();
  }

  /** Sends a body and returns the outcome. For calls that handle some rejections themselves. */
  async exchange<K extends PostId>(id: K, body: BodyOf<K>, context: CallContext): Promise<Exchange> {
    const operation: OperationInfo = operationTable[id];
    const headers = { "content-type": "application/json" };
    return this.#exchange(operation, { headers, content: JSON.stringify(body) }, body, context);
  }

  /** Sends a request of `mpesa.raw`, whose content is the JSON of `body`, by the rules of its operation. */
  forward(operation: OperationInfo, request: RawRequest, body: unknown, context: CallContext): Promise<Exchange> {
    const isBasic = operation.auth === "basic" && this.#basicToken && !("authorization" in request.headers);
    const authorization = isBasic ? { authorization: `Basic ${this.#basicToken}` } : undefined;
    return this.#exchange(operation, { ...request, headers: { ...request.headers, ...authorization } }, body, context);
  }

  /** Returns a valid access token. If a caller stops waiting, the shared token request continues. @throws MpesaError */
  async token(options: TokenOptions = {}): Promise<string> {
    const operation: OperationInfo = operationTable.generateToken;
    checkCallOptions(operation.id, options);
    const { signal } = options;
    const wasAborted = signal?.aborted;
    try {
      return await this.tokens.get(options);
    } catch (cause) {
      if (isMpesaError(cause)) throw cause;
      const outcome: SendOutcome = signal?.aborted
        ? wasAborted
          ? { kind: "notSent", why: ABORTED_BEFORE_SENDING, cause }
          : { kind: "lost", why: "the caller stopped waiting", cause }
        : { kind: "noToken", cause };
      throw toError(outcome, { operation, redactor: this.redactor, ids: {}, recovery: undefined });
    }
  }

  async #exchange(
    operation: OperationInfo,
    { query = "", headers, content }: RawRequest,
    body: unknown,
    { options = NO_OPTIONS, ids = {}, recovery, resend = false, initiator }: CallContext,
  ): Promise<Exchange> {
    checkCallOptions(operation.id, options, ids);
    this.#checkFetch(operation, ids);
    const { timeoutMs = this.config.timeoutMs, maxRetries = this.config.maxRetries, signal } = options;
    const allHeaders = { ...this.#userAgent, ...(options.headers && withLowerCaseNames(options.headers)), ...headers };
    const redactor = this.redactor.child(() => secretsOf({ body, initiator, headers: allHeaders }));
    const request: OutgoingRequest = {
      url: this.#baseUrl + operation.path + query,
      method: operation.method,
      headers: allHeaders,
      body: content,
    };
    const signing = signingGuardOf(this.guard, { operation, body, ids, initiator, baseUrl: this.config.baseUrl });
    const outcome = await send(this.#transport, request, {
      operation,
      redactor,
      timeoutMs,
      maxRetries,
      signal,
      resend,
      signing,
    });
    if (options.onResponse && outcome.kind === "decided") {
      const { status, headers } = outcome.response;
      options.onResponse({ status, headers, requestId: requestIdOf(outcome.decision.body) });
    }
    return { outcome, redactor, toError: () => toError(outcome, { operation, redactor, ids, recovery }) };
  }

  /**
   * Rejects payments through a browser's own `fetch`: no option keeps a browser from resending a POST when its
   * connection breaks.
   *
   * @throws MpesaConfigError
   */
  #checkFetch({ id, retry }: OperationInfo, ids: MpesaIds): void {
    if (retry === "safe" || !this.config.mayRepeat) return;
    const rule = "is required for payments from a browser, because the browser's own fetch may send a request twice";
    const fix = "Pay from your server, or pass a fetch with which your proxy recognises the second copy.";
    throw new MpesaConfigError([{ field: "fetch", received: shapeOf(undefined), rule, fix }], { operation: id, ids });
  }

  async #fetchToken(): Promise<{ token: string; expiresInMs: number }> {
    const operation: OperationInfo = operationTable.generateToken;
    const query: TokenQuery = { grant_type: "client_credentials" };
    const out = {
      query: `?${new URLSearchParams(Object.entries(query))}`,
      headers: { authorization: `Basic ${this.#basicToken}` },
    };
    const exchange = await this.#exchange(operation, out, undefined, { options: undefined });
    const { outcome } = exchange;
    if (outcome.kind !== "decided" || outcome.decision.kind !== "accepted") throw exchange.toError();
    const { access_token: received, expires_in: expiresIn } = outcome.decision.body;
    const token = String(received).trim();
    if (!isTokenText(token))
      throw new TypeError("the access token in the response contains characters that are invalid in a header");
    const seconds = Number(expiresIn ?? tokenLifetimeSeconds);
    return { token, expiresInMs: Number.isFinite(seconds) ? Math.max(0, seconds * 1000) : 0 };
  }
}

type TokenQuery = RawGetRoutes[(typeof operationTable)["generateToken"]["path"]]["query"];

/**
 * Returns an ID that an acceptance must contain, because the payment cannot be found without the ID.
 *
 * @throws MpesaOutcomeUnknownError
 */
export function requireId(
  id: OperationId,
  body: object,
  field: string,
  {
    ids = {},
    recovery = "Wait for the callback, and do not send the request again.",
  }: Pick<CallContext, "ids" | "recovery"> = {},
): string {
  const value = text((body as Record<string, unknown>)[field]);
  if (value) return value;
  throw new MpesaOutcomeUnknownError(`the request was accepted, but the response has no ${field}.`, {
    operation: id,
    ids: { ...idsOf(body), ...ids },
    hint: recovery,
  });
}

/** Returns whether a query has no result yet, in any of the forms in which Daraja reports this. */
export function isPending(
  outcome: SendOutcome,
): outcome is SendOutcome & { kind: "decided"; decision: Exclude<Decision, { kind: "accepted" }> } {
  return outcome.kind === "decided" && outcome.decision.kind === "pending";
}

/** Returns the parent's emitter, which remembers its warnings, unless this client has listeners of its own. */
function emitterOf({ onEvent, logLevel, logger }: Config, parent: Core | undefined): MpesaEventHandler {
  const inherited = parent?.config;
  if (parent && inherited?.onEvent === onEvent && inherited?.logLevel === logLevel && inherited?.logger === logger)
    return parent.emit;
  return safeEmitter(onEvent, logEvents(logLevel, logger));
}

function withLowerCaseNames(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
