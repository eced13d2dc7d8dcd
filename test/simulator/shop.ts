import { sandbox } from "@mpesa/raw/platform";
import { Mpesa, type MpesaOptions, type StkPushResult } from "@mpesa/sdk";
import {
  type CallbackEvent,
  type CallbackHandler,
  type CallbackHandlerOptions,
  createCallbackHandler,
} from "@mpesa/sdk/callbacks";
import { memoryInbox } from "@mpesa/sdk/callbacks/inbox/memory";
import { createSimulator, type Simulator, type SimulatorOptions } from "@mpesa/simulator";

/** The SDK in front of a simulator in this process, and its signed handler with an inbox behind it. */
export interface Shop {
  readonly daraja: Simulator;
  readonly mpesa: Mpesa;
  readonly handler: CallbackHandler;
  /** What the handler delivered, in its order. */
  readonly events: CallbackEvent[];
  push(reference: string, more?: { amount?: number; phoneNumber?: string }): Promise<StkPushResult>;
}

/** What a test changes. */
export interface ShopOptions {
  readonly simulator?: SimulatorOptions;
  readonly client?: Partial<MpesaOptions>;
  readonly handler?: Partial<CallbackHandlerOptions>;
}

export const PHONE = "254712345678";

/** Opens a shop. */
export function openShop({ simulator, client, handler: changes }: ShopOptions = {}): Shop {
  const events: CallbackEvent[] = [];
  const handler = createCallbackHandler({
    baseUrl: "https://shop.example/hooks",
    secrets: ["a secret of at least 32 bytes, made up for this test"],
    inbox: memoryInbox({ now: () => daraja.now() }),
    onEvent: (event) => void events.push(event),
    now: () => daraja.now(),
    ...changes,
  });
  const daraja = createSimulator({
    allowedCallbackHosts: ["shop.example"],
    fetch: (request) => handler(request),
    ...simulator,
  });
  const { consumerKey, consumerSecret, passkey } = daraja.credentials;
  const mpesa = new Mpesa({
    environment: "sandbox",
    fetch: daraja.fetch,
    clock: daraja.clock,
    consumerKey,
    consumerSecret,
    passkey,
    shortCode: sandbox.shortCode,
    initiator: { name: sandbox.initiatorName, securityCredential: `${"Q".repeat(342)}==` },
    ...client,
  });
  return {
    daraja,
    mpesa,
    handler,
    events,
    push: async (reference, { amount = 100, phoneNumber = PHONE } = {}) =>
      mpesa.stk.push({
        payTo: { account: "INV-1" },
        phoneNumber,
        amount,
        callbackUrl: await handler.url("stk", { reference }),
      }),
  };
}
