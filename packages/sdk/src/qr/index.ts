import type { QrResponse } from "@mpesa/raw";
import { qrRequestConstraints as rules } from "@mpesa/raw/constraints";
import { qrTransactionTypes } from "@mpesa/raw/platform";
import type { CallOptions } from "../call.ts";
import { type MpesaPromise, startCall } from "../call.ts";
import { type Core, requireId } from "../core.ts";
import { text as textOf } from "../http/error-body.ts";
import { parsePhoneNumber, parseShortCode } from "../validate/formats.ts";
import { amount, integer, text } from "../validate/limits.ts";
import { check, object, oneOf, type ShapeOf, withDefault } from "../validate/schema.ts";

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
  /** Whole shillings. @limits QrRequest.Amount: an integer from 1 to 250,000 */
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
  generate(params: QrGenerateParams, options?: CallOptions): MpesaPromise<QrCode>;
}

const payTo = object(
  {},
  oneOf(
    {
      payBill: parseShortCode,
      till: parseShortCode,
      agent: parseShortCode,
      phoneNumber: parsePhoneNumber,
      business: parseShortCode,
    },
    { rule: "must name one receiver", fix: "Pass one of payBill, till, agent, phoneNumber and business." },
  ),
);

const qrParams = object({
  merchantName: text(rules.MerchantName),
  reference: text(rules.RefNo),
  amount: amount(rules.Amount),
  payTo,
  size: withDefault(integer(1, undefined, "Pass pixels, or omit it for 300."), 300),
} satisfies ShapeOf<QrGenerateParams>);

export function createQr(core: Core): Qr {
  return { generate: (params, options) => startCall(options, (scope) => qrGenerate(core, params, scope)) };
}

async function qrGenerate(core: Core, params: QrGenerateParams, options?: CallOptions): Promise<QrCode> {
  const { merchantName, reference, amount, payTo, size } = check("qrGenerate", qrParams, params, core);
  const body = {
    MerchantName: merchantName,
    RefNo: reference,
    Amount: amount,
    TrxCode: qrTransactionTypes[payTo.kind],
    CPI: payTo.value,
    Size: String(size),
  };
  const raw = await core.request("qrGenerate", body, { options });
  const qrCode = requireId("qrGenerate", raw, "QRCode");
  return {
    qrCode,
    dataUrl: `data:image/png;base64,${qrCode}`,
    responseDescription: textOf(raw.ResponseDescription) ?? "",
    raw,
  };
}
