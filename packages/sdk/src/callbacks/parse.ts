import { resultTimeout } from "@mpesa/raw/platform";
import { type CallbackProduct, explainResult } from "../codes/callback-codes.ts";
import { FieldList, fieldsOf, listOf, plainKey } from "./field-list.ts";
import { ASKED, EXPECTED, EXPECTED_OF_RESULT, FIELDS, type Fields, RESULT_KINDS } from "./fields.ts";
import { inferKind, inferProduct, productOf } from "./infer.ts";
import type { Callback, CallbackIssue, CallbackKind, Outcome, ResultKind } from "./types.ts";
import type { PhoneNumber } from "./value-types.ts";
import { party } from "./values.ts";
import { withoutCredential } from "./without-credential.ts";

/** A result in the making. */
type Draft = Record<string, unknown>;
type Issues = CallbackIssue[];

const TIMEOUT = /* @__PURE__ */ new RegExp(resultTimeout.textPattern, "i");
/** The problem of a body that could be of several products. */
const OPEN =
  "is not clear from the fields. Name the product: pass it to the parser, or give each product its own callback URL.";

/** What the route knows. */
export interface ParseOptions {
  /** What the body should be. Without it the fields decide. */
  readonly kind?: CallbackKind | undefined;
  /** The product of a timeout. Without it the command decides. */
  readonly product?: ResultKind | undefined;
}

/** Reads a value as the given kind, or as the kind that its fields suggest. Never throws. */
export function parse(value: unknown, options?: ParseOptions): Callback {
  const issues: Issues = [];
  const raw = withoutCredential(value);
  let draft: Draft | undefined;
  try {
    // Of `raw` alone: an inbox stores it, and a redelivery must read the same.
    draft = build(raw, issues, options);
  } catch {
    // No known kind, or what JSON cannot hold: getters that throw, revoked proxies.
    issues.push({ path: "", problem: "not a callback" });
  }
  return { kind: "unrecognised", ...draft, issues, raw } as unknown as Callback;
}

function build(value: unknown, issues: Issues, given: ParseOptions = {}): Draft | undefined {
  const body = fieldsOf(value);
  const result = body.get("Result");
  const inferred = inferKind(body);
  let [kind, confidence] = given.kind ? ([given.kind, "certain"] as const) : inferred;
  let { product } = given;
  // Many give one URL for results and for timeouts.
  if (isProduct(kind) && inferred[0] === "timeout") [kind, product] = ["timeout", kind];

  const isStk = kind === "stk";
  let isResult = kind === "result" || isProduct(kind);
  const stk = fieldsOf(body.get("Body") ?? value).get("stkCallback");
  const head = fieldsOf(isStk ? stk : isResult ? result : kind === "timeout" ? (result ?? value) : value);
  const items = listOf(head, "CallbackMetadata", "Item");
  const parameters = listOf(head, "ResultParameters", "ResultParameter");
  const references = listOf(head, "ReferenceData", "ReferenceItem");
  const details = new FieldList([...items.entries, ...parameters.entries, ...references.entries]);
  // A status result's list repeats the names of the ids.
  const find = (name: string): unknown =>
    head.get(name) ?? (/conversation/i.test(name) ? undefined : details.get(name));
  const isPull = kind === "pull";
  const draft = isPull ? {} : readFields(find, issues);
  if (isPull) {
    const rows = [body.get("Response") ?? value].flat(3).map(fieldsOf);
    const transactions = rows
      .filter((row) => row.get("transactionId"))
      .map((row) => readFields((name) => row.get(name), issues));
    // "None" is documented as an empty list in a list.
    if (transactions[0] || !rows[0]) draft["transactions"] = transactions;
  }

  // Only your own request has a credential, redacted or not.
  const isEcho = fieldsOf(result).get("SecurityCredential") !== undefined;
  const isTimedOut = isResult && (isEcho || saysTimeout(draft)) && !isDone(draft);
  if (isTimedOut) {
    if (isProduct(kind)) product = kind;
    [kind, confidence, isResult] = ["timeout", given.kind ? confidence : "likely", false];
  }
  const expected = (isResult ? EXPECTED_OF_RESULT : EXPECTED[kind as "stk"]).split(" ");
  const missing = expected.filter((field) => !(field in draft));
  for (const path of missing) issues.push({ path, problem: "missing" });
  // A timeout may have any shape.
  if (!expected[missing.length] && !isTimedOut && !(kind === "timeout" && inferred[0] === kind)) return undefined;

  const isOpen = kind === "result" || (kind === "timeout" && result !== undefined && !product);
  const [inferredProduct, certainty] = isOpen ? inferProduct(draft, details, references) : [];
  if (kind === "result") [kind, confidence] = [inferredProduct as ResultKind, certainty ?? "guess"];
  Object.assign(draft, { kind, confidence }, isStk && { items }, isResult && { parameters, references });
  if (kind === "timeout") {
    // Its code would be read as a failure's.
    delete draft["resultCode"];
    product ??= productOf(draft["commandId"]) ?? (certainty === "guess" ? undefined : inferredProduct);
    if (!product) issues.push({ path: "product", problem: OPEN });
    Object.assign(draft, { outcome: "unknown" }, product && { product });
  } else if (isResult || isStk || kind === "ussd") {
    decide(draft, details, issues);
  } else {
    const form = (draft["phoneNumber"] as PhoneNumber | undefined)?.kind;
    if (form === "sha256") draft["version"] = "v1";
    if (form === "masked") draft["version"] = "v2";
  }
  return draft;
}

/** Whether a result is a queue timeout. It has the outcome of one whatever its code is, which is often 1. */
function saysTimeout({ resultType, resultDescription, errorMessage }: Draft): boolean {
  return Number(resultType) === resultTimeout.resultType || TIMEOUT.test(`${resultDescription} ${errorMessage}`);
}

/** Whether a result has a success code, and with it what only a processed request has. */
function isDone({ resultCode, transactionId, receipt, accounts, transactionStatus }: Draft): boolean {
  const isSuccess = explainResult("b2c", `${resultCode}`, undefined).outcome === "succeeded";
  return isSuccess && (transactionId ?? receipt ?? accounts ?? transactionStatus) !== undefined;
}

/** Says what became of it by the code alone; texts vary. */
function decide(draft: Draft, details: FieldList, issues: Issues): void {
  const { kind, resultCode } = draft;
  const { code, outcome } = resultCode
    ? explainResult(kind as CallbackProduct, resultCode as string, draft["resultDescription"] as string | undefined)
    : { code: undefined, outcome: "unknown" as const };
  Object.assign(draft, { outcome }, code && { code });
  if (kind === "stk" && outcome === "succeeded" && !draft["receipt"])
    issues.push({ path: "receipt", problem: "missing" });
  // Of a guess not even the query and the payment can be told apart.
  if (draft["confidence"] === "guess") {
    draft["outcome"] = "unknown";
    issues.push({ path: "kind", problem: OPEN });
  }
  if (kind === "status") {
    // Zero says that the query worked; the status says what became of the transaction.
    const asked = outcome === "succeeded" ? statusOutcome(plainKey(`${draft["transactionStatus"]}`)) : "unknown";
    // The wire may call the creditor DebitPartyName too.
    const [debitParty, creditParty] = details.all("DebitPartyName").map(party);
    Object.assign(
      draft,
      { outcome: asked, queryOutcome: outcome },
      readFields((name) => details.get(name), issues, ASKED),
      creditParty && { debitParty, creditParty: draft["creditParty"] ?? creditParty },
    );
  }
}

function statusOutcome(word: string): Outcome {
  if (word === "completed") return "succeeded";
  if (/^(canceled|declined|expired)$/.test(word)) return "failed";
  return /^(initiated|authorised)$/.test(word) ? "pending" : "unknown";
}

/** Whether a kind is that of a result. */
export function isProduct(kind: unknown): kind is ResultKind {
  return RESULT_KINDS.includes(kind as ResultKind);
}

/** Reads the fields that are there. Blank is the same as absent; what cannot be read is an issue. */
function readFields(find: (name: string) => unknown, issues: Issues, fields: Fields = FIELDS): Draft {
  const draft: Draft = {};
  for (const [path, reader, names] of fields) {
    let value: unknown;
    for (const name of names) value ??= find(name);
    const parsed = value === undefined ? null : reader(value);
    if (parsed === undefined) issues.push({ path, problem: "unreadable" });
    else if (parsed !== null) draft[path] = parsed;
  }
  return draft;
}
