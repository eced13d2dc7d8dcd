import type { CallOptions, Core } from "../core.ts";
import { type AnyMpesaError, isMpesaError } from "../errors/is-mpesa-error.ts";
import type { PulledTransaction } from "../pull/query.ts";
import { checkStkQuery, readStk, type StkReading, type StkStatus } from "../stk/query.ts";
import { turn, type WaitTools } from "../stk/wait.ts";
import { parsePhoneNumber } from "../values/phone-number.ts";
import { type PromptEntry, sameAmount } from "./known.ts";

/** What asking for a prompt brought. */
export type AskedPrompt<T> = { readonly entry: PromptEntry<T> } & (
  | { readonly status: StkStatus; readonly error?: undefined }
  | { readonly status?: undefined; readonly error: AnyMpesaError }
);

/** Asks for each prompt once, in the rhythm that all waits of the client share. */
export async function askPrompts<T>(
  core: Core,
  tools: WaitTools,
  entries: readonly PromptEntry<T>[],
  {
    options,
    stop,
    ...defaults
  }: { options: CallOptions | undefined; stop: AbortSignal; shortCode: string; passkey: string | undefined },
): Promise<AskedPrompt<T>[]> {
  const asked: AskedPrompt<T>[] = [];
  let refused: AnyMpesaError | undefined;
  for (const entry of entries) {
    const reading: StkReading = refused
      ? { error: refused, final: true }
      : await ask(core, tools, entry, { options: { ...options, signal: stop }, defaults });
    if ("status" in reading) {
      asked.push({ entry, status: reading.status });
      continue;
    }
    const { error } = reading;
    if (!isMpesaError(error)) throw error;
    // Keys and products that are refused once are refused for all.
    if (error.type === "MpesaAuthError") refused = error;
    asked.push({ entry, error });
  }
  return asked;
}

async function ask<T>(
  core: Core,
  tools: WaitTools,
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
  const plan = checkStkQuery(core, params);
  const { pace, clock } = tools;
  await turn(tools, { earliest: clock(), deadline: Number.POSITIVE_INFINITY, stop: options.signal });
  const reading = await readStk(core, plan, { options });
  if ("error" in reading && isMpesaError(reading.error) && reading.error.type === "MpesaRateLimitError")
    pace.hold(clock() + (reading.error.retryAfterMs ?? 0));
  return reading;
}

type Fit = "no" | "maybe" | "likely";

/** Which rows belong to which prompts: the query of a prompt tells no receipt. */
export interface Linked<T> {
  /** Rows of paid prompts. */
  readonly rows: ReadonlyMap<PromptEntry<T>, PulledTransaction>;
  /** For each row that is left: the prompts that it may belong to. */
  readonly left: readonly { readonly transaction: PulledTransaction; readonly candidates: readonly T[] }[];
}

/** Links a row only where nothing else would fit: a wrong link would hide a payment that nobody has recorded. */
export function linkRows<T>(
  rows: readonly PulledTransaction[],
  asked: readonly AskedPrompt<T>[],
  { whole }: { whole: boolean },
): Linked<T> {
  const living = asked.filter(({ status }) => status?.outcome !== "failed");
  const fits = new Map(
    rows.map((row) => [
      row,
      living.flatMap((one) => {
        const fit = fitOf(one.entry, row);
        return fit === "no" ? [] : [{ ...one, fit }];
      }),
    ]),
  );
  const rowsOf = new Map<PromptEntry<T>, number>();
  for (const { entry } of [...fits.values()].flat()) rowsOf.set(entry, (rowsOf.get(entry) ?? 0) + 1);
  const linked = new Map<PromptEntry<T>, PulledTransaction>();
  const left: { transaction: PulledTransaction; candidates: readonly T[] }[] = [];
  for (const [transaction, prompts] of fits) {
    const [one, another] = prompts;
    // Rows that were not read could fit as well.
    const isAlone = one && !another && rowsOf.get(one.entry) === 1 && whole;
    if (isAlone && one.fit === "likely" && one.status?.outcome === "paid") linked.set(one.entry, transaction);
    else {
      // A payer or an account that agrees may have paid another amount, unless a row of the right one is there.
      const others = living.filter(({ entry }) => !rowsOf.has(entry) && agrees(entry, transaction));
      const candidates = prompts.length > 0 ? prompts : others;
      left.push({ transaction, candidates: candidates.map(({ entry }) => entry.known) });
    }
  }
  return { rows: linked, left };
}

/** `likely` needs more than an amount: two customers often pay the same. */
function fitOf(entry: PromptEntry<unknown>, row: PulledTransaction): Fit {
  const { amount: paid } = row;
  if (paid !== undefined && !sameAmount(paid, entry.amount)) return "no";
  const agreed = agrees(entry, row);
  if (agreed === false) return "no";
  return paid !== undefined && agreed ? "likely" : "maybe";
}

/** Whether number or account are the same; undefined where neither can be compared, false where one differs. */
function agrees(
  { phoneNumber, account }: PromptEntry<unknown>,
  { phoneNumber: payer, billReference }: PulledTransaction,
): boolean | undefined {
  const number = parsePhoneNumber(payer);
  const compared = [
    phoneNumber !== undefined && number.ok ? phoneNumber === number.value : undefined,
    account && billReference ? account.trim().toLowerCase() === billReference.trim().toLowerCase() : undefined,
  ];
  return compared.includes(false) ? false : compared.includes(true) || undefined;
}
