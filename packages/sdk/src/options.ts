import type { MpesaEnvironment } from "@mpesa/raw";
import { environments, stkQuery } from "@mpesa/raw/platform";
import type { TokenStore } from "./auth/token-source.ts";
import { type Clock, type Time, timeOf } from "./clock.ts";
import { MpesaConfigError } from "./errors.ts";
import type { MpesaEventHandler } from "./events.ts";
import type { InitiatorGuard } from "./initiator/guard-store.ts";
import { type Initiator, parseInitiator } from "./initiator/initiator.ts";
import { type Issue, shapeOf } from "./issues.ts";
import { LOG_LEVELS, type MpesaLogger, type MpesaLogLevel } from "./log.ts";
import {
  API_VERSION,
  aBoolean,
  aFunction,
  aNumber,
  combinationIssues,
  having,
  type OptionParser,
  parseApiVersion,
  parseAppInfo,
  parseBaseUrl,
  parseConsumerKey,
  parseKey,
} from "./option-parsers.ts";
import { hasRepeatingFetch, isBrowser, type MpesaAppInfo } from "./platform.ts";
import { parseMaxRetries, parseTimeout } from "./validate/call-options.ts";
import { parsePasskey, parseShortCode } from "./validate/formats.ts";
import { choice } from "./validate/limits.ts";
import { under, unknownNames, valid } from "./validate/schema.ts";
import { parseCallbackUrl } from "./validate/urls.ts";

/**
 * The options of an {@link Mpesa} client. `generate` writes the first sentence of each into the README.
 *
 * @example
 * const options: MpesaOptions = { environment: "sandbox", consumerKey, consumerSecret, shortCode: "174379", passkey };
 */
export interface MpesaOptions {
  /** The gateway, `sandbox` or `production`; required unless `baseUrl` is set. Each environment has its own keys. */
  environment?: MpesaEnvironment;
  /** Another address that speaks Daraja: a mock, a simulator, a proxy. It replaces the address of `environment`. */
  baseUrl?: string;
  /** The app's consumer key from the developer portal; required unless `accessToken` is set. */
  consumerKey?: string;
  /** The app's consumer secret from the developer portal; required unless `accessToken` is set. */
  consumerSecret?: string;
  /** A function that returns an access token, instead of the two keys. It is called for every request. */
  accessToken?: () => string | Promise<string>;
  /** The default short code of calls that need one. */
  shortCode?: string;
  /** The passkey that belongs to `shortCode`, for STK push and query. */
  passkey?: string;
  /** The initiator (API user) that signs payouts, business payments, balances, status queries and reversals. */
  initiator?: Initiator;
  /**
   * The guard that stops signing before M-Pesa locks the initiator. Pass the same guard to the callback handler, see
   * {@link createInitiatorGuard}. @default a guard of this client's own
   */
  initiatorGuard?: InitiatorGuard;
  /** The URL for the callbacks of STK pushes, unless a call names another one. */
  callbackUrl?: string | URL;
  /** The URL for the results of calls that an initiator signs, unless a call names another one. */
  resultUrl?: string | URL;
  /** The URL for such requests when they wait too long in M-Pesa's queue, unless a call names another one. */
  timeoutUrl?: string | URL;
  /** The versions of the APIs that have several. @default { b2c: "v3", c2b: "v2" } */
  apiVersion?: ApiVersion;
  /**
   * Set to `true` to use keys, passkey and initiator in a browser, where its user can read them. @default false
   */
  allowSecretsInBrowser?: boolean;
  /**
   * The function that sends the requests. It must not repeat them by itself, and must pass `body` and `keepalive` on
   * unchanged: with them the platform's own fetch sends a payment once. Browsers repeat all the same, so payments from a
   * browser need this option. @default globalThis.fetch
   */
  fetch?: typeof globalThis.fetch;
  /**
   * Milliseconds for each step of a call: to get an access token, and for one attempt to receive its whole response. An
   * integer from 1 to 2,147,483,647. @default 30000
   */
  timeoutMs?: number;
  /** The maximum number of retries of a call, where retrying is safe. An integer from 0 to 10. @default 2 */
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
  /** An object with the functions `get` and `set` that shares access tokens between processes. */
  tokenStore?: TokenStore;
  /** The clock with its timers, for tests; see `Clock`. @default the platform's clock */
  clock?: Clock;
  /** A function that receives what happens, redacted. Errors that it throws are ignored. */
  onEvent?: MpesaEventHandler;
  /** The level from which events are logged: `debug`, `info`, `warn`, `error` or `off`. @default "off" */
  logLevel?: MpesaLogLevel;
  /** An object with the functions `debug`, `info`, `warn` and `error` that receives the log. @default console */
  logger?: MpesaLogger;
  /** Your application, for the User-Agent header. Browsers do not send it. */
  appInfo?: MpesaAppInfo;
}

/** The versions of the APIs that have several. */
export interface ApiVersion {
  /** Version 1 has no ID of its own, so M-Pesa cannot reject a second payout as a duplicate. @default "v3" */
  b2c?: "v1" | "v3";
  /** Version 1 sends the payer's number hashed, version 2 masked. @default "v2" */
  c2b?: "v1" | "v2";
}

/** What all clients of `withOptions` share. */
type SharedOption =
  | "environment"
  | "baseUrl"
  | "consumerKey"
  | "consumerSecret"
  | "accessToken"
  | "tokenStore"
  | "fetch"
  | "clock"
  | "initiatorGuard"
  | "maxQueriesPerSecond";

/** The options that `mpesa.withOptions` accepts: all except those that decide on keys, gateway and connection. */
export type MpesaOverrides = Omit<MpesaOptions, SharedOption>;

/** The options as parsed values, with their defaults. */
export interface Config extends Omit<MpesaOptions, "callbackUrl" | "resultUrl" | "timeoutUrl" | "clock"> {
  readonly baseUrl: string;
  readonly callbackUrl?: string;
  readonly resultUrl?: string;
  readonly timeoutUrl?: string;
  readonly apiVersion: Required<ApiVersion>;
  readonly fetch: typeof globalThis.fetch;
  readonly timeoutMs: number;
  readonly maxRetries: number;
  readonly maxQueriesPerSecond: number;
  readonly logLevel: MpesaLogLevel;
  /** The `clock`, or the platform's. */
  readonly time: Time;
  /** Whether `fetch` is a platform's own that sends, or may send, some requests twice. */
  readonly mayRepeat: boolean;
  /**
   * Whether a connection error proves that nothing was sent. False on Deno and Bun with a `fetch` of the caller's, which may
   * drop the options that keep the platform from repeating a request.
   */
  readonly provesNotSent: boolean;
}

type Name = keyof MpesaOptions;
/** The value of an option once parsed. */
type ValueOf<K extends Name> = K extends keyof Config ? NonNullable<Config[K]> : NonNullable<MpesaOptions[K]>;

/** What the SDK knows about an option; its documentation is the JSDoc of {@link MpesaOptions}. */
interface Option<K extends Name> {
  readonly parse: OptionParser<ValueOf<K>>;
  readonly default?: ValueOf<K>;
  /** Environment variable, or one for each part. */
  readonly env?: string | Readonly<Record<string, string>>;
  /** Rejected in browsers, where everybody can read it. */
  readonly isSecret?: true;
  /** The same for all clients of `withOptions`. */
  readonly isShared?: true;
}

/** Every option once. The type makes the compiler report an option that is missing here or in the interface. */
export const optionTable: {
  readonly [K in Name]-?: Option<K> & (K extends SharedOption ? { readonly isShared: true } : { isShared?: never });
} = {
  environment: {
    parse: choice(Object.keys(environments) as MpesaEnvironment[], "Use the environment that your keys belong to."),
    env: "MPESA_ENVIRONMENT",
    isShared: true,
  },
  baseUrl: { parse: parseBaseUrl, env: "MPESA_BASE_URL", isShared: true },
  consumerKey: { parse: parseConsumerKey, env: "MPESA_CONSUMER_KEY", isSecret: true, isShared: true },
  consumerSecret: { parse: parseKey, env: "MPESA_CONSUMER_SECRET", isSecret: true, isShared: true },
  accessToken: {
    parse: aFunction("must be a function that returns an access token", "Write accessToken: () => token."),
    env: "MPESA_ACCESS_TOKEN",
    isShared: true,
  },
  shortCode: { parse: parseShortCode, env: "MPESA_SHORT_CODE" },
  passkey: { parse: parsePasskey, env: "MPESA_PASSKEY", isSecret: true },
  initiator: {
    parse: (value, { environment }) => parseInitiator(value, environment),
    env: {
      name: "MPESA_INITIATOR_NAME",
      securityCredential: "MPESA_SECURITY_CREDENTIAL",
      password: "MPESA_INITIATOR_PASSWORD",
    },
    isSecret: true,
  },
  initiatorGuard: {
    parse: having(["hold", "observe"], "Make it with createInitiatorGuard().", "must be an initiator guard"),
    isShared: true,
  },
  callbackUrl: { parse: parseCallbackUrl, env: "MPESA_CALLBACK_URL" },
  resultUrl: { parse: parseCallbackUrl, env: "MPESA_RESULT_URL" },
  timeoutUrl: { parse: parseCallbackUrl, env: "MPESA_TIMEOUT_URL" },
  apiVersion: {
    parse: parseApiVersion,
    default: API_VERSION,
    env: { b2c: "MPESA_B2C_VERSION", c2b: "MPESA_C2B_VERSION" },
  },
  allowSecretsInBrowser: { parse: aBoolean, default: false },
  fetch: { parse: aFunction(), isShared: true },
  timeoutMs: { parse: parseTimeout, default: 30_000, env: "MPESA_TIMEOUT_MS" },
  maxRetries: { parse: parseMaxRetries, default: 2, env: "MPESA_MAX_RETRIES" },
  maxQueriesPerSecond: {
    // One query a millisecond, because timers are no finer.
    parse: aNumber((value) => value > 0 && value <= 1000, "must be a number above 0, at most 1,000"),
    default: stkQuery.queriesPerSecond,
    env: "MPESA_MAX_QUERIES_PER_SECOND",
    isShared: true,
  },
  tokenStore: {
    parse: having(["get", "set"], "See TokenStore and unstorageTokenStore."),
    isShared: true,
  },
  clock: {
    parse: having(["now", "setTimeout", "clearTimeout"], "Omit it to use the platform's clock."),
    isShared: true,
  },
  onEvent: { parse: aFunction() },
  logLevel: { parse: choice(LOG_LEVELS, "Omit it to log nothing."), default: "off", env: "MPESA_LOG" },
  logger: { parse: having(["debug", "info", "warn", "error"], "Omit it to use the console.") },
  appInfo: { parse: parseAppInfo },
};

const NAMES = Object.keys(optionTable) as Name[];

/** Parses all options at once. @throws MpesaConfigError with everything that is wrong. */
export function parseOptions(given: MpesaOptions | undefined): Config {
  if (given !== undefined && (typeof given !== "object" || given === null)) {
    const fix = "Write new Mpesa({ environment, consumerKey, consumerSecret }).";
    throw new MpesaConfigError([{ field: "options", received: shapeOf(given), rule: "must be an object", fix }]);
  }
  const options = given ?? {};
  const issues: Issue[] = unknownNames(options, NAMES, "option");
  const values: Partial<Record<Name, unknown>> = {};
  for (const name of NAMES) {
    const { parse, default: standard } = optionTable[name] as { parse: OptionParser<unknown>; default?: unknown };
    const value = options[name];
    const parsed = value === undefined ? valid(standard) : parse(value, options);
    if (!parsed.ok) issues.push(...under(name, parsed.issues));
    else if (parsed.value !== undefined) values[name] = parsed.value;
  }
  issues.push(...combinationIssues(options));
  if (isBrowser() && options.allowSecretsInBrowser !== true) issues.push(...secretIssues(options));
  if (issues.length > 0) throw new MpesaConfigError(issues);
  const { clock, ...config } = values as Config & Pick<MpesaOptions, "clock">;
  return {
    ...config,
    baseUrl: config.baseUrl ?? environments[config.environment as MpesaEnvironment],
    // Looked up late and called bare: platforms reject a fetch with another `this`, and tests replace the global one.
    fetch: options.fetch ?? ((input, init) => globalThis.fetch(input, init)),
    time: timeOf(clock),
    mayRepeat: options.fetch === undefined && hasRepeatingFetch(),
    provesNotSent: options.fetch === undefined || !("Deno" in globalThis || "Bun" in globalThis),
  };
}

/** The options that must not be in a browser. */
function secretIssues(options: MpesaOptions): Issue[] {
  const fix =
    "Call your own server instead, with baseUrl and accessToken. If nobody else uses this page, set allowSecretsInBrowser to true.";
  return NAMES.filter((name) => optionTable[name].isSecret && options[name] !== undefined).map((field) => ({
    field,
    received: shapeOf(options[field]),
    rule: "is a secret, and everybody can read it in a browser",
    fix,
  }));
}

/**
 * Merges what `withOptions` changes into a client's options. A passkey belongs to one short code, so it does not go over to
 * another one. @throws MpesaConfigError for an option that all such clients share.
 */
export function mergeOptions(options: MpesaOptions, overrides: MpesaOverrides): MpesaOptions {
  if (typeof overrides !== "object" || overrides === null) {
    const fix = "Write withOptions({ shortCode, passkey }).";
    throw new MpesaConfigError([{ field: "options", received: shapeOf(overrides), rule: "must be an object", fix }]);
  }
  const shared = NAMES.filter((name) => optionTable[name].isShared && name in overrides);
  if (shared.length > 0) {
    const rule = "is shared by all clients that withOptions makes";
    const fix = "Make a new Mpesa with it.";
    const received = (name: Name): string => shapeOf((overrides as MpesaOptions)[name]);
    throw new MpesaConfigError(shared.map((field) => ({ field, received: received(field), rule, fix })));
  }
  const { passkey, ...rest } = options;
  const isSameCode = !("shortCode" in overrides) || String(overrides.shortCode) === String(options.shortCode);
  return { ...rest, ...(isSameCode && passkey !== undefined && { passkey }), ...overrides };
}
