/**
 * Parsing of one STK callback as a ratio to `JSON.parse` of the same text. Aim: at most 3. Best of several rounds, in which
 * the two take turns, so that a slow moment of the machine hits both.
 */
import { parseStkCallback } from "@mpesa/sdk/callbacks";

const ROUNDS = 15;
const CALLS = 20_000;
const AIM = 3;
const TEXT = JSON.stringify({
  Body: {
    stkCallback: {
      MerchantRequestID: "29115-34620561-1",
      CheckoutRequestID: "ws_CO_191220191020363925",
      ResultCode: 0,
      ResultDesc: "The service request is processed successfully.",
      CallbackMetadata: {
        Item: [
          { Name: "Amount", Value: 1 },
          { Name: "MpesaReceiptNumber", Value: "NLJ7RT61SV" },
          { Name: "Balance" },
          { Name: "TransactionDate", Value: 20191219102115 },
          { Name: "PhoneNumber", Value: 254708374149 },
        ],
      },
    },
  },
});

function microseconds(run: () => unknown): number {
  const started = performance.now();
  for (let call = 0; call < CALLS; call++) run();
  return ((performance.now() - started) * 1000) / CALLS;
}

/** Prints the ratio. */
export function callbacks(): void {
  const value: unknown = JSON.parse(TEXT);
  const best = { json: Number.POSITIVE_INFINITY, parse: Number.POSITIVE_INFINITY };
  for (let round = 0; round < ROUNDS; round++) {
    best.json = Math.min(
      best.json,
      microseconds(() => JSON.parse(TEXT)),
    );
    best.parse = Math.min(
      best.parse,
      microseconds(() => parseStkCallback(value)),
    );
  }
  const ratio = best.parse / best.json;
  console.log(
    `STK callback: parsed in ${best.parse.toFixed(1)} µs, ${ratio.toFixed(1)} times JSON.parse of its text (${best.json.toFixed(1)} µs; aim: at most ${AIM})`,
  );
}

if (import.meta.main) callbacks();
