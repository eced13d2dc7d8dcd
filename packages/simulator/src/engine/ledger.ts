import { mostIssued } from "../defaults.ts";
import type { AccountRecord, Cents } from "../state/records.ts";
import type { Engine } from "./engine.ts";

/** The accounts of M-Pesa itself: where opening balances come from, and where charges go. */
export const ISSUE = "mpesa:issue";
export const FEES = "mpesa:fees";

/** `customer:2547…` and `174379:Utility Account`. */
export const customerAccount = (phone: string): string => `customer:${phone}`;
export const organisationAccount = (shortCode: string, name: string): string => `${shortCode}:${name}`;

/** `80,000,000,000,000`, as sentences write it. */
export const mostIssuedText: string = mostIssued.toLocaleString("en");

export const toCents = (shillings: number | string): Cents => Math.round(Number(shillings) * 100);
/** `10116.00`: money as results write it. */
export const money = (amount: Cents): string => (amount / 100).toFixed(2);

/** Below this the issue account gives nothing more. */
export const issueFloor: Cents = -toCents(mostIssued);

/** @throws TypeError when M-Pesa's issue account cannot give the opening balance */
export function openAccount(
  engine: Engine,
  owner: string,
  name: string,
  opening: Cents,
  floor: Cents | null = 0,
): AccountRecord {
  if (opening > 0 && !canGive(engine, ISSUE, opening))
    throw new TypeError(
      `the balances of all organisations and customers must not exceed ${mostIssuedText} shillings in total; lower balance in organisations or customers`,
    );
  const id = `${owner}:${name}`;
  const account = engine.store.accounts.put(id, { id, owner, name, balance: 0, floor });
  if (opening > 0) move(engine, { receipt: "OPENING", from: ISSUE, to: id, amount: opening, text: "Opening balance" });
  return account;
}

export function balanceOf(engine: Engine, id: string): Cents {
  return engine.store.accounts.get(id)?.balance ?? 0;
}

/** Whether an account can give this much without falling below its floor. */
export function canGive(engine: Engine, id: string, amount: Cents): boolean {
  const account = engine.store.accounts.get(id);
  return account !== undefined && (account.floor === null || account.balance - amount >= account.floor);
}

/** One movement; the only way in which a balance changes. */
export interface Movement {
  readonly receipt: string;
  readonly from: string;
  readonly to: string;
  readonly amount: Cents;
  readonly text: string;
}

/** @throws Error when the simulator itself would create, lose or overdraw money */
export function move(engine: Engine, movement: Movement): void {
  const { from, to, amount } = movement;
  const source = engine.store.accounts.get(from);
  const target = engine.store.accounts.get(to);
  if (!source || !target) throw new Error(`there is no account ${source ? to : from}`);
  if (!Number.isSafeInteger(amount) || amount < 0) throw new Error(`${amount} is no amount of cents`);
  if (!Number.isSafeInteger(target.balance + amount)) throw new Error(`${to} cannot hold ${money(amount)} more`);
  if (!canGive(engine, from, amount)) throw new Error(`${from} has too little for ${money(amount)}`);
  if (amount === 0) return;
  source.balance -= amount;
  target.balance += amount;
  engine.store.accounts.put(from, source);
  engine.store.accounts.put(to, target);
  const id = String(engine.serial());
  engine.store.entries.put(id, { id, at: engine.now(), ...movement });
}

/**
 * Lends an account what it lacks to give this much, as a movement like any other. Nothing happens when the issue account
 * cannot give that: check with `canGive` afterwards.
 */
export function lend(engine: Engine, to: string, amount: Cents): void {
  const account = engine.store.accounts.get(to);
  if (!account || canGive(engine, to, amount)) return;
  const missing = amount - account.balance + (account.floor ?? 0);
  if (!canGive(engine, ISSUE, missing)) return;
  move(engine, { receipt: "LENT", from: ISSUE, to, amount: missing, text: "Lent so that this succeeds" });
}
