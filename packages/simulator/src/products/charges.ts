import { accountNames } from "@mpesa/raw/platform";
import { charges } from "../defaults.ts";
import type { Engine } from "../engine/engine.ts";
import { FEES, move, organisationAccount } from "../engine/ledger.ts";
import type { Cents, OrganisationRecord } from "../state/records.ts";

/** Books M-Pesa's charge on the account that exists for it; it runs below zero. */
export function payCharge(
  engine: Engine,
  { shortCode }: OrganisationRecord,
  receipt: string,
  kind: keyof typeof charges,
): Cents {
  const amount = charges[kind];
  move(engine, {
    receipt,
    from: organisationAccount(shortCode, accountNames.charges),
    to: FEES,
    amount,
    text: "Charge",
  });
  return amount;
}
