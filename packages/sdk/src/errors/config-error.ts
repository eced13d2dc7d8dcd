import { MpesaError, type MpesaErrorInit } from "./base.ts";
import { describeIssues, type Issue } from "./issue.ts";

/**
 * The configuration of the client is invalid. Nothing was sent. `issues` lists every problem at once.
 *
 * @example
 * catch (error) {
 *   if (isMpesaError(error) && error.type === "MpesaConfigError") console.error(error.issues);
 * }
 */
export class MpesaConfigError extends MpesaError {
  override readonly name = "MpesaConfigError";
  readonly type = "MpesaConfigError";
  /** Problems, each with the name of its option. */
  readonly issues: readonly Issue[];

  constructor(issues: readonly Issue[], init: MpesaErrorInit = {}) {
    super(`the client's configuration is invalid. ${describeIssues(issues)}`, init);
    this.issues = issues;
  }
}
