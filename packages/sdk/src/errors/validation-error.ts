import { MpesaError, type MpesaErrorInit } from "./base.ts";
import { describeIssues, type Issue } from "./issue.ts";

/**
 * Parameters of the call are invalid. Nothing was sent. `issues` lists every invalid parameter at once.
 *
 * @example
 * catch (error) {
 *   if (isMpesaError(error) && error.type === "MpesaValidationError") return { errors: error.issues };
 * }
 */
export class MpesaValidationError extends MpesaError {
  override readonly name = "MpesaValidationError";
  readonly type = "MpesaValidationError";
  /** Problems, each with the name of its parameter. */
  readonly issues: readonly Issue[];

  constructor(issues: readonly Issue[], init: MpesaErrorInit = {}) {
    super(`nothing was sent. ${describeIssues(issues)}`, init);
    this.issues = issues;
  }
}
