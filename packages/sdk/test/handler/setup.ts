import type { Claim } from "../../src/callbacks/inbox/inbox.ts";
import type {
  CallbackHandler,
  CallbackHandlerOptions,
  CallbackKind,
  CallbackNotice,
  ResultKind,
} from "../../src/callbacks/index.ts";
import { createCallbackHandler } from "../../src/callbacks/index.ts";
import { body } from "../callbacks/fixtures.ts";

export const BASE_URL = "https://pay.example.com/hooks";
export const SECRET = "3Jc0m1WqXv7yQ2nB8tLr5sZk9HdGfUeA";
export const OLD_SECRET = "old-Wp4Rt6Ys8Ud0If2Gh4Jk6Lz8Xc0V";

export const RESULT_KINDS: readonly ResultKind[] = ["b2c", "pochi", "b2b", "tax", "balance", "status", "reversal"];

/** Every route that a URL can be made for, with a body that may arrive there. */
export const ROUTES: readonly {
  readonly kind: CallbackKind;
  readonly product?: ResultKind;
  readonly payload: unknown;
}[] = [
  { kind: "stk", payload: body("stk-paid") },
  { kind: "b2c", payload: body("b2c-paid") },
  { kind: "pochi", payload: body("pochi-paid") },
  { kind: "b2b", payload: body("b2b-paid") },
  { kind: "tax", payload: body("tax-paid") },
  { kind: "balance", payload: body("balance-rows") },
  { kind: "status", payload: body("status-completed") },
  { kind: "reversal", payload: body("reversal-reversed") },
  { kind: "c2bValidation", payload: body("c2bValidation-pay-bill") },
  { kind: "c2bConfirmation", payload: body("c2bConfirmation-pay-bill") },
  { kind: "ussd", payload: body("ussd-paid") },
  { kind: "pull", payload: body("pull-rows") },
  ...RESULT_KINDS.map((product) => ({
    kind: "timeout" as const,
    product,
    payload: body("b2c-timeout-on-result-route"),
  })),
];

export interface Recorded {
  readonly handler: CallbackHandler;
  /** What reached any of the user's functions. */
  readonly calls: { readonly kind: string; readonly reference: string; readonly event: unknown }[];
  readonly notices: CallbackNotice[];
}

/** A handler whose every function records. */
export function recording(options: Partial<CallbackHandlerOptions> = {}): Recorded {
  const calls: Recorded["calls"] = [];
  const notices: CallbackNotice[] = [];
  const handler = createCallbackHandler({
    baseUrl: BASE_URL,
    secrets: [SECRET],
    onEvent: (event) => calls.push({ kind: event.kind, reference: event.reference, event }),
    onNotice: (notice) => notices.push(notice),
    ...options,
  });
  return { handler, calls, notices };
}

/** The URL of a route, whichever its kind. */
export function urlOf(
  handler: CallbackHandler,
  route: { kind: CallbackKind; product?: ResultKind },
  reference = "INV-1042",
): Promise<string> {
  const { kind, product } = route;
  return kind === "timeout"
    ? handler.url(kind, { reference, product: product as ResultKind })
    : handler.url(kind, { reference });
}

/** A request as Safaricom would send it. */
export function post(url: string, payload: unknown, init: RequestInit = {}): Request {
  const text = typeof payload === "string" ? payload : JSON.stringify(payload);
  return new Request(url, { method: "POST", headers: { "content-type": "application/json" }, body: text, ...init });
}

/** The token of a claim, if it is new. */
export function tokenOf(claim: Claim): string {
  return claim.state === "new" ? claim.token : "";
}

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
