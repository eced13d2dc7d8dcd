import type { CallbackKind, ResultKind } from "./types.ts";

/** The products whose result comes in a `Result` envelope. */
export const RESULT_KINDS: readonly ResultKind[] = ["b2c", "pochi", "b2b", "tax", "balance", "status", "reversal"];

/** Whether a kind is that of a result. */
export function isResultKind(kind: unknown): kind is ResultKind {
  return RESULT_KINDS.includes(kind as ResultKind);
}

/** Every kind of callback. */
export const CALLBACK_KINDS: readonly CallbackKind[] = [
  ...RESULT_KINDS,
  "stk",
  "timeout",
  "c2bValidation",
  "c2bConfirmation",
  "ussd",
  "pull",
];
