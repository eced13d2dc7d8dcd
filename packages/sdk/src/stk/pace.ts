import { operationTable } from "@mpesa/raw";
import type { Config } from "../config.ts";

const { requests, periodMs, environment: measuredIn } = operationTable.stkQuery.rateLimit;
/** A younger prompt is not found, so there is no use in asking sooner. */
export const FIRST_POLL_MS: number = Math.ceil(periodMs / requests);
/** One fewer than the measured rate allows: a query that replaces a stale token counts too, and a burst is refused. */
export const POLL_INTERVAL_MS: number = Math.ceil(periodMs / (requests - 1));

/** A query that wants to leave, not before `earliest`. */
export interface PaceTicket {
  readonly earliest: number;
}

/** Spaces the queries of all waits of one client, because the gateway counts them together. Who waits longest is next. */
export class Pace {
  readonly #intervalMs: number;
  readonly #line: PaceTicket[] = [];
  #freeAt = Number.NEGATIVE_INFINITY;

  constructor({ environment }: Pick<Config, "environment">) {
    // Elsewhere nobody has measured a rate; there the gateway says when it is too much.
    this.#intervalMs = environment === undefined || environment === measuredIn ? POLL_INTERVAL_MS : 0;
  }

  /** Joins the line. */
  enter(earliest: number): PaceTicket {
    const ticket = { earliest };
    const behind = this.#line.findIndex((other) => other.earliest > earliest);
    this.#line.splice(behind === -1 ? this.#line.length : behind, 0, ticket);
    return ticket;
  }

  /** When the query may leave, as things stand: it is earlier if somebody ahead leaves the line. */
  timeOf(ticket: PaceTicket): number {
    let free = this.#freeAt;
    for (const one of this.#line) {
      const at = Math.max(free, one.earliest);
      if (one === ticket) return at;
      free = Math.max(free, at + this.#intervalMs);
    }
    return Math.max(free, ticket.earliest);
  }

  /** The query leaves now. */
  take(ticket: PaceTicket, now: number): void {
    this.leave(ticket);
    this.hold(now + this.#intervalMs);
  }

  /** The query is not needed any more. */
  leave(ticket: PaceTicket): void {
    const at = this.#line.indexOf(ticket);
    if (at !== -1) this.#line.splice(at, 1);
  }

  /** Keeps everybody back until then. */
  hold(until: number): void {
    this.#freeAt = Math.max(this.#freeAt, until);
  }
}
