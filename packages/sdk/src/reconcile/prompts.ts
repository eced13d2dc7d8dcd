import type { CallOptions } from "../call.ts";
import type { Core } from "../core.ts";
import { type AnyMpesaError, isMpesaError } from "../errors.ts";
import type { Pace } from "../stk/pace.ts";
import { readStk, type StkQueryResult, type StkReading, stkQueryParams } from "../stk/query.ts";
import { check } from "../validate/schema.ts";
import type { PromptEntry } from "./known.ts";

/** A prompt with the result or the error of its query. */
export type AskedPrompt<T> = { readonly entry: PromptEntry<T> } & (
  | { readonly status: StkQueryResult; readonly error?: undefined }
  | { readonly status?: undefined; readonly error: AnyMpesaError }
);

/** Sends one query for each prompt, at the rate that all `stk.wait` calls of the client share. */
export async function askPrompts<T>(
  core: Core,
  pace: Pace,
  entries: readonly PromptEntry<T>[],
  {
    options,
    stop,
    ...defaults
  }: { options: CallOptions | undefined; stop: AbortSignal; shortCode: string; passkey: string | undefined },
): Promise<AskedPrompt<T>[]> {
  const asked: AskedPrompt<T>[] = [];
  let rejection: AnyMpesaError | undefined;
  for (const entry of entries) {
    const reading: StkReading = rejection
      ? { error: rejection, final: true }
      : await queryPrompt(core, pace, entry, { options: { ...options, signal: stop }, defaults });
    if ("status" in reading) {
      asked.push({ entry, status: reading.status });
      continue;
    }
    const { error } = reading;
    if (!isMpesaError(error)) throw error;
    // Keys or a product that are rejected for one query are rejected for every query.
    if (error.type === "MpesaAuthError") rejection = error;
    asked.push({ entry, error });
  }
  return asked;
}

async function queryPrompt<T>(
  core: Core,
  pace: Pace,
  { id, shortCode }: PromptEntry<T>,
  {
    options,
    defaults,
  }: {
    options: CallOptions & { signal: AbortSignal };
    defaults: { shortCode: string; passkey: string | undefined };
  },
): Promise<StkReading> {
  const { passkey } = defaults;
  const params = { checkoutRequestId: id, shortCode: shortCode ?? defaults.shortCode, ...(passkey && { passkey }) };
  const plan = check("stkQuery", stkQueryParams, params, core);
  const { time } = core.config;
  await pace.turn({ earliest: time.elapsed(), over: options.signal });
  options.signal.throwIfAborted();
  const reading = await readStk(core, plan, options);
  if ("error" in reading && isMpesaError(reading.error) && reading.error.type === "MpesaRateLimitError")
    pace.hold(time.elapsed() + (reading.error.retryAfterMs ?? 0));
  return reading;
}
