import type { OperationId } from "@mpesa/raw";
import { type CodeInfo, type CodeScope, codesByScope, codeTexts, ResultCode } from "@mpesa/raw/codes";

/** Success, in every scope of results. */
export const SUCCESS: typeof ResultCode.Completed = ResultCode.Completed;

/** What the spec says about a code. */
export function codeInfo(scope: CodeScope, code: string): CodeInfo | undefined {
  return codesByScope[scope].find(
    (one) => one.code === code || (one.code.endsWith("*") && code.startsWith(one.code.slice(0, -1))),
  );
}

/** The text that goes with a code: as seen on the wire, or else what it means. */
export function textOf(scope: CodeScope, code: string): string {
  const info = codeInfo(scope, code);
  const texts: Readonly<Partial<Record<CodeScope, Readonly<Record<string, string>>>>> = codeTexts;
  return texts[scope]?.[info?.name ?? ""] ?? info?.meaning ?? "";
}

/** The codes that an operation can give, of one scope. */
export function codesOf(scope: CodeScope, operation: OperationId): readonly CodeInfo[] {
  return codesByScope[scope].filter(({ operations }) => !operations || operations.includes(operation));
}
