import { consumerKeyLengths } from "@mpesa/raw/platform";
import { type Account, createAccount } from "./account/index.ts";
import type { TokenOptions } from "./auth/token-source.ts";
import { type B2b, createB2b } from "./b2b/index.ts";
import { type B2c, createB2c } from "./b2c/index.ts";
import { type C2b, createC2b } from "./c2b/index.ts";
import { Core } from "./core.ts";
import type { InitiatorGuard } from "./initiator/guard-store.ts";
import { createInitiatorLink, type InitiatorLink } from "./initiator/link.ts";
import { type MpesaOptions, type MpesaOverrides, mergeOptions, parseOptions } from "./options.ts";
import { createPull, type Pull } from "./pull/index.ts";
import { createQr, type Qr } from "./qr/index.ts";
import { createRaw, type MpesaRaw } from "./raw.ts";
import { createReconcile, type Reconcile } from "./reconcile/index.ts";
import { createStk, type Stk } from "./stk/index.ts";
import { Pace } from "./stk/pace.ts";
import { createTransactions, type Transactions } from "./transactions/index.ts";
import { warnAboutUrl } from "./validate/urls.ts";

/** The access token that all calls of a client share. */
export interface Auth {
  /**
   * A usable access token: the one at hand, or a new one when that is about to end. For calls that this SDK does not
   * make; its own calls need no help. `forceRefresh` fetches a new one now, once for all who ask at the same time: after a
   * product was enabled for the app, for instance. With `accessToken` that function decides.
   *
   * @throws MpesaAuthError when the keys are refused, MpesaConnectionError, MpesaRateLimitError, MpesaOutcomeUnknownError.
   * @example
   * const token = await mpesa.auth.token();
   * @example
   * await mpesa.auth.token({ forceRefresh: true });
   */
  token(options?: TokenOptions): Promise<string>;
}

/**
 * One connection to M-Pesa: keys, token, timeouts and retries for all calls. Make one per app and keep it; for several short
 * codes under one app, see {@link Mpesa.withOptions}.
 *
 * @throws MpesaConfigError with everything that is wrong at once, also options that do not exist. Nothing is sent here.
 * @example
 * const mpesa = new Mpesa({ environment: "sandbox", consumerKey, consumerSecret, shortCode: "174379", passkey });
 * const push = await mpesa.stk.push({ payTo: { account: "INV-1" }, phoneNumber: "0712 345 678", amount: 100, callbackUrl });
 */
export class Mpesa {
  /** Payment prompts on a customer's phone. */
  readonly stk: Stk;
  /** Payments that customers start themselves. */
  readonly c2b: C2b;
  /** Payouts to phone numbers. */
  readonly b2c: B2c;
  /** Payments to other organisations, and between your own accounts. */
  readonly b2b: B2b;
  /** Your own balances. */
  readonly account: Account;
  /** What became of a transaction, and returning one. */
  readonly transactions: Transactions;
  /** QR codes for the M-Pesa app. */
  readonly qr: Qr;
  /** Customer payments of the last two days. */
  readonly pull: Pull;
  /** Compares your records with Safaricom's, for after an outage and for every night. */
  readonly reconcile: Reconcile;
  /** The guard of the initiators: the one that was passed, or this client's own. Pass it to the callback handler. */
  readonly initiatorGuard: InitiatorGuard;
  /** The access token. */
  readonly auth: Auth;
  /** Every path of the spec as it is on the wire, with this client's token, retries and timeouts. */
  readonly raw: MpesaRaw;

  readonly #options: MpesaOptions;
  readonly #link: InitiatorLink;
  readonly #pace: Pace;

  constructor(options: MpesaOptions);
  constructor(options: MpesaOptions, parent?: Mpesa) {
    const config = parseOptions(options);
    const core = parent ? parent.#link.core.withConfig(config) : new Core(config);
    const link = parent ? { ...parent.#link, core } : createInitiatorLink(core);
    // The gateway counts the queries of an app, whatever short code they are about.
    const pace = parent ? parent.#pace : new Pace(config);
    this.#options = { ...options };
    this.#link = link;
    this.#pace = pace;
    this.stk = createStk(core, pace);
    this.c2b = createC2b(core);
    this.b2c = createB2c(link);
    this.b2b = createB2b(link);
    this.account = createAccount(link);
    this.transactions = createTransactions(link);
    this.qr = createQr(core);
    this.pull = createPull(core);
    this.reconcile = createReconcile({ core, link, pace });
    this.initiatorGuard = core.guard;
    this.auth = { token: (options) => core.token(options) };
    this.raw = createRaw(core);
    if (!parent) warnAboutKeys(core);
    warnAboutUrls(core);
  }

  /**
   * Makes a client for another short code, initiator or URL that shares everything else with this one: access token,
   * connection (`fetch`), initiator guard, and the rhythm of queries. Make one per till and keep it.
   *
   * Token requests have the `timeoutMs`, `maxRetries` and `onEvent` of the first client.
   *
   * A passkey belongs to one short code: with another `shortCode` this client's `passkey` is not used. The options
   * `environment`, `baseUrl`, `consumerKey`, `consumerSecret`, `accessToken`, `tokenStore`, `fetch`, `clock`, `initiatorGuard`
   * and `maxQueriesPerSecond` cannot be changed; make a new `Mpesa` for them.
   *
   * @throws MpesaConfigError with everything that is wrong at once.
   * @example
   * const westlands = mpesa.withOptions({ shortCode: "600001", passkey: passkeyOfWestlands });
   * await westlands.stk.push({ payTo: { account: "INV-1" }, phoneNumber: "0712 345 678", amount: 100, callbackUrl });
   */
  withOptions(overrides: MpesaOverrides): Mpesa {
    const Client = Mpesa as unknown as new (options: MpesaOptions, parent: Mpesa) => Mpesa;
    return new Client(mergeOptions(this.#options, overrides), this);
  }
}

/** Reports keys that were probably swapped. */
function warnAboutKeys({ config, emit }: Core): void {
  const { consumerKey = "", consumerSecret = "" } = config;
  const isSwapped = consumerKeyLengths.some(
    ({ key, secret }) => consumerKey.length === secret && consumerSecret.length === key,
  );
  if (isSwapped) {
    const message =
      "consumerKey has the length of a secret and consumerSecret that of a key: they are probably swapped.";
    emit({ type: "warning", code: "keysSwapped", message });
  }
}

function warnAboutUrls({ config, emit }: Core): void {
  const { callbackUrl, resultUrl, timeoutUrl } = config;
  for (const [field, url] of Object.entries({ callbackUrl, resultUrl, timeoutUrl }))
    if (url !== undefined) warnAboutUrl({ config, emit }, field, url);
}
