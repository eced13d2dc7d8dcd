import type { OperationId } from "@mpesa/raw";
import {
  billManagerCodes,
  bongaCodes,
  type CodeInfo,
  c2bReplyCodes,
  lookupCodes,
  numberValidationCodes,
  orgInfoCodes,
  pullQueryCodes,
  pullRegisterCodes,
  qrCodes,
  ratibaCodes,
  responseCodes,
} from "@mpesa/raw/codes";
import { safeOperations } from "@mpesa/raw/platform";
import { callbackCodes } from "./callback-codes.ts";
import { type Code, type CodeProduct, type CodeSource, explainFrom } from "./code.ts";
import { adviseOnError } from "./error-advice.ts";

/** A code as it came, and where it came from. */
export interface ExplainParams {
  /** The same number means other things in other products: `2001` is a customer's PIN or your own credential. */
  product: CodeProduct;
  /** As on the wire: some answers have it as number, some as text. */
  code: string | number;
  /** The text beside the code. Some codes mean different things by it, `500.001.1001` seven of them. */
  text?: string | undefined;
  /**
   * For product `error`: the call that was answered; `generateToken` where the request for a token failed, so that nothing
   * was sent. Without it, meanings that hold for certain calls only are left out.
   */
  operation?: OperationId | undefined;
  /** For product `error`: the HTTP status. Without it, a code that nobody has described proves nothing. */
  status?: number | undefined;
}

const payment = (product: CodeProduct, ...tables: (readonly CodeInfo[])[]): CodeSource => ({
  product,
  tables,
  doubt: "unconfirmed",
});
const read = (product: CodeProduct, table: readonly CodeInfo[]): CodeSource => ({
  product,
  tables: [table],
  isRead: true,
  doubt: "checking",
});

const sources: Readonly<Record<Exclude<CodeProduct, "error">, CodeSource>> = {
  ...callbackCodes,
  c2b: payment("c2b", c2bReplyCodes),
  pull: read("pull", pullQueryCodes),
  pullRegistration: read("pullRegistration", pullRegisterCodes),
  qr: read("qr", qrCodes),
  ratiba: payment("ratiba", ratibaCodes),
  bonga: payment("bonga", bongaCodes),
  orgInfo: read("orgInfo", orgInfoCodes),
  numberValidation: read("numberValidation", numberValidationCodes),
  billManager: payment("billManager", billManagerCodes),
  lookup: read("lookup", lookupCodes),
  acknowledgement: payment("acknowledgement", responseCodes),
};

/**
 * Explains a code in the words of the product that sent it: the same object that callbacks, STK queries and errors carry
 * as `code`. Total: any code gives a result; an unlisted one has `known: false` and is explained as doubtful, never as
 * failed. Nothing is sent.
 *
 * @throws TypeError without an object of `product` and `code`.
 * @example
 * const { next, hint, customer } = explain({ product: "stk", code: 1032 });
 * // next: "new", customerMessages[customer].sw: "Malipo yameghairiwa. …"
 * @example
 * // The same advice as in the error's own `hint`.
 * const { errorCode, errorMessage, status, operation } = error;
 * explain({ product: "error", code: errorCode, text: errorMessage, status, operation });
 */
export function explain(params: ExplainParams): Code {
  if (typeof params !== "object" || params === null) throw new TypeError("explain() needs { product, code }");
  const { product, text, operation, status } = params;
  const code = String(params.code ?? "").trim();
  if (product === "error") {
    const call = operation === undefined ? undefined : callOf(operation);
    return adviseOnError({ code, message: text, status, operation: call }).code;
  }
  // JavaScript may name any product; one that does not exist has no codes.
  const source = Object.hasOwn(sources, product) ? sources[product] : payment(product);
  return explainFrom(source, { code, text, operation }).code;
}

/** What the advice needs to know of a call; JavaScript may name any. */
function callOf(id: OperationId): Parameters<typeof adviseOnError>[0]["operation"] {
  const isSafe = (safeOperations as readonly OperationId[]).includes(id);
  return { id, retry: isSafe ? "safe" : "never", auth: id === "generateToken" ? "basic" : "bearer" };
}
