import type { MpesaEvent, MpesaEventHandler } from "./events.ts";

/** How much is logged: each level includes the levels after it, and `off` logs nothing. */
export type MpesaLogLevel = "debug" | "info" | "warn" | "error" | "off";

/** A logger, such as `console`, pino or winston. Each method receives a sentence, and the event that it describes. */
export interface MpesaLogger {
  /** Requests that are about to leave. */
  debug(message: string, event: MpesaEvent): void;
  /** Responses, retries and new access tokens. */
  info(message: string, event: MpesaEvent): void;
  /** Warnings, and requests that provably were not sent. */
  warn(message: string, event: MpesaEvent): void;
  /** Requests whose response was lost: the gateway may have processed them. */
  error(message: string, event: MpesaEvent): void;
}

/** All levels, from the one that logs the most. */
export const LOG_LEVELS: readonly MpesaLogLevel[] = ["debug", "info", "warn", "error", "off"];

/** Returns a handler that logs events, or `undefined` for the level `off`. Events are redacted already, and so are their sentences. */
export function logEvents(logLevel: MpesaLogLevel, logger: MpesaLogger = console): MpesaEventHandler | undefined {
  if (logLevel === "off") return undefined;
  const lowest = LOG_LEVELS.indexOf(logLevel);
  return (event) => {
    const level = levelOf(event);
    // A promise that a logger returns is passed on, so that its rejection is ignored, too.
    return LOG_LEVELS.indexOf(level) < lowest ? undefined : logger[level](`mpesa: ${sentenceOf(event)}`, event);
  };
}

function levelOf(event: MpesaEvent): Exclude<MpesaLogLevel, "off"> {
  switch (event.type) {
    case "request":
      return "debug";
    case "warning":
      return "warn";
    case "failure":
      return event.sent ? "error" : "warn";
    default:
      return "info";
  }
}

function sentenceOf(event: MpesaEvent): string {
  switch (event.type) {
    case "request":
      return `${callOf(event)} is sent`;
    case "response": {
      const code = event.errorCode === undefined ? "" : ` and error code ${event.errorCode}`;
      const id = event.requestId === undefined ? "" : ` (request ${event.requestId})`;
      return `${callOf(event)} received HTTP ${event.status}${code} in ${Math.round(event.durationMs)} ms${id}`;
    }
    case "failure": {
      const what = event.sent ? "received no response" : "was not sent";
      return `${callOf(event)} ${what}: ${event.reason}`;
    }
    case "retry":
      return `${callOf(event)} is retried in ${Math.round(event.delayMs)} ms (${event.reason})`;
    case "token":
      return `received an access token for ${Math.round(event.expiresInMs / 1000)} seconds`;
    case "warning":
      return `${event.code}: ${event.message}`;
  }
}

function callOf({ operation, callId, attempt }: Extract<MpesaEvent, { callId: number }>): string {
  return `${operation} (call ${callId}, attempt ${attempt})`;
}
