import type {
  CallbackEvent,
  CallbackHandlerOptions,
  Money,
  StatusResult,
  StkCallback,
  Unrecognised,
} from "../src/callbacks/index.ts";
import { Mpesa, type MpesaError, type StkQueryResult, type StkWaitResult } from "../src/index.ts";

declare function markPaid(reference: string, receipt: string): Promise<void>;
declare function store(code: string, fault: string): void;

/** What an outcome always carries can be used as it is; what may be missing has to be asked for. */
export const on: CallbackHandlerOptions["on"] = {
  stk: async (event) => {
    if (event.outcome !== "succeeded") return;
    await markPaid(event.reference, event.receipt ?? "not known yet");
    store(event.resultCode, event.code.fault);
    // @ts-expect-error a few successes come without their receipt
    await markPaid(event.reference, event.receipt);
  },
  b2c: (event) => {
    if (event.outcome === "failed") store(event.resultCode, event.code.fault);
    // @ts-expect-error an unknown outcome may have no code
    if (event.outcome === "unknown") store(event.resultCode, "");
  },
  ussd: (event) => {
    if (event.outcome !== "unknown") store(event.resultCode, event.code.fault);
  },
  timeout: (event) => {
    const outcome: "unknown" = event.outcome;
    void outcome;
  },
};

/** Type-checked, never run: nothing but a described code settles a payment. */
export function outcomes(
  status: StatusResult,
  event: CallbackEvent<"balance">,
  waited: StkWaitResult<StkCallback>,
  asked: StkQueryResult,
  paid: StkCallback,
): void {
  if (status.outcome === "succeeded") store(status.transactionStatus, status.code.fault);
  // @ts-expect-error a query that failed has no status
  if (status.outcome === "unknown") store(status.transactionStatus, "");
  if (event.outcome === "succeeded") store(event.resultCode, event.reference);

  if (paid.outcome === "succeeded") store(paid.checkoutRequestId, paid.receipt ?? "not known yet");
  // @ts-expect-error a success may come without its receipt
  if (paid.outcome === "succeeded") store(paid.checkoutRequestId, paid.receipt);
  // @ts-expect-error an unknown outcome may name no payment
  if (paid.outcome === "unknown") store(paid.checkoutRequestId, "");
  const amount: Money | undefined = paid.amount;
  void amount;

  const { outcome, resultCode, code } = waited;
  if (outcome === "failed") store(resultCode, code.meaning);
  // @ts-expect-error there is no code when the time is up
  if (outcome === "unknown") store(resultCode, code.meaning);
  if (waited.source === "callback") store(waited.callback.kind, "");
  // @ts-expect-error the query brings no callback
  if (waited.source === "query") store(waited.callback.kind, "");
  if (asked.outcome === "succeeded") store(asked.resultCode, asked.raw.ResultDesc);
  // @ts-expect-error "not yet" may come as an error
  if (asked.outcome === "pending") store(asked.resultCode, asked.raw.ResultDesc);
}

/** Type-checked, never run: each line that must not compile says so. */
export function types(mpesa: Mpesa, error: MpesaError, parsed: StkCallback | Unrecognised): void {
  const { stk, c2b, b2c, b2b, account, transactions, qr } = mpesa;
  const phoneNumber = "0712 345 678";
  const amount = 1;

  void stk.push({ payTo: { payBill: "174379", account: "A" }, phoneNumber, amount });
  void stk.push({ payTo: { account: "A" }, phoneNumber, amount });
  void stk.push({ payTo: { till: "600001", store: "600992" }, phoneNumber, amount });
  // @ts-expect-error a pay bill has no till
  void stk.push({ payTo: { payBill: "174379", account: "A", till: "600001" }, phoneNumber, amount });
  // @ts-expect-error a till has no account
  void stk.push({ payTo: { till: "600001", account: "A" }, phoneNumber, amount });
  // @ts-expect-error a store without its till
  void stk.push({ payTo: { store: "600992" }, phoneNumber, amount });
  // @ts-expect-error a pay bill needs an account
  void stk.push({ payTo: { payBill: "174379" }, phoneNumber, amount });
  // @ts-expect-error an amount is a number
  void stk.push({ payTo: { account: "A" }, phoneNumber, amount: "1" });

  void c2b.simulate({ payTo: { till: "600638" }, phoneNumber, amount });
  // @ts-expect-error a till has no account
  void c2b.simulate({ payTo: { till: "600638", account: "A" }, phoneNumber, amount });
  // @ts-expect-error what happens when nobody answers is the merchant's decision
  void c2b.registerUrls({ confirmationUrl: "https://example.com/a", validationUrl: "https://example.com/b" });

  void b2c.pay({ phoneNumber, amount, resend: true });
  // @ts-expect-error nobody knows whether a repeated id is refused there
  void b2c.payWithIdCheck({ phoneNumber, amount, idType: "passport", idNumber: "A0000000", resend: true });
  // @ts-expect-error there is no version 2
  void b2c.pay({ phoneNumber, amount, apiVersion: "v2" });

  // @ts-expect-error a pay bill credits an account
  void b2b.payBill({ payBill: "600000", amount });
  void b2b.transfer({ from: "working", to: "utility", amount });
  // @ts-expect-error not to itself
  void b2b.transfer({ from: "working", to: "working", amount });
  // @ts-expect-error not a command
  void b2b.send({ commandId: "Pay", receiver: "600000", amount });

  void account.balance();
  void account.balance({ party: { till: "600001" } });
  // @ts-expect-error one party
  void account.balance({ party: { till: "600001", shortCode: "600992" } });

  void transactions.status({ receipt: "UJ61HAY6QB" });
  void transactions.status({ originatorConversationId: "a" });
  // @ts-expect-error by one name only
  void transactions.status({ receipt: "UJ61HAY6QB", conversationId: "AG_1" });
  // @ts-expect-error by some name
  void transactions.status({});

  void qr.generate({ payTo: { till: "373132" }, amount, merchantName: "A", reference: "B" });
  // @ts-expect-error one receiver
  void qr.generate({ payTo: { till: "373132", payBill: "174379" }, amount, merchantName: "A", reference: "B" });

  const settled = Promise.resolve({ resultCode: "0", receipt: "UJ61HAY6QB" });
  const outcome: Promise<StkWaitResult<{ resultCode: string; receipt: string }>> = stk.wait(
    { checkoutRequestId: "a" },
    { settled },
  );
  void outcome;
  void stk.wait({ checkoutRequestId: "a" }, { settled: Promise.resolve(parsed) });
  // @ts-expect-error a function is nothing to wait for
  void stk.wait({ checkoutRequestId: "a" }, { settled: () => Promise.resolve(parsed) });

  const { originatorConversationId } = error.ids;
  if (originatorConversationId) void transactions.status({ originatorConversationId });
  // @ts-expect-error an option in another spelling
  void new Mpesa({ environment: "sandbox", accessToken: () => "t", passKey: "p" });

  void mpesa.raw.POST("/mpesa/stkpushquery/v1/query", {
    body: { BusinessShortCode: 174379, Password: "p", Timestamp: "20261006095219", CheckoutRequestID: "a" },
  });
  // @ts-expect-error not a path of the spec
  void mpesa.raw.POST("/mpesa/other", { body: {} });
  // @ts-expect-error another fetch would take the call out of the client's hands
  void mpesa.raw.GET("/oauth/v1/generate", { params: { query: { grant_type: "client_credentials" } }, fetch });
}
