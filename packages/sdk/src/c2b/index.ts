import type { CallOptions } from "../call.ts";
import { type MpesaPromise, startCall } from "../call.ts";
import type { Core } from "../core.ts";
import type { C2bRegisterUrlsParams, C2bSimulateParams } from "./params.ts";
import { type C2bRegistration, c2bRegister } from "./register.ts";
import { type C2bSimulation, c2bSimulate } from "./simulate.ts";

/** Payments that customers start themselves: where their notices go, and pretended ones for the sandbox. */
export interface C2b {
  /**
   * Registers where validations and confirmations go. Production takes one registration for a short code: another call
   * resolves with `alreadyRegistered`, and the URLs stay what they were until they are deleted on the portal.
   *
   * @throws MpesaValidationError, MpesaAuthError, MpesaRateLimitError, MpesaApiError, MpesaConnectionError,
   *   MpesaOutcomeUnknownError. Registering again is safe after each of them.
   * @example
   * await mpesa.c2b.registerUrls({
   *   confirmationUrl: "https://example.com/payments/confirmation/9f2c",
   *   validationUrl: "https://example.com/payments/validation/9f2c",
   *   responseType: "Completed",
   * });
   */
  registerUrls(params: C2bRegisterUrlsParams, options?: CallOptions): MpesaPromise<C2bRegistration>;
  /**
   * Pretends a customer payment. Sandbox only, where many of its notices get lost.
   *
   * @throws MpesaValidationError, also with the environment "production". MpesaAuthError, MpesaRateLimitError,
   *   MpesaApiError, MpesaConnectionError: nothing was simulated. MpesaOutcomeUnknownError: perhaps it was.
   * @example
   * await mpesa.c2b.simulate({ payTo: { payBill: "600638", account: "INV-1" }, phoneNumber: "254708374149", amount: 10 });
   */
  simulate(params: C2bSimulateParams, options?: CallOptions): MpesaPromise<C2bSimulation>;
}

export function createC2b(core: Core): C2b {
  return {
    registerUrls: (params, options) => startCall(options, (scope) => c2bRegister(core, params, scope)),
    simulate: (params, options) => startCall(options, (scope) => c2bSimulate(core, params, scope)),
  };
}
