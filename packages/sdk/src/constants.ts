import type {
  B2bRequest,
  B2cV3Request,
  BalanceRequest,
  PochiRequest,
  ReversalRequest,
  StatusRequest,
  StkPushRequest,
  TaxRequest,
} from "@mpesa/raw";

type AnyCommand =
  | B2bRequest["CommandID"]
  | B2cV3Request["CommandID"]
  | PochiRequest["CommandID"]
  | TaxRequest["CommandID"]
  | BalanceRequest["CommandID"]
  | StatusRequest["CommandID"]
  | ReversalRequest["CommandID"];

/**
 * What a customer pays into: `TransactionType` of an STK push, `CommandID` of a C2B simulation.
 *
 * @example TransactionType.CustomerPayBillOnline // "CustomerPayBillOnline"
 */
export const TransactionType: { readonly [K in StkPushRequest["TransactionType"]]: K } = {
  CustomerPayBillOnline: "CustomerPayBillOnline",
  CustomerBuyGoodsOnline: "CustomerBuyGoodsOnline",
};
/** A value of {@link TransactionType}. */
export type TransactionType = StkPushRequest["TransactionType"];

/**
 * Every `CommandID` of the requests that an initiator signs.
 *
 * @example await mpesa.b2b.send({ commandId: CommandId.AgencyFloatAdvance, receiver: "600000", amount: 100 });
 */
export const CommandId: { readonly [K in AnyCommand]: K } = {
  SalaryPayment: "SalaryPayment",
  BusinessPayment: "BusinessPayment",
  PromotionPayment: "PromotionPayment",
  BusinessPayToPochi: "BusinessPayToPochi",
  BusinessPayBill: "BusinessPayBill",
  BusinessBuyGoods: "BusinessBuyGoods",
  BusinessPayToBulk: "BusinessPayToBulk",
  BusinessTransferFromMMFToUtility: "BusinessTransferFromMMFToUtility",
  BusinessTransferFromUtilityToMMF: "BusinessTransferFromUtilityToMMF",
  DisburseFundsToBusiness: "DisburseFundsToBusiness",
  BusinessToBusinessTransfer: "BusinessToBusinessTransfer",
  MerchantToMerchantTransfer: "MerchantToMerchantTransfer",
  MerchantTransferFromMerchantToWorking: "MerchantTransferFromMerchantToWorking",
  MerchantServicesMMFAccountTransfer: "MerchantServicesMMFAccountTransfer",
  AgencyFloatAdvance: "AgencyFloatAdvance",
  PayTaxToKRA: "PayTaxToKRA",
  AccountBalance: "AccountBalance",
  TransactionStatusQuery: "TransactionStatusQuery",
  TransactionReversal: "TransactionReversal",
};
/** A value of {@link CommandId}. */
export type CommandId = AnyCommand;
