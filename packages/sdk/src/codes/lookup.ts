import type { OperationId } from "@mpesa/raw";
import type { CodeInfo, CodeVariant } from "@mpesa/raw/codes";

/** What to do after a doubtful answer to a call of retry class `safe`, whatever the code's own advice for payments is. */
export const DOUBLES_NOTHING = "This call changes nothing that a second one would double: repeat it later.";

/** What to do after a doubtful answer to any other call. */
export const MONEY_HINT = "It may have been processed: do not send it again.";

/** A code with the meaning that fits the text and the operation it came with. */
export type CodeMatch = Omit<CodeInfo, "variants" | "match">;

/**
 * Finds a code in one scope's table. `message` picks the variant: the same number means different things by text,
 * and an empty message is a text too. A code or variant that belongs to other operations is passed over.
 */
export function lookupCode(
  table: readonly CodeInfo[],
  code: string,
  context: { readonly message?: string | undefined; readonly operation?: OperationId | undefined } = {},
): CodeMatch | undefined {
  const { message, operation } = context;
  const find = (isSame: (listed: string) => boolean): CodeInfo | undefined =>
    table.find((one) => isSame(one.code) && fits(one, operation));
  // Success is written with one zero, two or eight.
  const entry = find((listed) => matches(listed, code)) ?? (isZero(code) ? find(isZero) : undefined);
  if (!entry) return undefined;
  const { variants, ...plain } = entry;
  const variant =
    message === undefined ? undefined : variants?.find((one) => fits(one, operation) && speaksOf(one, message));
  if (!variant) return { ...plain, code };
  const { match: _, ...meaning } = variant;
  return { ...plain, ...meaning, code };
}

/**
 * Finds what a text means for an operation where the answer has no code. Only texts that the table ties to this
 * operation count.
 */
export function lookupText(table: readonly CodeInfo[], message: string, operation: OperationId): CodeMatch | undefined {
  for (const { code, variants } of table) {
    const variant = variants?.find((one) => one.match && one.operations?.includes(operation) && speaksOf(one, message));
    if (variant) return lookupCode(table, code, { message, operation });
  }
  return undefined;
}

export function isZero(code: string): boolean {
  return /^0+$/.test(code);
}

function matches(pattern: string, code: string): boolean {
  return pattern.endsWith("*") ? code.startsWith(pattern.slice(0, -1)) : pattern === code;
}

function fits(one: { readonly operations?: readonly string[] }, operation: OperationId | undefined): boolean {
  return operation === undefined || one.operations === undefined || one.operations.includes(operation);
}

function speaksOf(variant: CodeVariant, message: string): boolean {
  const { match } = variant;
  return match === "" ? message.trim() === "" : message.toLowerCase().includes(match.toLowerCase());
}
