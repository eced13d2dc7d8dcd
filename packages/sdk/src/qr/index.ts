import type { QrRequest, QrResponse } from "@mpesa/raw";
import { qrRequestConstraints as rules } from "@mpesa/raw/constraints";
import { type CallOptions, type Core, requireId } from "../core.ts";
import { text } from "../transport/error-body.ts";
import { parseAmount } from "../values/amount.ts";
import { Checks } from "../values/checks.ts";
import { given } from "../values/given.ts";
import { checkNames } from "../values/names.ts";
import { bad, good, type Parsed } from "../values/parsed.ts";
import { parsePhoneNumber } from "../values/phone-number.ts";
import { parseShortCode } from "../values/short-code.ts";
import { parseText } from "../values/text.ts";

/** What the code makes the customer do; exactly one of the five. */
export type QrPayTo =
  | ({ /** Pay this pay bill. */ payBill: string } & Absent<"till" | "agent" | "phoneNumber" | "business">)
  | ({ /** Pay this till. */ till: string } & Absent<"payBill" | "agent" | "phoneNumber" | "business">)
  | ({ /** Withdraw at this agent till. */ agent: string } & Absent<"payBill" | "till" | "phoneNumber" | "business">)
  | ({ /** Send money to this number. */ phoneNumber: string | number } & Absent<
      "payBill" | "till" | "agent" | "business"
    >)
  | ({ /** Send to this business number. */ business: string } & Absent<"payBill" | "till" | "agent" | "phoneNumber">);
type Absent<K extends string> = { [name in K]?: never };

/** What to put into a QR code. */
export interface QrGenerateParams {
  /** Whom the customer pays. */
  payTo: QrPayTo;
  /** Whole shillings, 1 to 250,000. */
  amount: number;
  /** Your name, shown to the customer. */
  merchantName: string;
  /** Your reference; for a pay bill, the account. */
  reference: string;
  /** Width and height in pixels. @default 300 */
  size?: number;
}

/** A QR code for the M-Pesa app. */
export interface QrCode {
  /** The PNG image as base64. */
  readonly qrCode: string;
  /** The same as a URL for `<img src>`. */
  readonly dataUrl: string;
  /** M-Pesa's text beside the acceptance; empty where there is none. */
  readonly responseDescription: string;
  /** The answer as it came. */
  readonly raw: QrResponse;
}

/** QR codes for the M-Pesa app. */
export interface Qr {
  /**
   * Makes a QR code. No money moves: a payment with it arrives like any other of its kind.
   *
   * @throws MpesaValidationError, MpesaAuthError, MpesaRateLimitError, MpesaApiError, MpesaConnectionError,
   *   MpesaOutcomeUnknownError. Asking again is safe after each of them.
   * @example
   * const { dataUrl } = await mpesa.qr.generate({
   *   payTo: { till: "373132" },
   *   amount: 100,
   *   merchantName: "Example Shop",
   *   reference: "INV-1042",
   * });
   */
  generate(params: QrGenerateParams, options?: CallOptions): Promise<QrCode>;
}

export function createQr(core: Core): Qr {
  return { generate: (params, options) => qrGenerate(core, given(params), options) };
}

const KINDS = { payBill: "PB", till: "BG", agent: "WA", phoneNumber: "SM", business: "SB" } as const;

async function qrGenerate(core: Core, params: QrGenerateParams, options?: CallOptions): Promise<QrCode> {
  const { size = 300 } = params;
  const checks = new Checks("qrGenerate");
  const body = {
    MerchantName: checks.take("merchantName", parseText(params.merchantName, rules.MerchantName)),
    RefNo: checks.take("reference", parseText(params.reference, rules.RefNo)),
    Amount: checks.take("amount", parseAmount(params.amount, rules.Amount)),
    ...checkPayTo(checks, params.payTo),
    Size: checks.take("size", parseSize(size)),
  };
  checks.done();
  const raw = await core.call("qrGenerate", body, { options, secrets: [] });
  const qrCode = requireId("qrGenerate", raw, "QRCode");
  return {
    qrCode,
    dataUrl: `data:image/png;base64,${qrCode}`,
    responseDescription: text(raw.ResponseDescription) ?? "",
    raw,
  };
}

function parseSize(value: number): Parsed<string> {
  if (Number.isSafeInteger(value) && value > 0) return good(String(value));
  return bad(value, "must be a whole number of pixels above 0", "300 is the default.");
}

function checkPayTo(checks: Checks, payTo: unknown): Pick<QrRequest, "TrxCode" | "CPI"> {
  const kinds = Object.keys(KINDS) as (keyof typeof KINDS)[];
  const { given, has } = checkNames(checks, "payTo", payTo, kinds);
  const named = kinds.filter(has);
  const [kind] = named;
  if (kind === undefined || named.length > 1) {
    const fix = `Give one of ${kinds.join(", ")}.`;
    return checks.take("payTo", bad(payTo, "must name one receiver", fix));
  }
  const parse = kind === "phoneNumber" ? parsePhoneNumber : parseShortCode;
  return { TrxCode: KINDS[kind], CPI: checks.take(`payTo.${kind}`, parse(given[kind])) };
}
