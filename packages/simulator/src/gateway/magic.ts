import { type OperationId, type OperationInfo, operationTable } from "@mpesa/raw";
import { type CodeScope, codesByScope } from "@mpesa/raw/codes";
import { transactionLimit } from "@mpesa/raw/platform";
import { codesOf, SUCCESS } from "../codes.ts";
import type { Scenario } from "../scenario.ts";

/** Where magic values begin. Phone numbers `254700…` with a code, amounts near the limit of one transaction. */
const PHONE_BASE = 254_700_000_000;
const PHONE_OTHERS = 254_700_100_000;
const AMOUNT_BASE = 200_000;
const AMOUNT_OTHERS = 220_000;
const AMOUNT_ERRORS = 230_000;

/** The fields that magic reads, by operation: who pays or is paid, and how much. */
const fields: Partial<Record<OperationId, { phone?: string; amount?: string }>> = {
  stkPush: { phone: "PhoneNumber", amount: "Amount" },
  b2cPaymentV1: { phone: "PartyB", amount: "Amount" },
  b2cPaymentV3: { phone: "PartyB", amount: "Amount" },
  b2cValidatedPayment: { phone: "PartyB", amount: "Amount" },
  pochiPayment: { phone: "PartyB", amount: "Amount" },
  b2bPayment: { amount: "Amount" },
  taxRemittance: { amount: "Amount" },
  reversal: { amount: "Amount" },
  ussdPush: { amount: "amount" },
  accountBalance: { amount: "Remarks" },
  transactionStatus: { amount: "Remarks" },
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

const errorScopes = ["error", "fault", "http"] as const;
const byOperation = new Map<string, Map<string, Scenario>>();
const listed: MagicValue[] = build();

/** What a magic value in this request asks for. */
export function magicScenario(operation: OperationId, body: Readonly<Record<string, unknown>>): Scenario | null {
  const { phone, amount } = fields[operation] ?? {};
  const wanted = byOperation.get(operation);
  const found = (field: string | undefined): Scenario | undefined =>
    field ? wanted?.get(`${field} ${String(body[field])}`) : undefined;
  return found(phone) ?? found(amount) ?? null;
}

/** The table of magic values, in the manner of test card numbers. */
export function magicValues(): readonly MagicValue[] {
  return listed;
}

function build(): MagicValue[] {
  const rows = new Map<string, MagicValue>();
  for (const [id, { phone, amount }] of Object.entries(fields) as [
    OperationId,
    { phone?: string; amount?: string },
  ][]) {
    const { codeScope }: OperationInfo = operationTable[id];
    const scopeTable = codesByScope[codeScope];
    const add = (
      field: string,
      value: string,
      scope: string,
      info: { code: string; name: string; meaning: string },
      scenario: Scenario,
    ): void => {
      const wanted = byOperation.get(id) ?? new Map<string, Scenario>();
      byOperation.set(id, wanted.set(`${field} ${value}`, scenario));
      const row = rows.get(`${scope} ${info.code} ${field} ${value}`);
      const operations = [...(row?.operations ?? []), id];
      rows.set(`${scope} ${info.code} ${field} ${value}`, {
        operations,
        field,
        value,
        scope,
        code: info.code,
        name: info.name,
        meaning: info.meaning,
      });
    };
    for (const info of codesOf(codeScope, id)) {
      const scenario = { resultCode: info.code };
      const plain = /^\d{1,4}$/.test(info.code);
      const index = scopeTable.indexOf(info) + 1;
      if (phone)
        add(phone, String(plain ? PHONE_BASE + Number(info.code) : PHONE_OTHERS + index), codeScope, info, scenario);
      if (amount === "Remarks") {
        if (info.code !== SUCCESS) add(amount, `result ${info.code}`, codeScope, info, scenario);
      } else if (amount && info.code !== SUCCESS) {
        add(amount, String(plain ? AMOUNT_BASE + Number(info.code) : AMOUNT_OTHERS + index), codeScope, info, scenario);
      }
    }
    if (!amount) continue;
    for (const scope of errorScopes) {
      for (const info of codesOf(scope, id)) {
        const index = errorIndex(scope, info.code);
        const value = amount === "Remarks" ? `error ${info.code}` : String(AMOUNT_ERRORS + index);
        if (amount === "Remarks" || Number(value) <= transactionLimit)
          add(amount, value, scope, info, { errorCode: info.code });
      }
    }
  }
  return [...rows.values()];
}

function errorIndex(scope: CodeScope, code: string): number {
  const all = errorScopes.flatMap((one) => codesByScope[one].map((info) => `${one} ${info.code}`));
  return all.indexOf(`${scope} ${code}`) + 1;
}
