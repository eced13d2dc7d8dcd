import type { OperationId } from "@mpesa/raw";
import { type CodeInfo, type CodeScope, codesByScope } from "@mpesa/raw/codes";
import { refusalScopes, responseScope, resultScope } from "../abilities.ts";
import { codesOf } from "../codes.ts";
import type { Scenario } from "../scenario.ts";

/** Where magic values begin. Phone numbers `254700…` with a code, amounts near the limit of one transaction. */
const PHONE_BASE = 254_700_000_000;
const PHONE_OTHERS = 254_700_100_000;
const AMOUNT_BASE = 200_000;
const AMOUNT_OTHERS = 220_000;
const AMOUNT_ERRORS = 230_000;
const AMOUNT_RESPONSES = 240_000;

/** The fields that magic reads, by operation: who pays or is paid, how much, or else a text. */
interface Fields {
  readonly phone?: string;
  readonly amount?: string;
  readonly text?: string;
}
const payout: Fields = { phone: "PartyB", amount: "Amount" };
const fields: Readonly<Partial<Record<OperationId, Fields>>> = {
  stkPush: { phone: "PhoneNumber", amount: "Amount" },
  c2bSimulateV1: { amount: "Amount" },
  c2bSimulateV2: { amount: "Amount" },
  b2cPaymentV1: payout,
  b2cPaymentV3: payout,
  b2cValidatedPayment: payout,
  pochiPayment: payout,
  b2bPayment: { amount: "Amount" },
  taxRemittance: { amount: "Amount" },
  reversal: { amount: "Amount" },
  ussdPush: { amount: "amount" },
  accountBalance: { text: "Remarks" },
  transactionStatus: { text: "Remarks" },
  qrGenerate: { text: "RefNo" },
};

/** One line of the table of magic values. */
export interface MagicValue {
  readonly operations: readonly OperationId[];
  readonly field: string;
  readonly value: string;
  readonly scope: string;
  readonly code: string;
  readonly name: string;
  readonly meaning: string;
}

/** A magic value that a request has. */
interface Found {
  readonly field: string;
  readonly code: string;
  readonly name: string;
  readonly scenario: Scenario;
}

const byOperation = new Map<OperationId, Map<string, Found>>();
const listed: readonly MagicValue[] = build();

/** The magic value in this request, if it has one. */
export function magicValue(operation: OperationId, body: Readonly<Record<string, unknown>>): Found | undefined {
  const { phone, amount, text } = fields[operation] ?? {};
  const found = (field: string | undefined): Found | undefined =>
    field ? byOperation.get(operation)?.get(`${field} ${String(body[field])}`) : undefined;
  return found(phone) ?? found(amount) ?? found(text);
}

/** The table of magic values, in the manner of test card numbers. */
export function magicValues(): readonly MagicValue[] {
  return listed;
}

function build(): MagicValue[] {
  const rows = new Map<string, MagicValue>();
  for (const [id, { phone, amount, text }] of Object.entries(fields) as [OperationId, Fields][]) {
    const add = (field: string | undefined, value: string | number, scope: CodeScope, info: CodeInfo): void => {
      if (!field) return;
      const { code, name, meaning } = info;
      const wanted = byOperation.get(id) ?? new Map<string, Found>();
      byOperation.set(id, wanted.set(`${field} ${value}`, { field, code, name, scenario: scenarioFor(scope, code) }));
      const key = `${scope} ${code} ${field} ${value}`;
      const operations = [...(rows.get(key)?.operations ?? []), id];
      rows.set(key, { operations, field, value: String(value), scope, code, name, meaning });
    };
    // What ends a simulated payment is a reply to Daraja, not one of Daraja's codes.
    const results = id.startsWith("c2b") ? undefined : resultScope(id);
    for (const info of results ? codesOf(results, id) : []) {
      const { code } = info;
      const plain = /^\d{1,4}$/.test(code);
      const index = codesByScope[results as CodeScope].indexOf(info) + 1;
      add(phone, plain ? PHONE_BASE + Number(code) : PHONE_OTHERS + index, results as CodeScope, info);
      if (isSuccess(info)) continue;
      add(amount, plain ? AMOUNT_BASE + Number(code) : AMOUNT_OTHERS + index, results as CodeScope, info);
      add(text, `result ${code}`, results as CodeScope, info);
    }
    for (const scope of refusalScopes) {
      for (const info of codesOf(scope, id)) {
        add(amount, AMOUNT_ERRORS + refusalIndex(scope, info.code), scope, info);
        add(text, `error ${info.code}`, scope, info);
      }
    }
    if (responseScope(id) !== "response") continue;
    for (const info of codesOf("response", id)) {
      if (isSuccess(info)) continue;
      add(amount, AMOUNT_RESPONSES + codesByScope.response.indexOf(info) + 1, "response", info);
      add(text, `response ${info.code}`, "response", info);
    }
  }
  return [...rows.values()];
}

function scenarioFor(scope: CodeScope, code: string): Scenario {
  if (scope === "response") return { responseCode: code };
  return (refusalScopes as readonly CodeScope[]).includes(scope) ? { errorCode: code } : { resultCode: code };
}

function isSuccess({ code }: CodeInfo): boolean {
  return /^0+$/.test(code);
}

function refusalIndex(scope: CodeScope, code: string): number {
  const all = refusalScopes.flatMap((one) => codesByScope[one].map((info) => `${one} ${info.code}`));
  return all.indexOf(`${scope} ${code}`) + 1;
}
