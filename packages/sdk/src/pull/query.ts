import type { PullQueryResponse, PullTransaction as RawTransaction } from "@mpesa/raw";
import { pullWindowHours } from "@mpesa/raw/platform";
import type { CallOptions } from "../call.ts";
import type { Time } from "../clock.ts";
import { DOUBLES_NOTHING } from "../codes/lookup.ts";
import type { Core } from "../core.ts";
import { MpesaOutcomeUnknownError } from "../errors.ts";
import { asList, isJson, text } from "../http/error-body.ts";
import { ownShortCode, parsePhoneNumber } from "../validate/formats.ts";
import { integer } from "../validate/limits.ts";
import {
  check,
  type Fields,
  fields,
  invalid,
  object,
  type Parsed,
  type ShapeOf,
  withDefault,
} from "../validate/schema.ts";
import { localTime, parseInstant } from "../validate/times.ts";

/** Which customer payments to list. */
export interface PullRange {
  /** The first moment, at most 48 hours ago; seconds count, parts of them do not. */
  from: Date;
  /** The last moment. */
  to: Date;
  /** @default the client's shortCode */
  shortCode?: string;
}

/** One page of a range. */
export interface PullQueryParams extends PullRange {
  /** How many payments to skip. @default 0 */
  offset?: number;
}

/** One customer payment, as the list has it. */
export interface PulledTransaction {
  /** The M-Pesa receipt. */
  readonly transactionId: string | undefined;
  /** As it came: written as UTC (`Z`), but probably Nairobi time, which nobody has confirmed. */
  readonly transactionDate: string | undefined;
  /** In shillings. */
  readonly amount: number | undefined;
  /** 12 digits where it is a whole number of that kind, otherwise as it came. */
  readonly phoneNumber: string | undefined;
  /** The payer's name. */
  readonly sender: string | undefined;
  /** The kind of payment, such as `c2b-pay-bill-debit`. */
  readonly transactionType: string | undefined;
  /** The account that the customer typed. */
  readonly billReference: string | undefined;
  /** Your organisation, as M-Pesa names it. */
  readonly organizationName: string | undefined;
  /** The entry as it came. */
  readonly raw: RawTransaction;
}

/** A page of payments; empty when there are none. */
export interface PullPage {
  /** In Daraja's order. */
  readonly transactions: readonly PulledTransaction[];
  /** M-Pesa's text beside the answer; empty where there is none. */
  readonly responseMessage: string;
  /** The answer as it came: an object, a bare list, or a list written as text, such as `"[[]]"` for none. */
  readonly raw: PullQueryResponse | readonly unknown[] | string;
}

const WINDOW_MS = pullWindowHours * 3_600_000;
/** A caller who asks for "the last 48 hours" computed that a moment ago. */
const TOLERANCE_MS = 60_000;

/** A range that passed its checks. */
export interface CheckedRange {
  readonly shortCode: string;
  readonly from: Date;
  readonly to: Date;
}

interface RangeClient {
  readonly config: { readonly shortCode?: string; readonly time: Pick<Time, "now"> };
}

const rangeFields = fields({
  shortCode: ownShortCode,
  from: parseStart,
  to: parseInstant,
} satisfies ShapeOf<PullRange>);

/** The range of payments: its ends depend on each other and on the clock. */
export const pullRange: Fields<CheckedRange, RangeClient> = {
  names: rangeFields.names,
  read(given, client) {
    const parsed = rangeFields.read(given, client);
    if (!parsed.ok || parsed.value.from <= parsed.value.to) return parsed;
    return invalid(parsed.value.from, "must not be after `to`", "Exchange the two.", "from");
  },
};

function parseStart(value: unknown, { config }: RangeClient): Parsed<Date> {
  const parsed = parseInstant(value);
  if (!parsed.ok || parsed.value.getTime() >= config.time.now() - WINDOW_MS - TOLERANCE_MS) return parsed;
  const fix =
    "Take older payments from your own records: Daraja keeps no more, so a longer range cannot be split either.";
  return invalid(value, `must be within the last ${pullWindowHours} hours`, fix);
}

const offset = integer(0, undefined, "Pass the number of payments to skip, or omit it for the first page.");
const queryParams = object({ offset: withDefault(offset, 0) }, pullRange);

export async function pullQuery(core: Core, params: PullQueryParams, options?: CallOptions): Promise<PullPage> {
  const { offset, ...range } = check("pullQuery", queryParams, params, core);
  return fetchPage(core, range, offset, options);
}

async function fetchPage(
  core: Core,
  { shortCode, from, to }: CheckedRange,
  offset: number,
  options?: CallOptions,
): Promise<PullPage> {
  const body = {
    ShortCode: shortCode,
    StartDate: localTime(from),
    EndDate: localTime(to),
    OffSetValue: String(offset),
  };
  const raw: PullPage["raw"] = await core.request("pullQuery", body, { options });
  const [rows, message] = isJson(raw) ? [raw["Response"], raw["ResponseMessage"]] : [raw, undefined];
  const entries: unknown[] = [asList(rows) ?? rows].flat(3);
  // Rows that cannot be read must not look like no rows: an iteration would end in the middle.
  if (entries.some((entry) => typeof entry === "string" && entry !== "")) throw unreadable();
  const transactions = entries.filter(isJson).map((entry) => toTransaction(entry as RawTransaction));
  return { transactions, responseMessage: text(message) ?? "", raw };
}

function unreadable(): MpesaOutcomeUnknownError {
  const what = "the response has text where the list of payments belongs, and that text is no list.";
  return new MpesaOutcomeUnknownError(what, { operation: "pullQuery", ids: {}, hint: DOUBLES_NOTHING });
}

function toTransaction(raw: RawTransaction): PulledTransaction {
  const amount = Number(text(raw.amount) || Number.NaN);
  const number = parsePhoneNumber(raw.msisdn);
  return {
    transactionId: text(raw.transactionId),
    transactionDate: text(raw.trxDate),
    amount: Number.isFinite(amount) ? amount : undefined,
    phoneNumber: number.ok ? number.value : text(raw.msisdn),
    sender: text(raw.sender),
    transactionType: text(raw.transactiontype),
    billReference: text(raw.billreference),
    organizationName: text(raw.organizationname),
    raw,
  };
}

const rangeParams = object({}, pullRange);

/** Every payment of a range, page by page, each once. */
export async function* pullTransactions(
  core: Core,
  params: PullRange,
  options?: CallOptions,
): AsyncGenerator<PulledTransaction, void, undefined> {
  const range = check("pullQuery", rangeParams, params, core);
  const seen = new Set<string>();
  for (const window of windows(range, core.config.time.now())) yield* pages(core, window, seen, options);
}

/** Until a page brings nothing new: how long a full page is was never confirmed, and a new payment may shift the rows. */
async function* pages(
  core: Core,
  window: CheckedRange,
  seen: Set<string>,
  options: CallOptions | undefined,
): AsyncGenerator<PulledTransaction, void, undefined> {
  for (let offset = 0; ; ) {
    const { transactions } = await fetchPage(core, window, offset, options);
    let fresh = 0;
    for (const transaction of transactions) {
      const key = transaction.transactionId || JSON.stringify(transaction.raw);
      if (seen.has(key)) continue;
      seen.add(key);
      fresh++;
      yield transaction;
    }
    if (fresh === 0) return;
    offset += transactions.length;
  }
}

/** Parts no longer than Daraja's window; they share their borders, because both ends of a range count. */
function* windows({ shortCode, from, to }: CheckedRange, now: number): Generator<CheckedRange> {
  const longest = pullWindowHours * 3_600_000;
  let start = from.getTime();
  do {
    const end = Math.min(start + longest, to.getTime());
    yield { shortCode, from: new Date(start), to: new Date(end) };
    start = end;
    // Nothing has been paid in the future yet.
  } while (start < Math.min(to.getTime(), now));
}
