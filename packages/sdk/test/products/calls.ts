import type { OperationId } from "@mpesa/raw";
import type { CallOptions, Mpesa, MpesaPromise } from "../../src/index.ts";

/** One way to call an operation through its product. */
export interface ProductCall {
  readonly name: string;
  readonly operation: OperationId;
  readonly run: (mpesa: Mpesa, options?: CallOptions) => MpesaPromise<unknown>;
}

const phoneNumber = "0708 374 149";
const originatorConversationId = "b7c1e0a4-5d2f-4c39-8e61-0f9d3a2b7c55";
const from = new Date("2026-10-05T05:00:00Z");
const to = new Date("2026-10-06T07:10:00Z");

/** Every operation of the spec but the token, in every form that its product offers. */
export const calls: readonly ProductCall[] = [
  {
    name: "stk.push to a pay bill",
    operation: "stkPush",
    run: ({ stk }, options) =>
      stk.push({ payTo: { payBill: "174379", account: "INV-1042" }, phoneNumber, amount: 1 }, options),
  },
  {
    name: "stk.push to a till",
    operation: "stkPush",
    run: ({ stk }, options) =>
      stk.push(
        { payTo: { till: "600001", store: "600992" }, phoneNumber, amount: 1, description: "Order 1042" },
        options,
      ),
  },
  {
    name: "stk.query",
    operation: "stkQuery",
    run: ({ stk }, options) => stk.query({ checkoutRequestId: "ws_CO_06102026095220417708374149" }, options),
  },
  {
    name: "c2b.registerUrls",
    operation: "c2bRegisterV2",
    run: ({ c2b }, options) => c2b.registerUrls(urls, options),
  },
  {
    name: "c2b.registerUrls, version 1",
    operation: "c2bRegisterV1",
    run: ({ c2b }, options) => c2b.registerUrls({ ...urls, apiVersion: "v1" }, options),
  },
  {
    name: "c2b.simulate to a pay bill",
    operation: "c2bSimulateV2",
    run: ({ c2b }, options) =>
      c2b.simulate({ payTo: { payBill: "600638", account: "INV-1042" }, phoneNumber, amount: 10 }, options),
  },
  {
    name: "c2b.simulate to a till, version 1",
    operation: "c2bSimulateV1",
    run: ({ c2b }, options) =>
      c2b.simulate({ payTo: { till: "600638" }, phoneNumber, amount: 10, apiVersion: "v1" }, options),
  },
  {
    name: "b2c.pay",
    operation: "b2cPaymentV3",
    run: ({ b2c }, options) =>
      b2c.pay(
        { phoneNumber, amount: 10, remarks: "Refund of order 1042", occasion: "Refund", originatorConversationId },
        options,
      ),
  },
  {
    name: "b2c.pay, version 1",
    operation: "b2cPaymentV1",
    run: ({ b2c }, options) =>
      b2c.pay({ phoneNumber, amount: 10, commandId: "SalaryPayment", apiVersion: "v1" }, options),
  },
  {
    name: "b2c.payWithIdCheck",
    operation: "b2cValidatedPayment",
    run: ({ b2c }, options) =>
      b2c.payWithIdCheck(
        { phoneNumber, amount: 10, idType: "nationalId", idNumber: "00000000", originatorConversationId },
        options,
      ),
  },
  {
    name: "b2c.payPochi",
    operation: "pochiPayment",
    run: ({ b2c }, options) => b2c.payPochi({ phoneNumber, amount: 10, originatorConversationId }, options),
  },
  {
    name: "b2b.payBill",
    operation: "b2bPayment",
    run: ({ b2b }, options) =>
      b2b.payBill(
        {
          payBill: "600000",
          account: "INV-1042",
          amount: 190,
          requester: phoneNumber,
          occasion: "Supplies",
          originatorConversationId,
        },
        options,
      ),
  },
  {
    name: "b2b.buyGoods",
    operation: "b2bPayment",
    run: ({ b2b }, options) => b2b.buyGoods({ till: "600000", amount: 190, originatorConversationId }, options),
  },
  {
    name: "b2b.topUpB2c",
    operation: "b2bPayment",
    run: ({ b2b }, options) => b2b.topUpB2c({ b2cShortCode: "600000", amount: 190, originatorConversationId }, options),
  },
  {
    name: "b2b.transfer",
    operation: "b2bPayment",
    run: ({ b2b }, options) =>
      b2b.transfer({ from: "working", to: "utility", amount: 190, originatorConversationId }, options),
  },
  {
    name: "b2b.send",
    operation: "b2bPayment",
    run: ({ b2b }, options) =>
      b2b.send(
        { commandId: "MerchantToMerchantTransfer", receiver: "600000", amount: 190, originatorConversationId },
        options,
      ),
  },
  {
    name: "b2b.payTax",
    operation: "taxRemittance",
    run: ({ b2b }, options) =>
      b2b.payTax({ paymentRegistrationNumber: "PRN1234567890", amount: 239, originatorConversationId }, options),
  },
  {
    name: "b2b.expressCheckout",
    operation: "ussdPush",
    run: ({ b2b }, options) =>
      b2b.expressCheckout(
        {
          till: "600001",
          amount: 71,
          reference: "ORDER-1042",
          partnerName: "Example Supplies",
          requestRefId: originatorConversationId,
        },
        options,
      ),
  },
  { name: "account.balance", operation: "accountBalance", run: ({ account }, options) => account.balance({}, options) },
  {
    name: "account.balance of a till",
    operation: "accountBalance",
    run: ({ account }, options) => account.balance({ party: { till: "600001" } }, options),
  },
  {
    name: "transactions.status by receipt",
    operation: "transactionStatus",
    run: ({ transactions }, options) => transactions.status({ receipt: "UJ61HAY6QB", occasion: "Check" }, options),
  },
  {
    name: "transactions.status by id",
    operation: "transactionStatus",
    run: ({ transactions }, options) => transactions.status({ originatorConversationId }, options),
  },
  {
    name: "transactions.reverse",
    operation: "reversal",
    run: ({ transactions }, options) =>
      transactions.reverse({ receipt: "UJ63T9K5AB", amount: 10, remarks: "Paid twice" }, options),
  },
  {
    name: "qr.generate",
    operation: "qrGenerate",
    run: ({ qr }, options) =>
      qr.generate(
        { payTo: { till: "373132" }, amount: 1, merchantName: "Example Shop", reference: "Invoice 1042" },
        options,
      ),
  },
  {
    name: "pull.register",
    operation: "pullRegister",
    run: ({ pull }, options) => pull.register({ nominatedNumber: "0722 000 000" }, options),
  },
  { name: "pull.query", operation: "pullQuery", run: ({ pull }, options) => pull.query({ from, to }, options) },
];

const urls = {
  shortCode: "600638",
  confirmationUrl: "https://example.com/c2b/confirmation",
  validationUrl: "https://example.com/c2b/validation",
  responseType: "Completed",
} as const;
