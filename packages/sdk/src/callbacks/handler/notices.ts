import type { CallbackKind, ResultKind } from "../types.ts";

/**
 * Why a request was refused, with its HTTP status. `bodyUsed` (500): something in front of the handler has read the body;
 * give the handler a clone of the request. `json` (400): the body is not JSON, or is nested in more than 100 levels.
 */
export type RefusalReason = "path" | "expired" | "method" | "address" | "size" | "json" | "bodyUsed";

/**
 * What was going on when something threw. `claim`: the inbox, before your function, which did not run. `mark`: the inbox, after
 * your function. The error `StaleClaim` there means that the claim was no longer its own: the lease had run out and someone
 * else has the delivery, which then runs twice (set a longer `leaseMs`), or a success has settled the failure meanwhile.
 */
export type FailureStage = "claim" | "function" | "mark" | "onFailed" | "guard" | "json" | "request";

/** What the handler tells `onNotice`. No credential, no body, no phone number in it. */
export type CallbackNotice =
  /** A request was refused and reached none of your functions. For 404 the kind is unknown. */
  | {
      readonly type: "refused";
      readonly status: number;
      readonly reason: RefusalReason;
      readonly kind?: CallbackKind;
      /** With `address`: who it was. */
      readonly address?: string;
      /** With `json`: how many characters came. */
      readonly length?: number;
    }
  /** It came before, or is being worked on: acknowledged, not delivered again. */
  | {
      readonly type: "duplicate";
      readonly kind: CallbackKind;
      readonly key: string;
      readonly state: "duplicate" | "busy";
    }
  /** A body that is not what its URL was made for. It is delivered as `unrecognised`. */
  | { readonly type: "unrecognised"; readonly kind: CallbackKind }
  /** Something threw. `error` is the error's name. */
  | {
      readonly type: "failed";
      readonly stage: FailureStage;
      readonly kind?: CallbackKind | undefined;
      readonly product?: ResultKind | undefined;
      readonly key?: string | undefined;
      readonly error: string;
    }
  /**
   * A validation got the default answer: `late`, `undecided` (no function, a body that is no validation, or something else
   * came back), or the name of the error that was thrown.
   */
  | { readonly type: "defaulted"; readonly reason: string };
