import { undiciFetch } from "../../src/undici.ts";

/** One way to send. */
export interface Sender {
  readonly sender: string;
  readonly fetch: typeof globalThis.fetch;
}

/** Each way to send that this package knows: the suites about faults and secrets hold for all of them. */
export const senders: readonly Sender[] = [
  { sender: "the platform's fetch", fetch: (...given) => globalThis.fetch(...given) },
  // Its idle connections keep no process alive.
  { sender: "undici", fetch: undiciFetch() },
];
