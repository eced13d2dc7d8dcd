import { Mpesa, type MpesaOptions, type StkPushResult } from "@mpesa/sdk";

// options: { environment: "sandbox", consumerKey, consumerSecret, shortCode: "174379", passkey }
export function requestPayment(options: MpesaOptions, callbackUrl: string): Promise<StkPushResult> {
  const mpesa = new Mpesa(options);
  return mpesa.stk.push({
    payTo: { account: "INV-1042" },
    phoneNumber: "0708 374 149",
    amount: 1,
    callbackUrl,
  });
}
