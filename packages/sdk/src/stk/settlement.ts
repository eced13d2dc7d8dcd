import type { StkCallbackContent } from "@mpesa/raw";
import { nameOf } from "../errors.ts";
import type { MpesaEventHandler } from "../events.ts";
import { isJson, text } from "../http/error-body.ts";
import { areDifferentIds } from "../http/to-error.ts";
import { invalid, type Parsed, valid } from "../validate/schema.ts";
import type { StkQueryPlan } from "./query.ts";

/** The content of an STK callback: a callback that `@mpesa/sdk/callbacks` has parsed, or your own record of the callback. */
export interface StkSettlement {
  /** The kind of the callback. A callback of another kind than `stk` is ignored, unless it has the `checkoutRequestId` of the prompt. */
  readonly kind?: string;
  /** ID of the prompt. A callback with the ID of another prompt is ignored. */
  readonly checkoutRequestId?: string | undefined;
  /** If the wait has a `merchantRequestId`, a callback with another one is ignored. */
  readonly merchantRequestId?: string | undefined;
  /** Result code of the callback; `0` means that the customer has paid. */
  readonly resultCode?: string | number | undefined;
  readonly resultDescription?: string | undefined;
}

/** A store in which a wait finds the callback of a prompt. */
export interface StkSettledStore<T extends StkSettlement = StkSettlement> {
  /** Resolves with the content of the callback, at once if the callback has arrived. `signal` aborts when the wait ends. */
  wait(checkoutRequestId: string, signal: AbortSignal): Promise<T | undefined>;
}

/** A source of the callback: a promise of its content, or a store. */
export type StkSettled<T extends StkSettlement = StkSettlement> = PromiseLike<T | undefined> | StkSettledStore<T>;

/** A callback that was heard of: the caller's own value, and what it tells. */
export interface Called<T extends StkSettlement> {
  readonly callback: T;
  readonly told: {
    readonly checkoutRequestId: string | undefined;
    readonly merchantRequestId: string | undefined;
    readonly resultCode: string;
    readonly resultDescription: string | undefined;
  };
}

/** Anything else would be waited for in vain, and nobody would know. */
export function parseSettled(value: unknown): Parsed<unknown> {
  if (has(value, "then") || has(value, "wait")) return valid(value);
  const fix =
    typeof value === "function"
      ? "Call it and pass its promise, or pass { wait: yourFunction }."
      : "Pass Promise.resolve(parseStkCallback(body)) for a callback that has come already.";
  return invalid(value, "must be a promise of the callback, or a store { wait(checkoutRequestId, signal) }", fix);
}

function has(value: unknown, method: string): boolean {
  try {
    return typeof (value as Record<string, unknown> | null | undefined)?.[method] === "function";
  } catch {
    return false; // A getter that throws.
  }
}

/** Resolves when a usable callback came; never otherwise, and never rejects: a broken store leaves the wait to the query. */
export function listen<T extends StkSettlement>(
  settled: StkSettled<T> | undefined,
  { checkoutRequestId, merchantRequestId }: Pick<StkQueryPlan, "checkoutRequestId" | "merchantRequestId">,
  signal: AbortSignal,
  emit: MpesaEventHandler,
): Promise<Called<T>> {
  return new Promise((resolve) => {
    if (settled === undefined) return;
    const warn = (what: string): void =>
      emit({ type: "warning", code: "settledFailed", message: `the settled hook ${what}; going on with queries.` });
    const take = (callback: T | undefined): void => {
      if (callback === undefined || callback === null) return; // Nothing has come, which a store may well say.
      const told = tell(callback);
      const isOther =
        areDifferentIds(told.checkoutRequestId, checkoutRequestId) ||
        areDifferentIds(told.merchantRequestId, merchantRequestId);
      if (isOther || (told.isForeign && told.checkoutRequestId === undefined)) {
        warn("gave the callback of another payment");
      } else if (told.resultCode === undefined) {
        warn("gave a value without result code");
      } else {
        resolve({ callback, told: { ...told, resultCode: told.resultCode } });
      }
    };
    const hear = async (): Promise<void> =>
      take(await ("wait" in settled ? settled.wait(checkoutRequestId, signal) : settled));
    // Also what `take` throws, since a getter of the callback may throw.
    hear().catch((cause: unknown) => {
      if (!signal.aborted) warn(`failed (${nameOf(cause)})`);
    });
  });
}

/** Reads a parsed callback, a record of one, or the body itself as M-Pesa posted it. */
function tell(value: unknown) {
  const given = isJson(value) ? value : {};
  const envelope = isJson(given["Body"]) ? given["Body"]["stkCallback"] : undefined;
  const [of, names] = isJson(envelope) ? [envelope, POSTED] : [given, PARSED];
  const [checkoutRequestId, merchantRequestId, resultCode, resultDescription] = names.map((name) => text(of[name]));
  const kind = text(given["kind"]);
  return {
    // The result of a payout names no prompt, and its code would be read as a prompt's.
    isForeign: kind !== undefined && kind !== "stk",
    checkoutRequestId: checkoutRequestId || undefined,
    merchantRequestId: merchantRequestId || undefined,
    // An empty or broken code in a record means that its callback has not come.
    resultCode: resultCode?.trim() && resultCode !== "NaN" ? resultCode.trim() : undefined,
    resultDescription,
  };
}

const PARSED = ["checkoutRequestId", "merchantRequestId", "resultCode", "resultDescription"] as const;
const POSTED = [
  "CheckoutRequestID",
  "MerchantRequestID",
  "ResultCode",
  "ResultDesc",
] as const satisfies readonly (keyof StkCallbackContent)[];
