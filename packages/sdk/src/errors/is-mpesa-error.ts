import type { MpesaApiError } from "./api-error.ts";
import type { MpesaAuthError } from "./auth-error.ts";
import type { MpesaConfigError } from "./config-error.ts";
import type { MpesaConnectionError } from "./connection-error.ts";
import type { MpesaOutcomeUnknownError } from "./outcome-unknown-error.ts";
import type { MpesaRateLimitError } from "./rate-limit-error.ts";
import type { MpesaValidationError } from "./validation-error.ts";

/** Any error of this SDK, as a union on `type`. */
export type AnyMpesaError =
  | MpesaConfigError
  | MpesaValidationError
  | MpesaAuthError
  | MpesaRateLimitError
  | MpesaApiError
  | MpesaConnectionError
  | MpesaOutcomeUnknownError;

/**
 * Returns whether `error` comes from this SDK. Unlike `instanceof`, this function also recognises errors of another
 * copy of the package.
 *
 * @example
 * if (isMpesaError(error) && error.type === "MpesaApiError") console.warn(error.kind, error.hint);
 */
export function isMpesaError(error: unknown): error is AnyMpesaError {
  return typeof error === "object" && error !== null && Symbol.for("@mpesa/sdk/error") in error;
}
