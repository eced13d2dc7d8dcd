import { isMpesaError, type MpesaErrorType } from "@mpesa/sdk";
import type { NetworkFault, Simulator } from "@mpesa/simulator";

export const RETRIES = 2;
const ALL = RETRIES + 1;

/** How often a request leaves, and how the call ends. */
export interface End {
  readonly attempts: number;
  readonly type: MpesaErrorType;
}

/** A payment that may have been made. */
export const unknown: End = end(1, "MpesaOutcomeUnknownError");

/** What a fault must lead to: a read is tried again, money is asked for once unless it was provably not taken. */
export const faults: Readonly<Record<NetworkFault, { readonly read: End; readonly money: End }>> = {
  refuse: same(ALL, "MpesaConnectionError"),
  reset: { read: end(ALL, "MpesaOutcomeUnknownError"), money: unknown },
  dropAnswer: { read: end(ALL, "MpesaOutcomeUnknownError"), money: unknown },
  stall: { read: end(ALL, "MpesaOutcomeUnknownError"), money: unknown },
  gatewayTimeout: { read: end(ALL, "MpesaApiError"), money: unknown },
  html503: { read: end(ALL, "MpesaApiError"), money: unknown },
  html403: { read: end(ALL, "MpesaApiError"), money: unknown },
  spikeArrest: same(1, "MpesaRateLimitError"),
};
export const names = Object.keys(faults) as NetworkFault[];

/** Resolves when the simulator has one request more: what it does not answer, it has at least taken. */
export async function recorded(daraja: Simulator, before: number): Promise<void> {
  while (daraja.requests.length === before) await new Promise((resolve) => setImmediate(resolve));
}

export function typeOf(error: unknown): string | undefined {
  return isMpesaError(error) ? error.type : String(error);
}

function end(attempts: number, type: MpesaErrorType): End {
  return { attempts, type };
}

function same(attempts: number, type: MpesaErrorType): { read: End; money: End } {
  return { read: end(attempts, type), money: end(attempts, type) };
}
