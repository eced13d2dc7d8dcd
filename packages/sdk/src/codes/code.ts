import type { OperationId } from "@mpesa/raw";
import type { CodeInfo, CustomerMessageKey, ErrorKind, Evidence, Fault, NextStep } from "@mpesa/raw/codes";
import { safeOperations } from "@mpesa/raw/platform";
import { CHECK_INITIATOR, isSigned } from "./credential.ts";
import { type CodeMatch, DOUBLES_NOTHING, lookupCode } from "./lookup.ts";

/**
 * The product that a code belongs to. `stk` is the result of an STK push, in callback and query; `b2c` to `reversal` are
 * the results of the other payments; `c2b` is your reply to a validation; `acknowledgement` is the `ResponseCode` of a
 * first response; `error` is the code of an HTTP error or gateway fault, of any call.
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

/** The meaning of a code, who has to act, and what is safe to do. */
export interface Code {
  /** The product that the code belongs to: the same number has other meanings elsewhere. */
  readonly product: CodeProduct;
  /** The code as a string. */
  readonly code: string;
  /** Whether this product is known to send it. If not, the outcome is unknown: neither succeeded nor failed. */
  readonly known: boolean;
  /** For product `error`: the kind of rejection, as in the errors of the client; otherwise `undefined`. */
  readonly kind: ErrorKind | undefined;
  /** PascalCase, the member of the product's code object; `Unknown` where nobody has described it. */
  readonly name: string;
  /** What happened, in one sentence. */
  readonly meaning: string;
  /** Who can do something about it. `none` for success, for pending and for an unlisted code. */
  readonly fault: Fault;
  /**
   * What is safe to do next. `none`: it worked. `new`: no money has moved; start afresh, with a person's will. `fix`:
   * correct the request or the setup first. `later`: send the same again after a pause. `token`: send it once more with a
   * new token. `poll`: ask again. `ask`: it may have happened; find out, and send nothing again. `no`: do nothing more.
   */
  readonly next: NextStep;
  /** The same in a sentence, for a developer or a cashier. */
  readonly hint: string;
  /** How well the meaning is known; `undefined` for an unlisted code. */
  readonly evidence: Evidence | undefined;
  /** The entry of `customerMessages` (in `@mpesa/sdk/codes`) that may be shown to a customer. */
  readonly customer: CustomerMessageKey;
}

/**
 * The final state of a payment. `failed` only for a code that this product is known to send when nothing moved; everything
 * doubtful or unlisted is `unknown`: ask for the status, and do not pay again.
 */
export type Outcome = "succeeded" | "failed" | "pending" | "unknown";

/** Where the codes of a product are listed. */
export interface CodeSource {
  readonly product: CodeProduct;
  readonly tables: readonly (readonly CodeInfo[])[];
  /** Whose entries of a shared table count; all of them where this is absent. */
  readonly operations?: readonly OperationId[];
  /** Repeating the request moves nothing. */
  readonly isRead?: boolean;
  /** The customer's message while the outcome is unknown. */
  readonly doubt: CustomerMessageKey;
}

/** A code as it came. */
export interface ReceivedCode {
  readonly code: string;
  readonly text?: string | undefined;
  readonly operation?: OperationId | undefined;
}

/** Explains a code, and says which outcome it proves. Total: an unlisted code is doubtful, never failed. */
export function explainFrom(source: CodeSource, received: ReceivedCode): { code: Code; outcome: Outcome } {
  const { product, operations = [], isRead = false } = source;
  const { operation } = received;
  const code = received.code.trim();
  const match = find(source, { ...received, code });
  const mayRepeat = isRead || (safeOperations as readonly unknown[]).includes(operation);
  if (!match) {
    const signed = [operation, ...operations].some(isSigned);
    const advice =
      mayRepeat && !signed
        ? ({ next: "later", hint: DOUBLES_NOTHING } as const)
        : ({ next: "ask", hint: mayRepeat ? CHECK_INITIATOR : ASK_FIRST } as const);
    return { code: describe(product, code, undefined, { ...advice, customer: source.doubt }), outcome: "unknown" };
  }
  const isHarmless = mayRepeat && match.next === "ask";
  const next = isHarmless ? "later" : match.next;
  const hint = isHarmless ? DOUBLES_NOTHING : match.hint;
  const customer = match.customer ?? customerMessageFor(isRead ? next : match.next, source.doubt);
  return { code: describe(product, code, match, { next, hint, customer }), outcome: outcomeOf(match.next) };
}

const ASK_FIRST = "The outcome is unknown, not failed: ask for the status, and send nothing again before you know.";

/** The meaning of a code from its entry in the spec, if it has one, with the advice for the call at hand. */
export function describe(
  product: CodeProduct,
  code: string,
  match: CodeMatch | undefined,
  { next, hint, customer }: Pick<Code, "next" | "hint" | "customer">,
): Code {
  return {
    product,
    code,
    known: match !== undefined,
    kind: match?.kind,
    name: match?.name ?? "Unknown",
    meaning: match?.meaning ?? "Nobody has described this code for this product",
    fault: match?.fault ?? "none",
    next,
    hint,
    evidence: match?.evidence,
    customer,
  };
}

function find({ tables, operations }: CodeSource, { code, text, operation }: ReceivedCode): CodeMatch | undefined {
  for (const table of tables) {
    // No operation must not count as any: `poll` after a lost payment would be read as a harmless "not yet".
    for (const one of operations ?? [operation ?? ("" as OperationId)]) {
      const match = lookupCode(table, code, { message: text, operation: one });
      if (match) return match;
    }
  }
  return undefined;
}

/** What may be shown to a customer where the code itself names no message. */
export function customerMessageFor(next: NextStep, doubt: CustomerMessageKey): CustomerMessageKey {
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

function outcomeOf(next: NextStep): Outcome {
  switch (next) {
    case "none":
      return "succeeded";
    case "poll":
      return "pending";
    case "new":
    case "fix":
    case "no":
    case "later":
      return "failed";
    default:
      return "unknown";
  }
}
