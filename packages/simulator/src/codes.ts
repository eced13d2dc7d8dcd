import type { OperationId } from "@mpesa/raw";
import { type CodeInfo, type CodeScope, codesByScope } from "@mpesa/raw/codes";
import { texts } from "./facts.ts";

/** What the spec says about a code. */
export function codeInfo(scope: CodeScope, code: string): CodeInfo | undefined {
  return codesByScope[scope].find(
    (one) => one.code === code || (one.code.endsWith("*") && code.startsWith(one.code.slice(0, -1))),
  );
}

/** The text that goes with a code: as seen on the wire, or else what it means. */
export function textOf(scope: CodeScope, code: string): string {
  return texts[scope]?.[code] ?? codeInfo(scope, code)?.meaning ?? "";
}

/** The codes that an operation can give, of one scope. */
export function codesOf(scope: CodeScope, operation: OperationId): readonly CodeInfo[] {
  return codesByScope[scope].filter(({ operations }) => !operations || operations.includes(operation));
}
