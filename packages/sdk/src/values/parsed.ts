import { type Issue, shapeOf } from "../errors/issue.ts";

/** A value that passed, or what is wrong with it. */
export type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly issue: Omit<Issue, "field"> };

export function good<T>(value: T): Parsed<T> {
  return { ok: true, value };
}

export function bad<T>(received: unknown, rule: string, fix: string): Parsed<T> {
  return { ok: false, issue: { received: shapeOf(received), rule, fix } };
}
