import type { OperationId } from "@mpesa/raw";
import { canTimeOut, postsCallbacks, refusalScopes, responseScope, resultScope } from "./abilities.ts";
import { check, fields, flag, number, oneOf, refuse, text, wrongWith } from "./check.ts";
import { codeInfo } from "./codes.ts";
import {
  callbackFaults,
  networkFaults,
  operationsOf,
  type Scenario,
  type ScenarioTarget,
  scenarioTargets,
} from "./scenario.ts";

const code = text('a code as a text, such as "1032"');
const rules = fields({
  resultCode: code,
  resultDescription: text(),
  responseCode: code,
  errorCode: code,
  // The empty message is one that Daraja sends.
  errorMessage: text("a text", () => true),
  status: number(200, 599),
  fault: oneOf(...networkFaults),
  processed: flag,
  callback: oneOf(...callbackFaults),
  timeout: flag,
});

/** Fields that say more about another one. */
const details: readonly (readonly [field: keyof Scenario, of: keyof Scenario])[] = [
  ["resultDescription", "resultCode"],
  ["errorMessage", "errorCode"],
  ["status", "errorCode"],
  ["processed", "fault"],
];

/** @throws TypeError that names everything in which the scenario makes no sense, or can have no effect for its target */
export function checkScenario(target: string, scenario: Scenario): void {
  check(target, "target", text('a text, such as "stk"'));
  if (!scenarioTargets.includes(target as ScenarioTarget))
    throw new TypeError(`"${target}" is no operation or product; use one of ${scenarioTargets.join(", ")}`);
  refuse(wrongWith(scenario, "the scenario", (value) => rules(value, "")));
  const operations = operationsOf(target as ScenarioTarget);
  refuse([
    ...withoutSense(operations, scenario),
    ...withoutEffect(target, operations, scenario),
    ...unknownCodes(operations, scenario),
  ]);
}

function withoutSense(operations: readonly OperationId[], scenario: Scenario): string[] {
  const { status, resultCode } = scenario;
  const wrong = details
    .filter(([field, of]) => scenario[field] !== undefined && scenario[of] === undefined)
    .map(([field, of]) => `${field} has no effect without ${of}`);
  if (status !== undefined && !Number.isInteger(status)) wrong.push("status must be a whole number from 200 to 599");
  // Other zeros would tell of a success without the money having moved.
  if (resultCode !== undefined && /^0{2,}$/.test(resultCode) && !operations.every((one) => resultScope(one) === "qr"))
    wrong.push(`resultCode "${resultCode}": success is written "0" here`);
  return wrong;
}

function withoutEffect(target: string, operations: readonly OperationId[], scenario: Scenario): string[] {
  const needs: readonly (readonly [keyof Scenario, (operation: OperationId) => boolean, string])[] = [
    ["resultCode", (one) => resultScope(one) !== undefined, "it has no results"],
    ["responseCode", (one) => responseScope(one) !== undefined, "it is not acknowledged with a code"],
    ["callback", postsCallbacks, "nothing is posted after it"],
    ["timeout", canTimeOut, "it has no queue that could give up"],
  ];
  return needs
    .filter(([field, able]) => scenario[field] !== undefined && scenario[field] !== false && !operations.some(able))
    .map(([field, , why]) => `${field} can have no effect for "${target}": ${why}`);
}

/** Codes that the spec does not know are taken as long as they look like codes: new ones appear. */
function unknownCodes(operations: readonly OperationId[], scenario: Scenario): string[] {
  const scopes = {
    resultCode: operations.map(resultScope),
    responseCode: operations.map(responseScope),
    errorCode: refusalScopes,
  };
  return (Object.keys(scopes) as (keyof typeof scopes)[]).flatMap((field) => {
    const given = scenario[field];
    const known = given === undefined || scopes[field].some((scope) => scope !== undefined && codeInfo(scope, given));
    return known || looksLikeCode(given)
      ? []
      : [
          `${field} "${given}" is no code of the spec, and does not look like one: letters, digits and dots, with a digit or a dot in it`,
        ];
  });
}

function looksLikeCode(given: string): boolean {
  return /^(?=.*[\d.])[\w.:*-]{1,80}$/.test(given);
}
