import { resultCodes, stkCodes, ussdPushCodes } from "@mpesa/raw/codes";
import { type Code, type CodeSource, explainFrom, type Outcome } from "./code.ts";

/** The products whose outcome arrives in a callback. */
export type CallbackProduct = "stk" | "b2c" | "pochi" | "b2b" | "tax" | "balance" | "status" | "reversal" | "ussd";

const payout = { tables: [resultCodes], doubt: "checking" } as const;
const read = { ...payout, isRead: true } as const;

/** Where their codes are listed. In a module of its own, so that `callbacks` contains these three tables and no others. */
export const callbackCodes: Readonly<Record<CallbackProduct, CodeSource>> = {
  stk: { product: "stk", tables: [stkCodes], doubt: "unconfirmed" },
  b2c: { ...payout, product: "b2c", operations: ["b2cPaymentV3", "b2cPaymentV1", "b2cValidatedPayment"] },
  pochi: { ...payout, product: "pochi", operations: ["pochiPayment"] },
  b2b: { ...payout, product: "b2b", operations: ["b2bPayment"] },
  tax: { ...payout, product: "tax", operations: ["taxRemittance"] },
  balance: { ...read, product: "balance", operations: ["accountBalance"] },
  status: { ...read, product: "status", operations: ["transactionStatus"] },
  reversal: { ...payout, product: "reversal", operations: ["reversal"] },
  ussd: { product: "ussd", tables: [ussdPushCodes], doubt: "unconfirmed" },
};

/** Explains the result code of a callback or of an STK query, and says which outcome it proves. */
export function explainResult(
  product: CallbackProduct,
  code: string,
  text: string | undefined,
): { code: Code; outcome: Outcome } {
  return explainFrom(callbackCodes[product], { code, text });
}
