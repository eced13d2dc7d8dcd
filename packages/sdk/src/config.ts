import type { MpesaEnvironment } from "@mpesa/raw";
import { environments } from "@mpesa/raw/platform";
import type { TokenStore } from "./auth/token-store.ts";
import { hasRepeatingFetch, isBrowser } from "./config/browser.ts";
import { checkedClock } from "./config/clock.ts";
import { keyIssues, secretIssues } from "./config/keys.ts";
import { nameIssues } from "./config/names.ts";
import { MpesaConfigError } from "./errors/config-error.ts";
import { type Issue, shapeOf } from "./errors/issue.ts";
import type { MpesaEventHandler } from "./events.ts";
import type { Guard } from "./initiator/guard.ts";
import type { InitiatorGuard } from "./initiator/guard-types.ts";
import { type Initiator, parseInitiator } from "./initiator/initiator.ts";
import { parseMaxRetries, parseTimeout } from "./validate/call-options.ts";
import { parsePasskey, parseShortCode } from "./validate/formats.ts";
import { choice } from "./validate/limits.ts";
import { type Parsed, under } from "./validate/schema.ts";
import { parseCallbackUrl } from "./validate/urls.ts";

/** How to set up an {@link Mpesa} client. */
export interface MpesaOptions {
  /** Which gateway; `baseUrl` overrides it. */
  environment?: MpesaEnvironment;
  /** Another address that speaks Daraja: a mock, a simulator, a proxy. */
  baseUrl?: string;
  /** The app's key from the portal; with `consumerSecret`. */
  consumerKey?: string;
  /** The app's secret from the portal; with `consumerKey`. */
  consumerSecret?: string;
  /** Instead of the two keys: gives a token that the caller looks after. Called for every request. */
  accessToken?: () => string | Promise<string>;
  /** The default short code of calls that need one. */
  shortCode?: string;
  /** The passkey that belongs to `shortCode`, for STK push and query. */
  passkey?: string;
  /** The API user that signs payouts, business payments, balances, status queries and reversals. */
  initiator?: Initiator;
  /**
   * Stops signing before M-Pesa locks the initiator: pass the same guard to the callback handler, see
   * {@link createInitiatorGuard}. @default one of this client's own, which counts the rejections that the client sees
   */
  initiatorGuard?: InitiatorGuard;
  /** Where the outcomes of prompts are posted, unless a call names another place. */
  callbackUrl?: string | URL;
  /** Where the outcomes of what the initiator signs are posted, unless a call names another place. */
  resultUrl?: string | URL;
  /** Where such a request is posted back when it waits too long, unless a call names another place. */
  timeoutUrl?: string | URL;
  /** Which versions to speak where there are several. @default { b2c: "v3", c2b: "v2" } */
  apiVersion?: ApiVersion;
  /**
   * Keys, passkey and initiator are refused in a browser, where its user can read them. True says that this is known
   * and wanted. @default false
   */
  allowSecretsInBrowser?: boolean;
  /**
   * Sends the requests. It must not repeat them by itself, and must pass `body` and `keepalive` on as they are: with them
   * the platform's own fetch sends a payment once. Browsers repeat all the same, so payments from a browser need this option.
   * @default globalThis.fetch
   */
  fetch?: typeof globalThis.fetch;
  /**
   * Milliseconds for each step of a call: to get an access token, and for one attempt to receive its whole response.
   * @default 30000
   */
  timeoutMs?: number;
  /** How often a call is repeated where repeating is safe. @default 2 */
  maxRetries?: number;
  /**
   * The maximum number of queries per second that `stk.wait` and `reconcile` send for prompts. All waits of this client
   * share it, and the queries are evenly spaced. Must be above 0 and at most 1,000; values below 1 are allowed.
   *
   * Safaricom publishes no limit. In the sandbox 5 queries a minute were measured: there, and where only `baseUrl` is
   * set, at most one query leaves every 15 seconds. The limit of production is unknown. The default is a cautious choice
   * that is enough for about 300 new prompts a minute. When the gateway names a pause, all waits keep it. A wait that
   * gets no turn within its `timeoutMs` ends as `unknown`. @default 10
   */
  maxQueriesPerSecond?: number;
  /** Shares tokens between processes: an object with the functions `get` and `set`. */
  tokenStore?: TokenStore;
  /** The clock, in milliseconds since 1970. @default Date.now */
  now?: () => number;
  /** Receives what happens, redacted. Throwing in it changes nothing. */
  onEvent?: MpesaEventHandler;
}

/** Which versions of an API to speak. */
export interface ApiVersion {
  /** Version 1 has no own id, so nothing refuses a second payout. @default "v3" */
  b2c?: "v1" | "v3";
  /** Version 1 tells the payer's number hashed, version 2 masked. @default "v2" */
  c2b?: "v1" | "v2";
}

/** The options after checking, with their defaults. */
export interface Config extends MpesaOptions {
  readonly baseUrl: string;
  readonly fetch: typeof globalThis.fetch;
  readonly timeoutMs: number;
  readonly maxRetries: number;
  readonly now: () => number;
  readonly callbackUrl?: string;
  readonly resultUrl?: string;
  readonly timeoutUrl?: string;
  /** Whether `fetch` is a platform's own that sends, or may send, some requests twice. */
  readonly mayRepeat: boolean;
  /**
   * Whether a connection error proves that nothing was sent. False on Deno and Bun with a `fetch` of the caller's, which may
   * drop the options that keep the platform from repeating a request.
   */
  readonly provesNotSent: boolean;
}

/** One query a millisecond: timers are no finer. */
const MAX_QUERIES_PER_SECOND = 1000;

/** Checks everything at once. @throws MpesaConfigError with all issues. */
export function checkConfig(given: MpesaOptions): Config {
  if (given !== undefined && (typeof given !== "object" || given === null)) {
    const fix = "Write new Mpesa({ environment, consumerKey, consumerSecret }).";
    throw new MpesaConfigError([{ field: "options", received: shapeOf(given), rule: "must be an object", fix }]);
  }
  const options = given ?? {};
  const issues: Issue[] = nameIssues(options);
  const wrong = (field: string, value: unknown, rule: string, fix: string): void => {
    issues.push({ field, received: shapeOf(value), rule, fix });
  };
  const { environment, timeoutMs = 30_000, maxRetries = 2 } = options;
  const known = environment !== undefined && Object.hasOwn(environments, environment);
  const baseUrl = options.baseUrl ?? (known ? environments[environment] : undefined);
  if (environment !== undefined && !known) {
    wrong("environment", environment, 'must be "sandbox" or "production"', "Each has its own keys.");
  } else if (baseUrl === undefined)
    wrong("environment", undefined, "is needed, or a baseUrl", 'Pass "sandbox" or "production".');
  else if (!isHttpUrl(baseUrl))
    wrong("baseUrl", baseUrl, "must be an absolute http or https URL without query", "Leave it out to call Safaricom.");
  issues.push(...keyIssues(options));
  if (isBrowser() && options.allowSecretsInBrowser !== true) issues.push(...secretIssues(options));
  const { apiVersion, tokenStore, initiatorGuard } = options;
  if (apiVersion !== undefined && (typeof apiVersion !== "object" || apiVersion === null))
    wrong("apiVersion", apiVersion, "must be an object", 'Write { b2c: "v1" } or { c2b: "v1" }.');
  const { b2c, c2b } = apiVersion ?? {};
  if (tokenStore !== undefined && !(isFunction(tokenStore?.get) && isFunction(tokenStore.set)))
    wrong("tokenStore", tokenStore, "must have the functions get and set", "See TokenStore and unstorageTokenStore.");
  if (initiatorGuard !== undefined && !isFunction((initiatorGuard as Partial<Guard> | null)?.hold))
    wrong("initiatorGuard", initiatorGuard, "must be an initiator guard", "Make it with createInitiatorGuard().");
  const parsers: readonly (readonly [field: string, value: unknown, parse: (value: unknown) => Parsed<unknown>])[] = [
    ["timeoutMs", timeoutMs, parseTimeout],
    ["maxRetries", maxRetries, parseMaxRetries],
    ["shortCode", options.shortCode, parseShortCode],
    ["passkey", options.passkey, parsePasskey],
    ["callbackUrl", options.callbackUrl, parseCallbackUrl],
    ["resultUrl", options.resultUrl, parseCallbackUrl],
    ["timeoutUrl", options.timeoutUrl, parseCallbackUrl],
    ["apiVersion.b2c", b2c, choice(["v1", "v3"], "Omit it for the newest.")],
    ["apiVersion.c2b", c2b, choice(["v1", "v2"], "Omit it for the newest.")],
  ];
  // What passed takes the place of what was given, so that no call has to check it again.
  const passed: Record<string, unknown> = {};
  for (const [field, value, parse] of parsers) {
    const parsed = value === undefined ? undefined : parse(value);
    if (parsed?.ok === false) issues.push(...under(field, parsed.issues));
    else if (parsed && field in options) passed[field] = parsed.value;
  }
  const initiator = options.initiator === undefined ? undefined : parseInitiator(options.initiator, environment);
  if (initiator?.ok === false) issues.push(...under("initiator", initiator.issues));
  const { maxQueriesPerSecond: rate } = options;
  if (rate !== undefined && !(typeof rate === "number" && rate > 0 && rate <= MAX_QUERIES_PER_SECOND)) {
    const rule = `must be a number above 0, at most ${MAX_QUERIES_PER_SECOND}`;
    wrong("maxQueriesPerSecond", rate, rule, "Omit it for the default.");
  }
  for (const field of ["fetch", "now", "onEvent"] as const) {
    const value: unknown = options[field];
    if (value !== undefined && !isFunction(value))
      wrong(field, value, "must be a function", "Leave it out for the default.");
  }
  if (issues.length > 0) throw new MpesaConfigError(issues);
  // Looked up late and called bare: platforms refuse a fetch with another `this`, and tests replace the global one.
  const fetch = options.fetch ?? ((input, init) => globalThis.fetch(input, init));
  const mayRepeat = options.fetch === undefined && hasRepeatingFetch();
  const now = checkedClock(options.now ?? Date.now);
  const provesNotSent = options.fetch === undefined || !("Deno" in globalThis || "Bun" in globalThis);
  return {
    ...(options as Omit<MpesaOptions, "callbackUrl" | "resultUrl" | "timeoutUrl">),
    ...passed,
    baseUrl: baseUrl as string,
    timeoutMs,
    maxRetries,
    now,
    fetch,
    mayRepeat,
    provesNotSent,
  };
}

function isFunction(value: unknown): boolean {
  return typeof value === "function";
}

function isHttpUrl(value: unknown): boolean {
  if (typeof value !== "string" || !URL.canParse(value)) return false;
  const { protocol, username, search, hash } = new URL(value);
  return (protocol === "https:" || protocol === "http:") && !username && !search && !hash;
}
