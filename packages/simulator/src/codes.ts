import type { OperationId } from "@mpesa/raw";
import {
  type CodeInfo,
  type CodeScope,
  codesByScope,
  codeTexts,
  type Evidence,
  ownCodeTexts,
  ResultCode,
} from "@mpesa/raw/codes";

/** Success, in every scope of results. */
export const SUCCESS: typeof ResultCode.Completed = ResultCode.Completed;

/** What nobody has seen a text for says no more than this. */
const NO_TEXT = "Request failed";
const fromSafaricom: readonly Evidence[] = ["observed", "production", "portal"];

/** What the spec says about a code. */
export function codeInfo(scope: CodeScope, code: string): CodeInfo | undefined {
  return codesByScope[scope].find(
    (one) => one.code === code || (one.code.endsWith("*") && code.startsWith(one.code.slice(0, -1))),
  );
}

/**
 * The text that goes with a code: as seen on the wire, or else one of ours in its style, or else what the code means, where
 * Safaricom itself has said so. Of hearsay the gateway would say nothing.
 */
export function textOf(scope: CodeScope, code: string): string {
  const info = codeInfo(scope, code);
  const text = textNamed(scope, info?.name ?? "");
  return text ?? (info && fromSafaricom.includes(info.evidence) ? info.meaning : NO_TEXT);
}

type Texts = Readonly<Partial<Record<CodeScope, Readonly<Record<string, string>>>>>;
const seenTexts: Texts = codeTexts;
const ownTexts: Texts = ownCodeTexts;

/** The text for a code or a variant of one, by its name: seen on the wire, or ours. */
export function textNamed(scope: CodeScope, name: string): string | undefined {
  return seenTexts[scope]?.[name] ?? ownTexts[scope]?.[name];
}

/** The codes that an operation can give, of one scope. */
export function codesOf(scope: CodeScope, operation: OperationId): readonly CodeInfo[] {
  return codesByScope[scope].filter(({ operations }) => !operations || operations.includes(operation));
}
