import type { OperationId } from "@mpesa/raw";
import {
  billManagerCodes,
  bongaCodes,
  type CodeInfo,
  type CustomerMessage,
  type CustomerMessageKey,
  c2bReplyCodes,
  customerMessages,
  type ErrorKind,
  type Evidence,
  type Fault,
  lookupCodes,
  type NextStep,
  numberValidationCodes,
  orgInfoCodes,
  pullQueryCodes,
  pullRegisterCodes,
  qrCodes,
  ratibaCodes,
  responseCodes,
  resultCodes,
  stkCodes,
  ussdPushCodes,
} from "@mpesa/raw/codes";
import { safeOperations } from "@mpesa/raw/platform";
import { CHECK_INITIATOR, isSigned } from "./credential.ts";
import { adviseOnError } from "./error-advice.ts";
import { DOUBLES_NOTHING, lookupCode } from "./lookup.ts";

/**
 * Whose code it is. `stk` is the result of a prompt, in callback and query; `b2c` to `reversal` are the results of the
 * other payments; `c2b` is what you answer to a validation; `acknowledgement` is the `ResponseCode` of a first answer;
 * `error` is the code of an HTTP error or gateway fault, of any call.
 */
export type CodeProduct =
  | "stk"
  | "b2c"
  | "pochi"
  | "b2b"
  | "tax"
  | "balance"
  | "status"
  | "reversal"
  | "c2b"
  | "ussd"
  | "pull"
  | "pullRegistration"
  | "qr"
  | "ratiba"
  | "bonga"
  | "orgInfo"
  | "numberValidation"
  | "billManager"
  | "lookup"
  | "acknowledgement"
  | "error";

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

/** What a code means, who has to act, and what is safe to do. */
export interface Explanation {
  /** The product that was asked about. */
  readonly product: CodeProduct;
  /** The code as text. */
  readonly code: string;
  /** Whether this product is known to send it. If not, the payment is in doubt, and neither paid nor failed. */
  readonly known: boolean;
  /** For product `error`: what kind of refusal it is, as in the errors of the client; else `undefined`. */
  readonly kind: ErrorKind | undefined;
  /** PascalCase, the member of the product's code object; `Unknown` where nobody has described it. */
  readonly name: string;
  /** What happened, in one sentence. */
  readonly meaning: string;
  /** Who can do something about it. `none` for success, for pending and for what nobody knows. */
  readonly fault: Fault;
  /**
   * What is safe to do next. `none`: it worked. `new`: no money has moved; start afresh, with a person's will. `fix`:
   * correct the request or the set-up first. `later`: the same again after a pause. `token`: once more with a new token.
   * `poll`: ask again. `ask`: it may have happened; find out, and send nothing again. `no`: leave it.
   */
  readonly next: NextStep;
  /** The same in a sentence, for a developer or a cashier. */
  readonly hint: string;
  /** How well the meaning is known; `undefined` for an unknown code. */
  readonly evidence: Evidence | undefined;
  /** What may be shown to a customer, in English and in Swahili. */
  readonly customerMessage: CustomerMessage;
}

interface Product {
  readonly tables: readonly (readonly CodeInfo[])[];
  /** Whose entries of a shared table count; all of them where this is absent. */
  readonly operations?: readonly OperationId[];
  /** Repeating it moves nothing. */
  readonly isRead?: boolean;
  /** What the customer reads while nobody knows the outcome. */
  readonly doubt: CustomerMessageKey;
}

const fromCustomer = (...tables: (readonly CodeInfo[])[]): Product => ({ tables, doubt: "unconfirmed" });
const result = (...operations: OperationId[]): Product => ({ tables: [resultCodes], operations, doubt: "checking" });
const read = (table: readonly CodeInfo[], ...operations: OperationId[]): Product => ({
  tables: [table],
  ...(operations.length > 0 && { operations }),
  isRead: true,
  doubt: "checking",
});

const products: Readonly<Record<CodeProduct, Product>> = {
  stk: fromCustomer(stkCodes),
  b2c: result("b2cPaymentV3", "b2cPaymentV1", "b2cValidatedPayment"),
  pochi: result("pochiPayment"),
  b2b: result("b2bPayment"),
  tax: result("taxRemittance"),
  balance: read(resultCodes, "accountBalance"),
  status: read(resultCodes, "transactionStatus"),
  reversal: result("reversal"),
  c2b: fromCustomer(c2bReplyCodes),
  ussd: fromCustomer(ussdPushCodes),
  pull: read(pullQueryCodes),
  pullRegistration: read(pullRegisterCodes),
  qr: read(qrCodes),
  ratiba: fromCustomer(ratibaCodes),
  bonga: fromCustomer(bongaCodes),
  orgInfo: read(orgInfoCodes),
  numberValidation: read(numberValidationCodes),
  billManager: fromCustomer(billManagerCodes),
  lookup: read(lookupCodes),
  acknowledgement: fromCustomer(responseCodes),
  error: fromCustomer(),
};

/**
 * Explains a code in the words of the product that sent it. Total: any code gives an answer, an unknown one is tagged
 * `known: false` and explained as doubtful, never as failed. Nothing is sent.
 *
 * @example
 * const { next, hint, customerMessage } = explain({ product: "stk", code: 1032 });
 * // next: "new", customerMessage.sw: "Malipo yameghairiwa. …"
 * @example
 * // The same advice as in the error's own `hint`.
 * const { errorCode, errorMessage, status, operation } = error;
 * explain({ product: "error", code: errorCode, text: errorMessage, status, operation });
 */
export function explain(params: ExplainParams): Explanation {
  if (typeof params !== "object" || params === null) throw new TypeError("explain() needs { product, code }");
  const { product, code, text, operation, status } = params;
  const wanted = String(code ?? "").trim();
  if (product === "error") return explainError({ code: wanted, text, operation, status });
  // JavaScript may name any product; one that does not exist has no codes.
  const about = Object.hasOwn(products, product) ? products[product] : fromCustomer();
  const match = find(about, wanted, text, operation);
  const mayRepeat = about.isRead === true || (safeOperations as readonly unknown[]).includes(operation);
  if (!match) {
    const signed = [operation, ...(about.operations ?? [])].some(isSigned);
    return unknown(product, wanted, about, mayRepeat ? (signed ? CHECK_INITIATOR : DOUBLES_NOTHING) : undefined);
  }
  const { name, meaning, fault, evidence } = match;
  const harmless = mayRepeat && match.next === "ask";
  const next = harmless ? "later" : match.next;
  const hint = harmless ? DOUBLES_NOTHING : match.hint;
  const customerMessage = customerMessages[match.customer ?? fallback(about.isRead ? next : match.next, about)];
  return {
    product,
    code: wanted,
    known: true,
    kind: undefined,
    name,
    meaning,
    fault,
    next,
    hint,
    evidence,
    customerMessage,
  };
}

function explainError({
  code,
  text,
  operation,
  status,
}: Omit<ExplainParams, "product"> & { code: string }): Explanation {
  const call = operation === undefined ? undefined : callOf(operation);
  const { match, nextForPayment, next, hint } = adviseOnError({ code, message: text, status, operation: call });
  const about = products.error;
  const customerMessage = customerMessages[match?.customer ?? fallback(nextForPayment, about)];
  if (!match) return { ...unknown("error", code, about, undefined), next, hint, customerMessage };
  const { kind, name, meaning, fault, evidence } = match;
  return { product: "error", code, known: true, kind, name, meaning, fault, next, hint, evidence, customerMessage };
}

/** What the advice needs to know of a call; JavaScript may name any. */
function callOf(id: OperationId): Parameters<typeof adviseOnError>[0]["operation"] {
  const isSafe = (safeOperations as readonly OperationId[]).includes(id);
  return { id, retry: isSafe ? "safe" : "never", auth: id === "generateToken" ? "basic" : "bearer" };
}

function find(
  { tables, operations }: Product,
  code: string,
  message: string | undefined,
  operation: OperationId | undefined,
): ReturnType<typeof lookupCode> {
  for (const table of tables) {
    // No operation must not count as any: `poll` after a lost payment would be read as a harmless "not yet".
    for (const one of operations ?? [operation ?? ("" as OperationId)]) {
      const context = { message, operation: one };
      const match = lookupCode(table, code, context);
      if (match) return match;
    }
  }
  return undefined;
}

/** `harmless` is the advice for a call that moves nothing. */
function unknown(product: CodeProduct, code: string, { doubt }: Product, harmless: string | undefined): Explanation {
  return {
    product,
    code,
    known: false,
    kind: undefined,
    name: "Unknown",
    meaning: "Nobody has described this code for this product",
    fault: "none",
    next: harmless === DOUBLES_NOTHING ? "later" : "ask",
    hint: harmless ?? "The outcome is unknown, not failed: ask for the status, and send nothing again before you know.",
    evidence: undefined,
    customerMessage: customerMessages[doubt],
  };
}

function fallback(next: NextStep, { doubt }: Product): CustomerMessageKey {
  switch (next) {
    case "none":
      return "accepted";
    case "poll":
      return "pending";
    case "ask":
      return doubt;
    case "later":
    case "token":
      return "tryLater";
    default:
      return "ourProblem";
  }
}
