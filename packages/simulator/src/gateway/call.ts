import type { OperationId, OperationInfo } from "@mpesa/raw";
import type { Engine } from "../engine/engine.ts";
import type { Scenario } from "../scenario.ts";

/** A request as plain data. */
export interface Incoming {
  readonly method: string;
  readonly url: URL;
  readonly authorization: string | null;
  readonly contentType: string | null;
  readonly text: string;
}

/** A request that passed the gateway: known operation, valid token, valid body. */
export interface Call {
  readonly operation: OperationId;
  readonly info: OperationInfo;
  readonly body: Readonly<Record<string, unknown>>;
  readonly scenario: Scenario | null;
}

/** What goes back: an object as JSON, a text as HTML, or nothing. */
export interface Reply {
  readonly status: number;
  readonly body?: unknown;
  /** For the log: why. */
  readonly note?: string;
  /** What the request started, by the id its callbacks are about. */
  readonly about?: string;
}

/** Answers an operation. Synchronous, so that no other request comes in between. */
export type Handler = (engine: Engine, call: Call) => Reply;
