import { MpesaError, type MpesaErrorInit } from "./base.ts";
import { describeIssues, type Issue } from "./issue.ts";

/** The client is set up wrong: every problem at once. Nothing was sent. */
export class MpesaConfigError extends MpesaError {
  override readonly name = "MpesaConfigError";
  readonly type = "MpesaConfigError";
  /** What is wrong, option by option. */
  readonly issues: readonly Issue[];

  constructor(issues: readonly Issue[], init: MpesaErrorInit = {}) {
    super(`the client's configuration is wrong. ${describeIssues(issues)}`, init);
    this.issues = issues;
  }
}
