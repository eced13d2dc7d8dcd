import { sandbox } from "@mpesa/raw/platform";
import { createInitiatorGuard, type MpesaEvent } from "@mpesa/sdk";
import { expect, test } from "vitest";
import { openShop, PHONE, type Shop } from "./shop.ts";

const right = { name: sandbox.initiatorName, password: sandbox.initiatorPassword };
const wrong = { name: sandbox.initiatorName, password: "An-Old-Password-1!" };
const MINUTE = 60_000;

/** A shop whose client and handler share a guard. */
function openGuarded(options: Parameters<typeof openShop>[0] = {}) {
  const events: MpesaEvent[] = [];
  let daraja: Shop["daraja"] | undefined;
  const initiatorGuard = createInitiatorGuard({ clock: { now: () => daraja?.now() ?? 0 } });
  const shop = openShop({
    ...options,
    client: { ...options.client, initiatorGuard, onEvent: (event) => void events.push(event) },
    handler: { ...options.handler, initiatorGuard },
  });
  daraja = shop.daraja;
  const warnings = (): string[] => events.flatMap((event) => (event.type === "warning" ? [event.code] : []));
  return { ...shop, initiatorGuard, warnings };
}

type Guarded = ReturnType<typeof openGuarded>;

async function payOut(
  { mpesa, handler, daraja }: Guarded,
  initiator: { name: string; password: string },
): Promise<void> {
  await mpesa.b2c.pay({
    phoneNumber: PHONE,
    amount: 50,
    initiator: { ...initiator, key: daraja.publicKey },
    resultUrl: await handler.url("b2c", { reference: "payout" }),
    timeoutUrl: await handler.url("timeout", { product: "b2c", reference: "payout" }),
  });
  await daraja.settled();
}

const codes = ({ events }: Guarded): unknown[] =>
  events.map((event) => ("resultCode" in event ? event.resultCode : event.kind));
const HELD = { type: "MpesaAuthError", status: undefined };

test("an initiator with a wrong password is not locked, and pays as soon as the password is right", async () => {
  const shop = openGuarded();
  for (let nth = 0; nth < 2; nth++) await payOut(shop, wrong);
  for (let nth = 0; nth < 5; nth++) await expect(payOut(shop, wrong)).rejects.toMatchObject(HELD);
  expect(codes(shop)).toEqual(["2001", "2001"]);
  // A third wrong try would have locked it.
  await payOut(shop, right);
  expect(codes(shop)).toEqual(["2001", "2001", "0"]);
  expect(shop.warnings()).toEqual(["initiatorHeld"]);
});

test("without a guard the third try locks it, also for the right password", async () => {
  const shop = openShop();
  const guarded = { ...shop, initiatorGuard: shop.mpesa.initiatorGuard, warnings: () => [] };
  for (let nth = 0; nth < 3; nth++) await payOut(guarded, wrong);
  await payOut(guarded, right);
  expect(codes(guarded)).toEqual(["2001", "2001", "2001", "8006"]);
});

test("a locked initiator is asked for twice in ten minutes, not in a loop", async () => {
  const organisations = [{ shortCode: sandbox.shortCode, initiators: [{ ...right, locked: true }] }];
  const shop = openGuarded({ simulator: { organisations } });
  for (let nth = 0; nth < 10; nth++) await payOut(shop, right).catch(() => undefined);
  expect(codes(shop)).toEqual(["8006", "8006"]);
  await shop.daraja.advance(10 * MINUTE);
  await payOut(shop, right);
  expect(codes(shop)).toEqual(["8006", "8006", "8006"]);
});

test.each(["duplicate", "late", "early", "reordered"] as const)(
  "counts each rejection once, however its callback comes: %s",
  async (callback) => {
    const shop = openGuarded();
    shop.daraja.next("b2c", { callback });
    await payOut(shop, wrong);
    for (const { id } of shop.daraja.callbacks) await shop.daraja.replay(id);
    await payOut(shop, wrong);
    await shop.daraja.advance(MINUTE);
    await expect(payOut(shop, wrong)).rejects.toMatchObject(HELD);
    expect(codes(shop)).toEqual(["2001", "2001"]);
  },
);

test("balances and status queries of every product count together", async () => {
  const shop = openGuarded();
  const { mpesa, handler, daraja } = shop;
  const initiator = { ...wrong, key: daraja.publicKey };
  const timeoutUrl = await handler.url("timeout", { product: "balance" });
  const balance = async () => mpesa.account.balance({ initiator, resultUrl: await handler.url("balance"), timeoutUrl });
  await balance();
  await daraja.settled();
  await mpesa.transactions.status({
    receipt: "UJ63T9K5AB",
    initiator,
    resultUrl: await handler.url("status"),
    timeoutUrl,
  });
  await daraja.settled();
  await expect(balance()).rejects.toMatchObject(HELD);
  await shop.initiatorGuard.reset(wrong.name);
  await balance();
});
