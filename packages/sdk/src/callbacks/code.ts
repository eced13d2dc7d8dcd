import { resultCodeIndex, stkCodeIndex, ussdPushCodeIndex } from "@mpesa/raw/code-index";
import type { Fault, NextStep } from "@mpesa/raw/codes";
import type { CallbackKind, Outcome } from "./types.ts";

/**
 * What a result code means in the product that sent it, as far as a program has to know. The names are in the constants
 * of `@mpesa/sdk/codes` and the sentences in its `explain()`: they would double the size of this entry.
 */
export interface ExplainedCode {
  readonly code: string;
  /** Whether this product is known to send it. If not, `next` is `ask` and the rest is absent. */
  readonly known: boolean;
  /** Who can do something about it. */
  readonly fault?: Fault;
  readonly next: NextStep;
}

/** Finds a code among those of one product: the same number means other things elsewhere. */
export function explainCode(kind: CallbackKind, code: string): ExplainedCode {
  const index = kind === "stk" ? stkCodeIndex : kind === "ussd" ? ussdPushCodeIndex : resultCodeIndex;
  for (const group of index.split(";")) {
    const [head = "", ...codes] = group.split(",");
    const [fault, next, kinds = kind] = head.split(" ");
    // Some gateways write success as eight zeros.
    if (codes.includes(code.replace(/^0+$/, "0")) && kinds.includes(kind)) {
      return { code, known: true, fault, next } as ExplainedCode;
    }
  }
  return { code, known: false, next: "ask" };
}

/** Only a known code makes a success or a failure. */
export function outcomeOf({ next }: Pick<ExplainedCode, "next">): Outcome {
  if (next === "none") return "success";
  if (next === "poll") return "pending";
  return /^(fix|new|no|later)$/.test(next) ? "failed" : "unknown";
}
