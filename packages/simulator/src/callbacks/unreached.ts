import type { CallbackRecord } from "../state/records.ts";

/** How many callbacks an error names; the others it counts. */
const NAMED = 5;

/**
 * Deliveries for which the endpoint gave no response at all, until they are reported: a test whose endpoint throws, is
 * not allowed or hangs must not look as if nothing had been posted. A server on a real clock may never report them, so
 * only the first few are described, and the others are counted.
 */
export class Unreached {
  #sentences: string[] = [];
  #count = 0;
  #cause: unknown;

  add({ operation, name, url }: CallbackRecord, problem: string, cause: unknown): void {
    this.#count += 1;
    this.#cause ??= cause;
    // The path of a callback URL can be a secret.
    if (this.#sentences.length < NAMED)
      this.#sentences.push(`${operation} ${name} to ${new URL(url).host}: ${problem}`);
  }

  /** @throws Error for all deliveries since the last call; its cause is the first error that your endpoint threw */
  report(): void {
    if (this.#count === 0) return;
    const more = this.#count > NAMED ? `; and ${this.#count - NAMED} more` : "";
    const callbacks = this.#count === 1 ? "1 callback" : `${this.#count} callbacks`;
    const error = new Error(`${callbacks} got no response from your endpoint. ${this.#sentences.join("; ")}${more}`, {
      cause: this.#cause,
    });
    [this.#sentences, this.#count, this.#cause] = [[], 0, undefined];
    throw error;
  }
}
