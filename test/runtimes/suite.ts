import { sandbox, securityCredentialLength } from "@mpesa/raw/platform";
import {
  type CallOptions,
  isMpesaError,
  Mpesa,
  type MpesaOptions,
  phoneNumber,
  type StkPushResult,
  stkPassword,
  timestamp,
} from "@mpesa/sdk";
import { type CallbackEvent, type CallbackHandler, createCallbackHandler } from "@mpesa/sdk/callbacks";
import { memoryInbox } from "@mpesa/sdk/callbacks/inbox/memory";
import { securityCredential } from "@mpesa/sdk/credential";
import { createSimulator, type Simulator } from "@mpesa/simulator";

export { payOverBrokenConnections } from "./broken-connections.ts";

/** What became of one case. */
export interface CaseResult {
  readonly name: string;
  readonly ok: boolean;
  readonly error?: string;
}

/** What differs between runtimes. */
export interface SuiteOptions {
  /** Whether `node:crypto` is there. @default true */
  readonly hasNodeCrypto?: boolean;
}

type Case = (options: Required<SuiteOptions>) => Promise<void>;

const BASE_URL = "https://shop.example/hooks";
const PHONE = "254712345678";
const LOCAL_PHONE = PHONE.slice(3);
const TOKEN = "token-made-up-for-this-test";
const PASSWORD = "a password, made up";

const cases: Readonly<Record<string, Case>> = {
  "a push is paid, and its callback reaches the signed handler": async () => {
    const { daraja, mpesa, handler, events, push } = openShop();
    daraja.customer(PHONE).enterPin();
    const { checkoutRequestId } = await push(mpesa);
    await daraja.settled();
    equal(events.length, 1, "events");
    const [event] = events;
    if (event?.kind !== "stk") throw new Error(`the event is ${event?.kind}`);
    equal(event.outcome, "succeeded", "outcome");
    equal(event.reference, "order-1", "reference");
    equal(event.amount?.value, 100, "amount");
    equal(event.checkoutRequestId, checkoutRequestId, "checkoutRequestId");
    equal(event.receipt, daraja.ledger.transactions[0]?.receipt, "receipt");
    equal((await mpesa.stk.query({ checkoutRequestId })).outcome, "succeeded", "query");

    const stranger = createCallbackHandler({
      baseUrl: BASE_URL,
      secrets: ["another secret of at least 32 bytes, made up as well"],
      onEvent: () => {},
    });
    const callback = JSON.stringify({ Body: { stkCallback: { CheckoutRequestID: checkoutRequestId, ResultCode: 0 } } });
    const post = (url: string) => handler(new Request(url, { method: "POST", body: callback }));
    equal((await post(await stranger.url("stk", { reference: "order-1" }))).ok, false, "a forged path is accepted");
    equal(events.length, 1, "events after a forged path");
    equal((await post(await handler.url("stk", { reference: "order-1" }))).ok, true, "our own path is accepted");
  },

  "a cancelled prompt is a failure, in the callback and in the query": async () => {
    const { daraja, mpesa, events, push } = openShop();
    daraja.customer(PHONE).cancel();
    const { checkoutRequestId } = await push(mpesa);
    await daraja.settled();
    equal(events.map((event) => event.kind === "stk" && event.outcome).join(), "failed", "outcome");
    equal((await mpesa.stk.query({ checkoutRequestId })).outcome, "failed", "query");
  },

  "a lost answer is unknown, sent once, and the payment is still heard of": async () => {
    const { daraja, mpesa, events, push } = openShop();
    daraja.next("stk", { fault: "dropAnswer" });
    const error = await thrownBy(push(mpesa));
    equal(isMpesaError(error) && error.type, "MpesaOutcomeUnknownError", "type");
    daraja.customer(PHONE).enterPin();
    await daraja.settled();
    equal(
      events.map((event) => event.kind === "stk" && `${event.reference} ${event.outcome}`).join(),
      "order-1 succeeded",
      "event",
    );
    equal(daraja.ledger.transactions.length, 1, "payments");
    equal(daraja.requests.filter(({ operation }) => operation === "stkPush").length, 1, "requests");
  },

  "a stalled gateway ends in unknown when the time is up": async () => {
    let isAborted = false;
    const { mpesa, push } = openShop((daraja) => ({
      fetch: async (input, init) => {
        const request = new Request(input, init);
        if (request.url.includes("/oauth/")) return daraja.fetch(request);
        return new Promise((_, reject) => {
          request.signal.addEventListener("abort", () => {
            isAborted = true;
            reject(request.signal.reason);
          });
        });
      },
    }));
    // The token may take its time: the short timeout is for what never ends.
    await mpesa.auth.token();
    const error = await thrownBy(push(mpesa, 100, { timeoutMs: 50 }));
    equal(isMpesaError(error) && error.type, "MpesaOutcomeUnknownError", "type");
    equal(isAborted, true, "the request is aborted");
  },

  "wrong parameters are refused before anything is sent": async () => {
    const { daraja, mpesa, push } = openShop();
    const error = await thrownBy(push(mpesa, 0.5));
    equal(isMpesaError(error) && error.type, "MpesaValidationError", "type");
    equal(daraja.requests.length, 0, "requests");
  },

  "timestamp and password are Nairobi's, whatever the host's time zone": async () => {
    const at = new Date("2026-01-31T21:30:00Z");
    equal(timestamp(at), "20260201003000", "timestamp");
    const made = stkPassword({ shortCode: sandbox.shortCode, passkey: sandbox.passkey, at });
    equal(made.timestamp, "20260201003000", "timestamp beside the password");
    equal(atob(made.password), `${sandbox.shortCode}${sandbox.passkey}20260201003000`, "password");
    equal(phoneNumber("0712 345 678"), PHONE, "phone number");
  },

  "no secret and no phone number is in an error, its causes or its stack": async () => {
    const { mpesa, push, secrets } = openShop(() => ({
      fetch: async (input, init) => {
        const request = new Request(input, init);
        if (request.url.includes("/oauth/")) return Response.json({ access_token: TOKEN, expires_in: "3599" });
        const inner = new Error(`inner ${request.headers.get("authorization")}`);
        throw new TypeError(`lost ${secrets.join(" ")} ${await request.text()}`, { cause: inner });
      },
    }));
    const error = await thrownBy(push(mpesa));
    equal(isMpesaError(error), true, "an error of the SDK");
    const text = everythingIn(error);
    equal(text.includes("[redacted]"), true, "something was redacted");
    for (const [at, secret] of [...secrets, TOKEN, LOCAL_PHONE].entries())
      equal(text.includes(secret), false, `secret ${at} is in the error`);
  },

  "a security credential is made, or its absence explained": async ({ hasNodeCrypto }) => {
    const making = securityCredential({ password: PASSWORD, environment: "sandbox" });
    if (hasNodeCrypto) {
      const [first, second] = [await making, await securityCredential({ password: PASSWORD, environment: "sandbox" })];
      equal(first.length, securityCredentialLength, "length");
      equal(first === second, false, "two credentials are alike");
      return;
    }
    const error = await thrownBy(making);
    equal(isMpesaError(error) && error.type, "MpesaConfigError", "type");
    equal(everythingIn(error).includes(PASSWORD), false, "the password is in the error");
  },
};

/** The cases in their order. */
export const caseNames: readonly string[] = Object.keys(cases);

/** Runs every case with nothing but web standards; needs no network, file or environment. */
export async function runSuite({ hasNodeCrypto = true }: SuiteOptions = {}): Promise<CaseResult[]> {
  const results: CaseResult[] = [];
  for (const [name, run] of Object.entries(cases)) {
    try {
      await run({ hasNodeCrypto });
      results.push({ name, ok: true });
    } catch (error) {
      results.push({ name, ok: false, error: String((error as Error)?.stack ?? error) });
    }
  }
  return results;
}

interface Shop {
  readonly daraja: Simulator;
  readonly mpesa: Mpesa;
  readonly handler: CallbackHandler;
  readonly events: CallbackEvent[];
  readonly secrets: readonly string[];
  push(mpesa: Mpesa, amount?: number, options?: CallOptions): Promise<StkPushResult>;
}

function openShop(change: (daraja: Simulator) => Partial<MpesaOptions> = () => ({})): Shop {
  const events: CallbackEvent[] = [];
  const handler = createCallbackHandler({
    baseUrl: BASE_URL,
    secrets: ["a secret of at least 32 bytes, made up for this test"],
    inbox: memoryInbox({ now: () => daraja.now() }),
    onEvent: (event) => void events.push(event),
    now: () => daraja.now(),
  });
  const daraja = createSimulator({ allowedCallbackHosts: ["shop.example"], fetch: (request) => handler(request) });
  const { consumerKey, consumerSecret, passkey, shortCode } = daraja.credentials;
  const mpesa = new Mpesa({
    environment: "sandbox",
    fetch: daraja.fetch,
    clock: daraja.clock,
    ...{ consumerKey, consumerSecret, passkey, shortCode },
    ...change(daraja),
  });
  return {
    daraja,
    mpesa,
    handler,
    events,
    secrets: [consumerKey, consumerSecret, passkey, btoa(`${consumerKey}:${consumerSecret}`), PHONE],
    push: async (client, amount = 100, options = {}) => {
      const callbackUrl = await handler.url("stk", { reference: "order-1" });
      return client.stk.push({ payTo: { account: "INV-1" }, phoneNumber: PHONE, amount, callbackUrl }, options);
    },
  };
}

async function thrownBy(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
}

function equal(actual: unknown, expected: unknown, what: string): void {
  if (actual !== expected) throw new Error(`${what}: ${String(actual)} instead of ${String(expected)}`);
}

function everythingIn(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? "" : everythingIn(error.cause);
  return [String(error), error.stack, JSON.stringify(error), cause].join("\n");
}
