import {
  createRawClient,
  type DarajaError,
  type OperationId,
  type OperationInfo,
  operationTable,
  type RawClient,
  type RawFetch,
  type RawPostRoutes,
} from "@mpesa/raw";
import { tokenLifetimeSeconds } from "@mpesa/raw/platform";
import { TokenProvider } from "./auth/token-provider.ts";
import { GivenTokenSource, type TokenOptions, type TokenSource } from "./auth/token-source.ts";
import { isTokenText } from "./auth/token-text.ts";
import type { Config } from "./config.ts";
import type { MpesaIds } from "./errors/base.ts";
import { MpesaConfigError } from "./errors/config-error.ts";
import { isMpesaError } from "./errors/is-mpesa-error.ts";
import { shapeOf } from "./errors/issue.ts";
import { MpesaOutcomeUnknownError } from "./errors/outcome-unknown-error.ts";
import { type MpesaEventHandler, safeEmitter } from "./events.ts";
import { createInitiatorGuard, type Guard } from "./initiator/guard.ts";
import type { Initiator } from "./initiator/initiator.ts";
import { signingOf } from "./initiator/signing.ts";
import { base64, Redactor } from "./redact.ts";
import type { Outgoing } from "./transport/attempt.ts";
import type { Decision } from "./transport/decide.ts";
import { text } from "./transport/error-body.ts";
import { idsOf, toError } from "./transport/errors.ts";
import { type Outcome, type Sending, send, type Transport } from "./transport/send.ts";
import { checkCallOptions } from "./values/call-options.ts";
import { sha256Hex } from "./values/sha256.ts";
import { nationalNumbersIn } from "./without-payer.ts";

/** Options of a single call. */
export interface CallOptions {
  /** Stops waiting. It does not take back what was sent: a money call aborted after sending ends as unknown. */
  signal?: AbortSignal;
  /**
   * Milliseconds for each step of the call: to get an access token, and for one attempt to receive its whole response.
   * @default the client's timeoutMs
   */
  timeoutMs?: number;
}

type PostId = { [K in OperationId]: (typeof operationTable)[K]["method"] extends "POST" ? K : never }[OperationId];
type RouteOf<K extends PostId> = RawPostRoutes[(typeof operationTable)[K]["path"] & keyof RawPostRoutes];
/** The body an operation takes, as the spec types it. */
export type BodyOf<K extends PostId> = RouteOf<K>["body"];
/** An accepted answer of an operation, as the spec types it: the errors that come with status 200 are thrown. */
export type AnswerOf<K extends PostId> = Exclude<RouteOf<K>["response"], DarajaError>;

/** What a call has besides its body. */
export interface CallContext {
  readonly options: CallOptions | undefined;
  /** Ids made before sending; they are in the result and in every error. */
  readonly ids?: MpesaIds;
  /** Values of this call that no error or event may show. */
  readonly secrets: readonly (string | undefined)[];
  /** What finds out whether a lost call was processed. */
  readonly recovery?: string;
  readonly resend?: boolean;
  /** How often a safe call is repeated. @default the client's maxRetries */
  readonly maxRetries?: number;
  /** Who signs the body. @default whom the body names */
  readonly initiator?: Initiator;
}

/** What the products share: one raw client, one token source, one way to send and to fail. */
export class Core {
  readonly config: Config;
  readonly emit: MpesaEventHandler;
  readonly tokens: TokenSource;
  readonly redactor: Redactor;
  readonly guard: Guard;
  readonly #raw: RawClient;

  constructor(config: Config) {
    const { consumerKey, consumerSecret, passkey, baseUrl, initiator } = config;
    this.config = config;
    this.emit = safeEmitter(config.onEvent);
    this.redactor = new Redactor([
      consumerSecret,
      consumerKey,
      passkey,
      initiator?.password,
      initiator?.securityCredential,
      basicToken(config),
    ]);
    this.guard = (config.initiatorGuard ?? createInitiatorGuard({ now: config.now })) as Guard;
    this.guard.listen(this.emit);
    this.#raw = createRawClient({ baseUrl });
    this.tokens = config.accessToken
      ? new GivenTokenSource(config.accessToken, config.timeoutMs)
      : new TokenProvider({
          fetchToken: () => this.#fetchToken(),
          now: config.now,
          emit: this.emit,
          store: config.tokenStore,
          key: () => sha256Hex(`${baseUrl} ${consumerKey} ${consumerSecret}`),
        });
  }

  /** Sends a body and gives the accepted answer. @throws MpesaError for every other end. */
  async call<K extends PostId>(id: K, body: BodyOf<K>, context: CallContext): Promise<AnswerOf<K>> {
    const { outcome, redactor } = await this.exchange(id, body, context);
    if (outcome.kind === "decided" && outcome.decision.kind === "accepted") return outcome.decision.body as AnswerOf<K>;
    throw this.error(operationTable[id], outcome, redactor, context);
  }

  /** Sends a body and tells how that ended, without judging. */
  async exchange<K extends PostId>(
    id: K,
    body: BodyOf<K>,
    context: CallContext,
  ): Promise<{ outcome: Outcome; redactor: Redactor }> {
    const operation: OperationInfo = operationTable[id];
    checkCallOptions(id, context.options, context.ids);
    this.#checkFetch(operation, context.ids);
    const redactor = this.redactor.child([...context.secrets, ...secretsOf(body)]);
    const post = this.#raw.POST as (path: string, init: object) => Promise<unknown>;
    const signing = this.#signing(operation, body, context);
    const outcome = await this.#capture((init) => post(operation.path, { body, ...init }), operation, redactor, {
      ...context,
      signing,
    });
    return { outcome, redactor };
  }

  /** A usable access token. @throws MpesaError; a shared request goes on when one caller stops waiting for it. */
  async token(options: TokenOptions = {}): Promise<string> {
    const { id }: OperationInfo = operationTable.generateToken;
    checkCallOptions(id, options);
    const { signal } = options;
    const left = signal?.aborted;
    try {
      return await this.tokens.get(options);
    } catch (cause) {
      if (isMpesaError(cause)) throw cause;
      const outcome: Outcome = signal?.aborted
        ? left
          ? { kind: "notSent", why: "it was aborted before sending", cause }
          : { kind: "lost", why: "the caller stopped waiting", cause }
        : { kind: "noToken", cause };
      throw this.error(operationTable.generateToken, outcome, this.redactor, {});
    }
  }

  error(
    operation: OperationInfo,
    outcome: Outcome,
    redactor: Redactor,
    { ids = {}, recovery }: Pick<CallContext, "ids" | "recovery">,
  ): Error {
    return toError(outcome, { operation, redactor, ids, recovery });
  }

  /** Sends a request that is built already, by its operation's rules, and tells how that ended. */
  async forward(
    operation: OperationInfo,
    request: Request,
    { secrets, ids, body }: Pick<CallContext, "secrets" | "ids"> & { readonly body: unknown },
  ): Promise<{ outcome: Outcome; redactor: Redactor }> {
    this.#checkFetch(operation, ids);
    const { timeoutMs, maxRetries } = this.config;
    const { headers, ...out } = await toOutgoing(request);
    const given = new Headers(headers);
    const redactor = this.redactor.child([...secrets, given.get("authorization")?.replace(/^\w+ +/, "")]);
    const basic = basicToken(this.config);
    if (operation.auth === "basic" && basic && !given.has("authorization"))
      given.set("authorization", `Basic ${basic}`);
    const signing = this.#signing(operation, body, { ...(ids && { ids }) });
    const sending = { operation, redactor, timeoutMs, maxRetries, signal: request.signal, signing };
    return { outcome: await send(this.#transport, { ...out, headers: given }, sending), redactor };
  }

  /** No request option keeps a browser from repeating a POST on a connection that breaks. @throws MpesaConfigError */
  #checkFetch({ id, retry }: OperationInfo, ids: MpesaIds | undefined): void {
    if (retry === "safe" || !this.config.mayRepeat) return;
    const rule = "is required for payments from a browser, whose own fetch may send a request twice";
    const fix = "Pay from your server, or pass a fetch that lets your proxy recognise the second copy.";
    throw new MpesaConfigError([{ field: "fetch", received: shapeOf(undefined), rule, fix }], { operation: id, ids });
  }

  #signing(operation: OperationInfo, body: unknown, { ids = {}, initiator }: Pick<CallContext, "ids" | "initiator">) {
    return signingOf(this.guard, { operation, body, ids, initiator, baseUrl: this.config.baseUrl });
  }

  /** Lets the raw client build the request, and keeps what became of it: the raw answer has no room for "lost". */
  async #capture(
    run: (init: { fetch: RawFetch }) => Promise<unknown>,
    operation: OperationInfo,
    redactor: Redactor,
    {
      options = {},
      resend = false,
      maxRetries = this.config.maxRetries,
      signing,
    }: Pick<CallContext, "options" | "resend" | "maxRetries"> & Pick<Sending, "signing">,
  ): Promise<Outcome> {
    const { timeoutMs = this.config.timeoutMs, signal } = options;
    let outcome: Outcome | undefined;
    const fetch = async (draft: Request): Promise<Response> => {
      const sending = { operation, redactor, timeoutMs, signal, resend, maxRetries, signing };
      outcome = await send(this.#transport, draft as unknown as Draft, sending);
      return NOTHING;
    };
    await run({ fetch, Request: Draft } as { fetch: RawFetch });
    return outcome as Outcome;
  }

  get #transport(): Transport {
    const { fetch, provesNotSent } = this.config;
    return { fetch, provesNotSent, tokens: this.tokens, emit: this.emit };
  }

  async #fetchToken(): Promise<{ token: string; expiresInMs: number }> {
    const operation = operationTable.generateToken;
    const headers = { Authorization: `Basic ${basicToken(this.config)}` };
    const params = { query: { grant_type: "client_credentials" } } as const;
    const outcome = await this.#capture(
      (init) => this.#raw.GET(operation.path, { params, headers, ...init }),
      operation,
      this.redactor,
      { options: undefined },
    );
    if (outcome.kind !== "decided" || outcome.decision.kind !== "accepted")
      throw this.error(operation, outcome, this.redactor, {});
    const { access_token: given, expires_in: expiresIn } = outcome.decision.body;
    const token = String(given).trim();
    if (!isTokenText(token)) throw new TypeError("what the gateway gave as token cannot stand in a header");
    const seconds = Number(expiresIn ?? tokenLifetimeSeconds);
    return { token, expiresInMs: Number.isFinite(seconds) ? Math.max(0, seconds * 1000) : 0 };
  }
}

/**
 * Values of a body that no log may contain: a signed callback URL, which is as good as a password, and phone numbers,
 * also those inside an ID, without their country code as responses have them.
 */
export function secretsOf(body: object): string[] {
  return Object.entries(body).flatMap(([name, value]) => {
    const written = text(value);
    if (written === undefined) return [];
    if (/url$/i.test(name) || /^https?:/i.test(written)) return [written];
    return nationalNumbersIn(written);
  });
}

/** What the raw client built, as plain values: a real Request would be built, read back and thrown away for each call. */
class Draft implements Outgoing {
  readonly url: string;
  readonly method: string;
  readonly headers: Headers;
  readonly body: string | undefined;

  constructor(url: string, { method, headers, body }: { method: string; headers: Headers; body: string | undefined }) {
    this.url = url;
    this.method = method;
    this.headers = headers;
    this.body = body;
  }
}

/** The raw client wants an answer to look at; the real one is read by `decide`. */
const NOTHING = new Response(null, { status: 204 });

/** An id that an accepted answer must carry: without it nobody can follow the payment. */
export function requireId(
  id: OperationId,
  body: object,
  field: string,
  { ids = {}, recovery = "Wait for the callback; do not send it again." }: Pick<CallContext, "ids" | "recovery"> = {},
): string {
  const value = text((body as Record<string, unknown>)[field]);
  if (value) return value;
  throw new MpesaOutcomeUnknownError(`it was accepted, but the answer lacks ${field}.`, {
    operation: id,
    ids: { ...idsOf(body), ...ids },
    hint: recovery,
  });
}

/** Whether a query has no result yet, in any of the forms in which Daraja says so. */
export function isPending(
  outcome: Outcome,
): outcome is Outcome & { kind: "decided"; decision: Exclude<Decision, { kind: "accepted" }> } {
  return outcome.kind === "decided" && outcome.decision.kind === "pending";
}

async function toOutgoing(request: Request): Promise<Outgoing> {
  const body = request.body === null ? undefined : await request.text();
  return { url: request.url, method: request.method, headers: request.headers, body };
}

function basicToken({ consumerKey, consumerSecret }: Config): string | undefined {
  return consumerKey === undefined ? undefined : base64(`${consumerKey}:${consumerSecret}`);
}
