/** Reading an STK callback against `JSON.parse` of its text. */
import { parseStkCallback } from "@mpesa/sdk/callbacks";
import { atMost, type Row } from "./table.ts";

const ROUNDS = 9;
const CALLS = 20_000;
const CEILING = 3;
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
          { Name: "TransactionDate", Value: 20191219102115 },
          { Name: "PhoneNumber", Value: 254708374149 },
        ],
      },
    },
  },
});

/** One row. */
export function parsing(): Row {
  const body: unknown = JSON.parse(TEXT);
  const rounds = Array.from({ length: ROUNDS }, () => {
    const json = microseconds(() => JSON.parse(TEXT));
    const parsed = microseconds(() => parseStkCallback(body));
    return { ratio: parsed / json, parsed };
  }).sort((a, b) => a.ratio - b.ratio);
  const { ratio, parsed } = rounds[Math.floor(ROUNDS / 2)] as (typeof rounds)[number];
  return {
    what: "parseStkCallback against JSON.parse of the same text",
    measured: `${parsed.toFixed(1)} µs`,
    ratio: `${ratio.toFixed(1)} (${rounds[0]?.ratio.toFixed(1)}–${rounds.at(-1)?.ratio.toFixed(1)})`,
    ...atMost(CEILING, ratio, "times"),
  };
}

function microseconds(work: () => unknown): number {
  const started = performance.now();
  for (let call = 0; call < CALLS; call++) work();
  return ((performance.now() - started) / CALLS) * 1000;
}
