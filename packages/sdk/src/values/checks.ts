import type { OperationId } from "@mpesa/raw";
import type { MpesaIds } from "../errors/base.ts";
import type { Issue } from "../errors/issue.ts";
import { MpesaValidationError } from "../errors/validation-error.ts";
import type { Parsed } from "./parsed.ts";

/** Collects everything that is wrong with one call's parameters, to say it all at once. */
export class Checks {
  readonly #issues: Issue[] = [];
  readonly #operation: OperationId | undefined;

  constructor(operation?: OperationId) {
    this.#operation = operation;
  }

  /** The value if it passed. Otherwise the issue is kept, and `done` throws before anyone uses the placeholder. */
  take<T>(field: string, parsed: Parsed<T>): T {
    if (parsed.ok) return parsed.value;
    this.#issues.push({ field, ...parsed.issue });
    return undefined as never;
  }

  /** @throws MpesaValidationError with all issues and the ids of the call, if there are any issues. */
  done(ids?: MpesaIds): void {
    if (this.#issues.length > 0) throw new MpesaValidationError(this.#issues, { operation: this.#operation, ids });
  }
}

/** Runs one parser for the public helpers that take a single value. */
export function parseOrThrow<T>(field: string, parsed: Parsed<T>): T {
  const checks = new Checks();
  const value = checks.take(field, parsed);
  checks.done();
  return value;
}
