import { sandbox } from "@mpesa/raw/platform";
import { isMpesaError, Mpesa } from "@mpesa/sdk";

/** What the gateway does after it has read the whole payment. */
export type Ending = "closed at once" | "closed after 300 ms" | "reset" | "gateway gone" | "second copy answered";

export const endings: readonly Ending[] = [
  "closed at once",
  "closed after 300 ms",
  "reset",
  "gateway gone",
  "second copy answered",
];

/** How a payment over a connection that breaks looked from the client. */
export interface BrokenPayment {
  readonly ending: Ending;
  /** The type of the error, or what came instead of one. */
  readonly end: string;
  /** Requests for the payment that the client announced. */
  readonly announced: number;
}

/**
 * Pays once at each gateway, on a connection that was used before, with the platform's own `fetch` or the passed one. A page
 * of a browser has a token instead of the keys.
 */
export async function payOverBrokenConnections(
  gateways: readonly { readonly ending: Ending; readonly url: string }[],
  { isPage = false, fetch }: { readonly isPage?: boolean; readonly fetch?: typeof globalThis.fetch } = {},
): Promise<BrokenPayment[]> {
  return Promise.all(
    gateways.map(async ({ ending, url }) => {
      let announced = 0;
      const mpesa = new Mpesa({
        baseUrl: url,
        ...(isPage
          ? { accessToken: () => "token-made-up-for-this-test", allowSecretsInBrowser: true }
          : { consumerKey: "a-consumer-key-made-up", consumerSecret: "a-consumer-secret-made-up" }),
        shortCode: sandbox.shortCode,
        passkey: sandbox.passkey,
        callbackUrl: "https://shop.example/hooks",
        maxRetries: 2,
        ...(fetch && { fetch }),
        onEvent: (event) => {
          if (event.type === "request" && event.operation === "stkPush") announced++;
        },
      });
      await mpesa.auth.token();
      // The connection must be free again before the payment can use it.
      await new Promise((resolve) => setTimeout(resolve, 100));
      const push = mpesa.stk.push({ payTo: { account: "INV-1" }, phoneNumber: "0708374149", amount: 1 });
      const end = await push.then(
        () => "an acceptance",
        (error: unknown) => (isMpesaError(error) ? error.type : String(error)),
      );
      return { ending, end, announced };
    }),
  );
}
