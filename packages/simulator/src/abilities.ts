import { type OperationId, type OperationInfo, operationTable } from "@mpesa/raw";
import type { CodeScope } from "@mpesa/raw/codes";

const c2b = (operation: OperationId): boolean => operation.startsWith("c2b");
const infoOf = (operation: OperationId): OperationInfo => operationTable[operation];

/** Where the refusals of any request are listed. */
export const refusalScopes = ["error", "fault", "http"] as const;

/** Whether the simulator posts something after this request: a registration only names where to. */
export function postsCallbacks(operation: OperationId): boolean {
  return operation.startsWith("c2bSimulate") || (infoOf(operation).callbacks.length > 0 && !c2b(operation));
}

/** Whether its queue can give up. */
export function canTimeOut(operation: OperationId): boolean {
  return infoOf(operation).callbacks.some(({ name }) => name === "timeout");
}

/** Where its result codes are listed; nowhere when it has none. A simulated payment ends as its validation says. */
export function resultScope(operation: OperationId): CodeScope | undefined {
  if (operation.startsWith("c2bSimulate")) return "c2bReply";
  const { codeScope } = infoOf(operation);
  return codeScope === "response" ? undefined : codeScope;
}

/** Where the codes of its acknowledgement are listed; nowhere when it answers with a token, or at once with a result. */
export function responseScope(operation: OperationId): CodeScope | undefined {
  if (infoOf(operation).auth === "basic") return undefined;
  const { codeScope } = infoOf(operation);
  return ["stk", "result", "response"].includes(codeScope) ? "response" : codeScope;
}
