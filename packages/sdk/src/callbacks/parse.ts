import { resultTimeout, transactionStatuses } from "@mpesa/raw/platform";
import { type CallbackProduct, explainResult } from "../codes/callback-codes.ts";
import { inferKind, inferProduct, productOf } from "./infer.ts";
import { isResultKind } from "./kinds.ts";
import { readFields, type Shape, shapeOf, unknownNames } from "./shape.ts";
import type { Callback, CallbackIssue, CallbackKind, Confidence, Outcome, ResultKind } from "./types.ts";
import type { PhoneNumber } from "./value-types.ts";
import { type FieldList, fieldsOf, listOf, party, plainKey } from "./values.ts";
import { withoutCredential } from "./without-credential.ts";

/** The fields of a callback that is being read. */
type Fields = Record<string, unknown>;
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
export function parse(value: unknown, options: ParseOptions = {}): Callback {
  const issues: Issues = [];
  const raw = withoutCredential(value);
  let fields: Fields | undefined;
  try {
    // Of `raw` alone: an inbox stores it, and a redelivery must read the same.
    fields = read(raw, options, issues);
  } catch {
    // No known kind, or what JSON cannot hold: getters that throw, revoked proxies.
    issues.push({ path: "", problem: "not a callback" });
  }
  return { kind: "unrecognised", ...fields, issues, raw } as unknown as Callback;
}

function read(value: unknown, { kind, product }: ParseOptions, issues: Issues): Fields | undefined {
  const body = fieldsOf(value);
  // Many give one URL for results and for timeouts.
  const isOpen = kind === undefined || kind === "timeout" || isResultKind(kind);
  const inferred = isOpen ? inferKind(body) : undefined;
  if (isResultKind(kind) && inferred?.kind === "timeout")
    return readTimeout(body, { product: kind }, issues, "certain");
  const found = kind ?? inferred?.kind;
  const confidence = kind ? "certain" : (inferred?.confidence ?? "guess");
  if (found === undefined) throw new TypeError("no known kind");
  if (found === "timeout")
    return readTimeout(body, { product, isCertain: inferred?.kind === "timeout" }, issues, confidence);
  if (found === "pull") return readPull(body, value, issues, confidence);
  if (found === "result" || isResultKind(found)) return readResult(body, found, issues, confidence);
  return readFlat(body, found, issues, confidence);
}

/** The object that has the fields of a kind, and its lists. Names before the last one of an envelope may be absent. */
function open(
  body: FieldList,
  { envelope, lists }: Shape,
): { head: FieldList; lists: Readonly<Record<string, FieldList>> } {
  let head = body;
  for (const [index, name] of envelope.entries()) {
    const inner = head.get(name);
    if (inner !== undefined || index === envelope.length - 1) head = fieldsOf(inner);
  }
  const found: Record<string, FieldList> = {};
  for (const list of Object.keys(lists)) {
    const [name, member] = lists[list] as readonly [string, string];
    found[list] = listOf(head, name, member);
  }
  return { head, lists: found };
}

/** An STK push, a USSD push, and what customers pay by themselves. */
function readFlat(
  body: FieldList,
  kind: Exclude<CallbackKind, ResultKind | "timeout" | "pull">,
  issues: Issues,
  confidence: Confidence,
): Fields | undefined {
  const shape = shapeOf(kind);
  const { head, lists } = open(body, shape);
  const places = Object.values(lists);
  const fields = readFields(shape, { envelope: head, lists: places }, issues);
  if (!hasExpected(shape, fields, issues)) return undefined;
  const unknownFields = unknownNames(shape, [head, ...places]);
  Object.assign(fields, { kind, confidence, unknownFields }, lists);
  if (kind === "stk" || kind === "ussd") {
    decide(fields, kind, issues, shape);
    if (kind === "stk" && fields["outcome"] === "succeeded" && !fields["receipt"])
      issues.push({ path: "receipt", problem: "missing" });
    return fields;
  }
  const form = (fields["phoneNumber"] as PhoneNumber | undefined)?.kind;
  if (form === "sha256") fields["version"] = "v1";
  if (form === "masked") fields["version"] = "v2";
  return fields;
}

function readResult(
  body: FieldList,
  found: ResultKind | "result",
  issues: Issues,
  routeConfidence: Confidence,
): Fields | undefined {
  // All results have the same envelope and the same lists.
  const { head, lists } = open(body, shapeOf("b2c"));
  const { parameters, references } = lists as { parameters: FieldList; references: FieldList };
  const inferred = found === "result" ? inferProduct(head, { parameters, references }) : undefined;
  const kind = inferred?.kind ?? (found as ResultKind);
  const confidence = inferred?.confidence ?? routeConfidence;
  const shape = shapeOf(kind);
  const own: Issues = [];
  const fields = readFields(shape, { envelope: head, lists: [parameters, references] }, own);
  // Only your own request has a credential, redacted or not.
  const isEcho = head.get("SecurityCredential") !== undefined;
  if ((isEcho || saysTimeout(fields)) && !isDone(fields)) {
    const product = found === "result" ? undefined : found;
    return readTimeout(body, { product, isCertain: true }, issues, found === "result" ? "likely" : routeConfidence);
  }
  issues.push(...own);
  if (!hasExpected(shape, fields, issues)) return undefined;
  const unknownFields = unknownNames(shape, [head, parameters, references]);
  Object.assign(fields, { kind, confidence, unknownFields, parameters, references });
  decide(fields, kind, issues, shape);
  // Of a guess not even the query and the payment can be told apart.
  if (confidence === "guess") {
    fields["outcome"] = "unknown";
    issues.push({ path: "kind", problem: OPEN });
  }
  if (kind === "status")
    decideStatus(fields, [...parameters.all("DebitPartyName"), ...references.all("DebitPartyName")]);
  return fields;
}

function readTimeout(
  body: FieldList,
  { product, isCertain = true }: { readonly product?: ResultKind | undefined; readonly isCertain?: boolean },
  issues: Issues,
  confidence: Confidence,
): Fields | undefined {
  const shape = shapeOf("timeout");
  const result = body.get("Result");
  const { head, lists } = open(result === undefined ? body : fieldsOf(result), shape);
  const { parameters, references } = lists as { parameters: FieldList; references: FieldList };
  const fields = readFields(shape, { envelope: head, lists: [parameters, references] }, issues);
  // A timeout may have any shape.
  if (!hasExpected(shape, fields, issues) && !isCertain) return undefined;
  const inferred = result !== undefined && !product ? inferProduct(head, { parameters, references }) : undefined;
  const named = product ?? productOf(fields["commandId"]);
  const known = named ?? (inferred && inferred.confidence !== "guess" ? inferred.kind : undefined);
  if (!known) issues.push({ path: "product", problem: OPEN });
  const unknownFields = unknownNames(shape, [head, parameters, references]);
  return Object.assign(
    fields,
    { kind: "timeout", confidence, unknownFields, outcome: "unknown" },
    known && { product: known },
  );
}

function readPull(body: FieldList, value: unknown, issues: Issues, confidence: Confidence): Fields | undefined {
  const shape = shapeOf("pullRow");
  const rows = [body.get("Response") ?? value].flat(3).map(fieldsOf);
  const found = rows.filter((row) => shape.fields[0]?.from.some((name) => row.get(name)));
  const transactions = found.map((envelope) => readFields(shape, { envelope, lists: [] }, issues));
  // "None" is documented as an empty list in a list.
  if (!transactions[0] && rows[0]) {
    issues.push({ path: "transactions", problem: "missing" });
    return undefined;
  }
  return { kind: "pull", confidence, unknownFields: unknownNames(shape, found), transactions };
}

/** Whether any of the fields is there that every callback of the kind has. Each that is missing is an issue. */
function hasExpected({ expected }: Shape, fields: Fields, issues: Issues): boolean {
  const missing = expected.filter((field) => !(field in fields));
  for (const path of missing) issues.push({ path, problem: "missing" });
  return missing.length < expected.length;
}

/** Whether a result is a queue timeout. It has the outcome of one whatever its code is, which is often 1. */
function saysTimeout({ resultType, resultDescription, errorMessage }: Fields): boolean {
  return Number(resultType) === resultTimeout.resultType || TIMEOUT.test(`${resultDescription} ${errorMessage}`);
}

/** Whether a result has a success code, and with it what only a processed request has. */
function isDone({ resultCode, transactionId, receipt, accounts, transactionStatus }: Fields): boolean {
  const isSuccess = explainResult("b2c", `${resultCode}`, undefined).outcome === "succeeded";
  return isSuccess && (transactionId ?? receipt ?? accounts ?? transactionStatus) !== undefined;
}

/** Adds the outcome that the result code proves, and the meaning of the code. */
function decide(fields: Fields, kind: CallbackProduct, issues: Issues, { identifiedBy }: Shape): void {
  const { resultCode, resultDescription } = fields as { resultCode?: string; resultDescription?: string };
  if (!resultCode) {
    fields["outcome"] = "unknown";
    return;
  }
  const { code, outcome } = explainResult(kind, resultCode, resultDescription);
  const isNamed = identifiedBy === undefined || Boolean(fields[identifiedBy]);
  if (!isNamed && outcome !== "unknown")
    issues.push({ path: "outcome", problem: `is unknown: without ${identifiedBy} it names no payment` });
  Object.assign(fields, { outcome: isNamed ? outcome : "unknown", code });
}

/** The code says that the query worked; the status says what became of the transaction. */
function decideStatus(fields: Fields, debitParties: readonly unknown[]): void {
  const { outcome, transactionStatus } = fields;
  fields["queryOutcome"] = outcome;
  fields["outcome"] = outcome === "succeeded" ? statusOutcome(`${transactionStatus}`) : "unknown";
  // The wire may call the creditor DebitPartyName too.
  const [debitParty, creditParty] = debitParties.map(party);
  if (creditParty) Object.assign(fields, { debitParty, creditParty: fields["creditParty"] ?? creditParty });
}

function statusOutcome(status: string): Outcome {
  const known = Object.entries(transactionStatuses).find(([word]) => plainKey(word) === plainKey(status));
  return known?.[1] ?? "unknown";
}
