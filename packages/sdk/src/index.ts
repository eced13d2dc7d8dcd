export type { Account, AccountBalanceParams } from "./account/index.ts";
export type { StoredToken, TokenOptions, TokenStore } from "./auth/token-source.ts";
export type { B2bExpressCheckoutResult } from "./b2b/express-checkout.ts";
export type { B2b } from "./b2b/index.ts";
export type * from "./b2b/params.ts";
export type { B2c } from "./b2c/index.ts";
export type {
  B2cPayParams,
  B2cPayPochiParams,
  B2cPayWithIdCheckParams,
  DeduplicatedPayoutParams,
  IdentityDocument,
  PayoutParams,
} from "./b2c/pay.ts";
export type { C2b } from "./c2b/index.ts";
export type * from "./c2b/params.ts";
export type { C2bRegistration } from "./c2b/register.ts";
export type { C2bSimulation } from "./c2b/simulate.ts";
export type { CallOptions, MpesaPromise, MpesaResponse } from "./call.ts";
export { type Auth, Mpesa } from "./client.ts";
export type { Clock } from "./clock.ts";
export type { Code, CodeProduct, Outcome } from "./codes/code.ts";
export { CommandId, TransactionType } from "./constants.ts";
export { configFromEnv, type MpesaEnv } from "./env.ts";
export {
  type AnyMpesaError,
  isMpesaError,
  MpesaApiError,
  MpesaAuthError,
  MpesaConfigError,
  MpesaConnectionError,
  MpesaError,
  type MpesaErrorInit,
  type MpesaErrorType,
  type MpesaIds,
  MpesaOutcomeUnknownError,
  MpesaRateLimitError,
  MpesaValidationError,
} from "./errors.ts";
export type { MpesaEvent, MpesaEventHandler } from "./events.ts";
export { createInitiatorGuard, type InitiatorGuardOptions } from "./initiator/guard.ts";
export type {
  InitiatorGuard,
  InitiatorGuardStore,
  ObservedResult,
  StoredGuardRecord,
} from "./initiator/guard-store.ts";
export type { Initiator, InitiatorWithCredential, InitiatorWithPassword } from "./initiator/initiator.ts";
export type { InitiatorParams, TransactionParty } from "./initiator/params.ts";
export type { Acknowledgement, PayoutAcknowledgement } from "./initiator/submit.ts";
export type { Issue } from "./issues.ts";
export type { MpesaLogger, MpesaLogLevel } from "./log.ts";
export type { ApiVersion, MpesaOptions, MpesaOverrides } from "./options.ts";
export type { MpesaAppInfo } from "./platform.ts";
export type { Pull } from "./pull/index.ts";
export type { PulledTransaction, PullPage, PullQueryParams, PullRange } from "./pull/query.ts";
export type { PullRegisterParams, PullRegistration } from "./pull/register.ts";
export type { Qr, QrCode, QrGenerateParams, QrPayTo } from "./qr/index.ts";
export type { MpesaRaw, MpesaRawInit } from "./raw.ts";
export type { Reconcile } from "./reconcile/index.ts";
export type * from "./reconcile/types.ts";
export { type StkCredentials, type StkPassword, stkPassword } from "./stk/credentials.ts";
export type { Stk } from "./stk/index.ts";
export type { PayToPayBill, PayToTill, StkPushParams, StkPushResult } from "./stk/push.ts";
export type { StkQueryParams, StkQueryResult } from "./stk/query.ts";
export type { StkSettled, StkSettledStore, StkSettlement } from "./stk/settlement.ts";
export type { StkPoll, StkWaitOptions, StkWaitResult, StkWaitTarget } from "./stk/wait.ts";
export type { Transactions } from "./transactions/index.ts";
export type { ReversalParams } from "./transactions/reverse.ts";
export type { TransactionStatusParams } from "./transactions/status.ts";
export { phoneNumber } from "./validate/formats.ts";
export { timestamp } from "./validate/times.ts";
