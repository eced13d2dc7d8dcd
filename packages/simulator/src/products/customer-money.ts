import { ResultCode } from "@mpesa/raw/codes";
import { dailyLimit } from "@mpesa/raw/platform";
import type { Engine } from "../engine/engine.ts";
import { balanceOf, canGive, customerAccount, lend, type Movement, move, toCents } from "../engine/ledger.ts";
import { dayOf } from "../engine/time.ts";
import type { Cents, CustomerRecord } from "../state/records.ts";

/**
 * The result code, of any product, for which a customer cannot pay this; undefined when it is possible.
 * @param sure what is missing is lent, and the daily limit does not count
 */
export function refusePayer(
  engine: Engine,
  customer: CustomerRecord,
  amount: Cents,
  sure: boolean,
): string | undefined {
  const account = customerAccount(customer.phone);
  if (sure) lend(engine, account, amount);
  if (!canGive(engine, account, amount)) return ResultCode.InsufficientFunds;
  return !sure && spentToday(engine, customer) + amount > customer.limit ? ResultCode.DailyLimitExceeded : undefined;
}

/** Why a customer cannot receive this: the account holds no more than the limit. */
export function refuseReceiver(engine: Engine, customer: CustomerRecord, amount: Cents): string | undefined {
  return balanceOf(engine, customerAccount(customer.phone)) + amount > toCents(dailyLimit)
    ? ResultCode.MaximumBalanceExceeded
    : undefined;
}

/** Moves a customer's money and counts it for the day. */
export function spend(engine: Engine, customer: CustomerRecord, movement: Omit<Movement, "from">): void {
  const before = spentToday(engine, customer);
  move(engine, { ...movement, from: customerAccount(customer.phone) });
  customer.day = dayOf(engine.now());
  customer.spentToday = before + movement.amount;
  engine.store.customers.put(customer.phone, customer);
}

function spentToday(engine: Engine, { day, spentToday: spent }: CustomerRecord): Cents {
  return day === dayOf(engine.now()) ? spent : 0;
}
