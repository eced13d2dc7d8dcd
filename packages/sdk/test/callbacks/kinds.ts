import type { CallbackKind } from "../../src/callbacks/index.ts";

/** Every kind, checked for completeness by its type. */
const all: Record<CallbackKind, true> = {
  stk: true,
  b2c: true,
  pochi: true,
  b2b: true,
  tax: true,
  balance: true,
  status: true,
  reversal: true,
  timeout: true,
  c2bValidation: true,
  c2bConfirmation: true,
  ussd: true,
  pull: true,
};

export const kinds: readonly CallbackKind[] = Object.keys(all) as CallbackKind[];
