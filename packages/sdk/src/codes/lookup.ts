import type { OperationId } from "@mpesa/raw";
import type { CodeInfo, CodeVariant } from "@mpesa/raw/codes";

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
  const entry = table.find((one) => fits(one, operation) && matches(one.code, code));
  if (!entry) return undefined;
  const { variants, ...plain } = entry;
  const variant =
    message === undefined ? undefined : variants?.find((one) => fits(one, operation) && speaksOf(one, message));
  if (!variant) return { ...plain, code };
  const { match: _, ...meaning } = variant;
  return { ...plain, ...meaning, code };
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
