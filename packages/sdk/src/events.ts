import type { OperationId } from "@mpesa/raw";

/** What the client tells `onEvent`, already redacted. Durations are milliseconds. */
export type MpesaEvent =
  /** A request is about to leave. `attempt` counts from 1. */
  | { readonly type: "request"; readonly operation: OperationId; readonly callId: number; readonly attempt: number }
  /** An answer came whole, whatever it says. */
  | {
      readonly type: "response";
      readonly operation: OperationId;
      readonly callId: number;
      readonly attempt: number;
      readonly status: number;
      readonly durationMs: number;
      readonly errorCode?: string;
      readonly requestId?: string;
    }
  /** No whole answer came. `sent` is false only where that is proven. */
  | {
      readonly type: "failure";
      readonly operation: OperationId;
      readonly callId: number;
      readonly attempt: number;
      readonly sent: boolean;
      readonly durationMs: number;
      readonly reason: string;
    }
  /** The request will be repeated after `delayMs`, because repeating is safe here. */
  | {
      readonly type: "retry";
      readonly operation: OperationId;
      readonly callId: number;
      readonly attempt: number;
      readonly delayMs: number;
      readonly reason: string;
    }
  /** A new access token was fetched; it is used for `expiresInMs`. */
  | { readonly type: "token"; readonly expiresInMs: number }
  /** Something deserves a look, but stopped nothing. */
  | { readonly type: "warning"; readonly code: string; readonly message: string };

/** Receives events. Errors that it throws, and promises of it that reject, are ignored. */
export type MpesaEventHandler = (event: MpesaEvent) => void;

/** Combines handlers of the caller's, so that none of them can break or delay a payment, or another handler. */
export function safeEmitter(...handlers: readonly (MpesaEventHandler | undefined)[]): MpesaEventHandler {
  return (event) => {
    for (const handler of handlers) {
      try {
        const result: unknown = handler?.(event);
        if (result instanceof Promise) result.catch(() => undefined);
      } catch {
        // An observer's mistake is not the payment's.
      }
    }
  };
}
