import type { OperationId } from "@mpesa/raw";
import { deliver } from "../callbacks/post.ts";
import type { Jobs } from "../engine/runner.ts";
import type { Handler } from "../gateway/call.ts";
import { business } from "./business.ts";
import { register, simulate, validatePayment } from "./c2b.ts";
import { jobFailed } from "./failures.ts";
import { acknowledge, execute, type ResultStyle } from "./initiator.ts";
import { balance, reversal, status } from "./lookups.ts";
import { payout } from "./payouts.ts";
import { completePrompt, endPrompt, showPrompt } from "./prompts.ts";
import { stkPush, stkQuery } from "./stk.ts";
import { pullQuery, pullRegister, qrGenerate } from "./sync.ts";
import { ussdPush } from "./ussd.ts";

/** What each operation answers; the token is the gateway's own business. An operation the spec adds does not compile without one. */
export const handlers: Readonly<Record<Exclude<OperationId, "generateToken">, Handler>> = {
  stkPush,
  stkQuery,
  c2bRegisterV1: register,
  c2bRegisterV2: register,
  c2bSimulateV1: simulate,
  c2bSimulateV2: simulate,
  b2cPaymentV1: acknowledge,
  b2cPaymentV3: acknowledge,
  b2cValidatedPayment: acknowledge,
  pochiPayment: acknowledge,
  b2bPayment: acknowledge,
  taxRemittance: acknowledge,
  accountBalance: acknowledge,
  transactionStatus: acknowledge,
  reversal: acknowledge,
  ussdPush,
  qrGenerate,
  pullRegister,
  pullQuery,
};

const styles: Readonly<Partial<Record<OperationId, ResultStyle>>> = {
  b2cPaymentV1: payout,
  b2cPaymentV3: payout,
  b2cValidatedPayment: payout,
  pochiPayment: payout,
  b2bPayment: business,
  taxRemittance: business,
  accountBalance: balance,
  transactionStatus: status,
  reversal,
};

/** What happens when a job's time has come. */
export const jobs: Jobs = {
  handlers: {
    showPrompt,
    endPrompt,
    completePrompt,
    validatePayment,
    deliver,
    execute: (engine, ref) => execute(engine, ref, styles),
  },
  failed: jobFailed,
};
