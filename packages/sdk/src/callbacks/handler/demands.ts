import { CALLBACK_KINDS } from "../kinds.ts";

/** Whether it is a number above 0, or else that rule. Larger ones would make a timer go off at once. */
export function isAmount(value: unknown, limit: number = 2 ** 31 - 1): true | string {
  return (typeof value === "number" && value > 0 && value <= limit) || "a number above 0";
}

/** Everything that can arrive. */
export function callbackKinds(...more: readonly string[]): readonly string[] {
  return [...CALLBACK_KINDS, ...more];
}

/** Takes what is true, or else says what it must be. @throws TypeError with everything that is wrong. */
export function insist(demands: Readonly<Record<string, boolean | string>>): void {
  const wrong = Object.entries(demands).filter(([, demand]) => demand !== true);
  if (wrong[0]) throw new TypeError(wrong.map(([name, rule]) => `${name} must be ${rule}`).join("; "));
}
