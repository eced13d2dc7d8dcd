import type { OperationId } from "@mpesa/raw";
import type { CodeInfo, CodeScope } from "@mpesa/raw/codes";
import { canTimeOut, postsCallbacks, refusalScopes, responseScope, resultScope } from "../abilities.ts";
import { codesOf, textNamed } from "../codes.ts";
import { operationsOf, type Scenario, type ScenarioTarget } from "../scenario.ts";

/** A code that can be asked for. */
export interface Choice {
  readonly label: string;
  readonly scenario: Scenario;
}

/** Everything that can be asked for of a target: what some operation of it can give, of "any" what all can. */
export interface Choices {
  readonly results: readonly Choice[];
  readonly responses: readonly Choice[];
  readonly refusals: readonly Choice[];
  /** Whether something is posted afterwards, so that callbacks can go wrong. */
  readonly callbacks: boolean;
  /** Whether the queue can give up. */
  readonly timeout: boolean;
}

export function choices(target: ScenarioTarget): Choices {
  const operations = operationsOf(target);
  const any = target === "any";
  return {
    results: any ? [] : merged(operations, (one) => ofScope(one, resultScope(one), "resultCode")),
    responses: merged(operations, (one) =>
      responseScope(one) === "response" ? ofScope(one, "response", "responseCode") : [],
    ),
    refusals: merged(operations, (one) =>
      refusalScopes.flatMap((scope) => codesOf(scope, one).flatMap((info) => refusals(one, scope, info))),
    ).filter(({ scenario }) => !any || operations.every((one) => gives(one, scenario))),
    callbacks: operations.some(postsCallbacks),
    timeout: operations.some(canTimeOut),
  };
}

function ofScope(operation: OperationId, scope: CodeScope | undefined, field: "resultCode" | "responseCode"): Choice[] {
  const codes = scope ? codesOf(scope, operation) : [];
  return codes.map(({ code, meaning }) => ({ label: `${code} ${meaning}`, scenario: { [field]: code } }));
}

/** A code, and each of the texts that give it another meaning. */
function refusals(operation: OperationId, scope: CodeScope, { code, meaning, variants = [] }: CodeInfo): Choice[] {
  const others = variants
    .filter(({ operations }) => !operations || operations.includes(operation))
    .flatMap(({ name, meaning: other, match }) => {
      const errorMessage = match === "" ? "" : textNamed(scope, name);
      return errorMessage === undefined
        ? []
        : [{ label: `${code} ${other}`, scenario: { errorCode: code, errorMessage } }];
    });
  return [{ label: `${code} ${meaning}`, scenario: { errorCode: code } }, ...others];
}

function gives(operation: OperationId, { errorCode, errorMessage }: Scenario): boolean {
  return refusalScopes.some((scope) =>
    codesOf(scope, operation).some((info) =>
      refusals(operation, scope, info).some(
        ({ scenario }) => scenario.errorCode === errorCode && scenario.errorMessage === errorMessage,
      ),
    ),
  );
}

/** Each choice once, in the order of the operations. */
function merged(operations: readonly OperationId[], of: (operation: OperationId) => readonly Choice[]): Choice[] {
  const found = new Map(operations.flatMap(of).map((choice) => [JSON.stringify(choice.scenario), choice]));
  return [...found.values()];
}
