import { MpesaError, type MpesaErrorInit } from "./base.ts";
import { describeIssues, type Issue } from "./issue.ts";

/** These parameters are wrong, all of them listed at once. Nothing was sent. */
export class MpesaValidationError extends MpesaError {
  override readonly name = "MpesaValidationError";
  readonly type = "MpesaValidationError";
  /** What is wrong, field by field. */
  readonly issues: readonly Issue[];

  constructor(issues: readonly Issue[], init: MpesaErrorInit = {}) {
    super(`nothing was sent. ${describeIssues(issues)}`, init);
    this.issues = issues;
  }
}
