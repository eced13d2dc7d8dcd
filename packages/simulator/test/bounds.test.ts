import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { OperationId } from "@mpesa/raw";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createSimulator, type StateFile } from "../src/index.ts";
import { startServer } from "../src/server/index.ts";
import { bench, goodRequest } from "./support/daraja.ts";
import { folder, kill, launch, post, state, tokenOf } from "./support/process.ts";

const PHONE = "254712345678";
/** Ends with a success, whatever the balance. */
const forced = { resultCode: "0" } as const;
const b2b = (Amount: number | string) => ({ ...goodRequest("b2bPayment"), Amount });
const safe = ({ ledger }: Pick<ReturnType<typeof createSimulator>, "ledger">): void => {
  expect(ledger.total()).toBe(0);
  for (const { id, balance, floor } of ledger.accounts) {
    expect(Number.isSafeInteger(balance), id).toBe(true);
    expect(balance, id).toBeGreaterThanOrEqual(floor ?? Number.MIN_SAFE_INTEGER);
  }
};

describe("an amount beyond all measure", () => {
  const amounts = [99_999_999_999_999, "99999999999999", 1_000_000_000_001, "9".repeat(400), 1e300];
  const operations: readonly (readonly [OperationId, string])[] = [
    ["b2bPayment", "Amount"],
    ["taxRemittance", "Amount"],
    ["ussdPush", "amount"],
    ["stkPush", "Amount"],
    ["c2bSimulateV1", "Amount"],
    ["c2bSimulateV2", "Amount"],
    ["b2cPaymentV1", "Amount"],
    ["b2cPaymentV3", "Amount"],
    ["b2cValidatedPayment", "Amount"],
    ["pochiPayment", "Amount"],
    ["reversal", "Amount"],
    ["qrGenerate", "Amount"],
  ];

  it.each(operations)("is refused in Daraja's words, success forced or not: %s", async (operation, field) => {
    const one = bench();
    for (const amount of amounts) {
      one.daraja.next(operation, forced);
      const { status, body } = await one.send(operation, { ...goodRequest(operation), [field]: amount });
      expect([status, body["errorMessage"]], String(amount)).toEqual([400, `Bad Request - Invalid ${field}`]);
    }
    await one.daraja.settled();
    expect(one.received).toEqual([]);
    safe(one.daraja);
  });

  it("is refused of the customer, in process and on the page's interface", async () => {
    const server = await startServer({ port: 0, clock: "virtual" });
    const customer = server.simulator.customer(PHONE);
    for (const amount of [250_001, 1e300, Number.POSITIVE_INFINITY, Number.NaN, -1, 0.5]) {
      expect(() => customer.pay({ shortCode: "600000", amount }), String(amount)).toThrow("amount must be");
      for (const details of [{ balance: amount * 2 }, { limit: amount * 1e8 }])
        if (!(amount > 0 && amount < 1)) expect(() => customer.set(details)).toThrow(/^(?:balance|limit) must be/);
    }
    for (const [action, body] of [
      ["pay", { shortCode: "600000", amount: 1e300 }],
      ["pay", { shortCode: "600000", amount: "9".repeat(400) }],
      ["set", { balance: 1e300 }],
      ["set", { balance: "5" }],
      ["set", { limit: 1e13 }],
    ] as const) {
      const answer = await fetch(`${server.url}/_simulator/customers/${PHONE}/${action}`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
      });
      expect([answer.status, await answer.json()]).toEqual([400, { problem: expect.stringMatching(/must be/) }]);
    }
    expect(customer.balance).toBe(50_000);
    await server.close();
  });

  it.each([
    [{ organisations: [{ shortCode: "600111", balance: 1e12 + 1 }] }, /^organisations\[0\]\.balance must be a number/],
    [
      { organisations: Array.from({ length: 41 }, (_, at) => ({ shortCode: String(700_000 + at), balance: 1e12 })) },
      /^the balances of all organisations and customers must not exceed 80,000,000,000,000 shillings in total/,
    ],
    [{ customers: [{ phone: PHONE, limit: 1e12 + 1 }] }, /^customers\[0\]\.limit must be a number/],
    [{ delays: { lateMs: 2_147_483_648 } }, /^delays\.lateMs must be a number from 0 to 2147483647/],
    [{ deliveryTimeoutMs: 2_147_483_648 }, /^deliveryTimeoutMs must be a number from 0 to 2147483647/],
    [{ validationDeadlineMs: 1e12 }, /^validationDeadlineMs must be a number from 0 to 2147483647/],
  ])("is refused of the options: case %#", (options, sentence) => {
    expect(() => createSimulator(options)).toThrow(sentence);
  });

  it("may be a large one, as often as one likes: what cannot be lent is not paid", async () => {
    const one = bench();
    one.daraja.always("b2b", forced);
    const pay = async (amount: number): Promise<unknown> => {
      await one.send("b2bPayment", b2b(amount));
      await one.daraja.settled();
      safe(one.daraja);
      return (one.received.at(-1)?.body["Result"] as { ResultCode: unknown } | undefined)?.ResultCode;
    };
    for (let at = 0; at < 75; at++) expect(await pay(1e12)).toBe("0");
    // Down to the last shilling.
    for (let amount = 1e12; amount >= 1; amount /= 10) for (let at = 0; at < 11 && (await pay(amount)) !== 1; at++);
    expect(await pay(1e12)).toBe(1);
    // With nothing left to lend, people come without money, and the ordinary course is what happens to them.
    const late = one.daraja.customer("0799000000");
    one.daraja.next("stk", forced);
    await one.send("stkPush", {
      ...goodRequest("stkPush"),
      PhoneNumber: late.phone,
      PartyA: late.phone,
      Amount: 250_000,
    });
    await one.daraja.settled();
    expect(JSON.stringify(one.received.at(-1)?.body)).toContain('"ResultCode":1,');
    expect(late.balance).toBe(0);
    expect(() => late.set({ balance: 5 })).toThrow("balance cannot be raised so far");
    expect(one.daraja.failures).toEqual([]);
    safe(one.daraja);
  });

  it("in a balance of the state file is refused at the start", async () => {
    const account = (id: string, owner: string, name: string, balance: number, floor: number | null) => ({
      table: "accounts",
      key: id,
      record: { id, owner, name, balance, floor },
    });
    const file = join(folder, "large.db");
    await (await startServer({ port: 0, state: file })).close();
    for (const change of [
      // 2^53 and 2^53 + 2: doubles that look as if they cancelled each other.
      [9_007_199_254_740_992, -9_007_199_254_740_992],
      [-100, 100],
      [0.5, -0.5],
    ]) {
      const database = new DatabaseSync(file);
      const write = database.prepare("UPDATE records SET json = ? WHERE name = 'accounts' AND key = ?");
      write.run(JSON.stringify(account("mpesa:fees", "mpesa", "fees", change[0] as number, 0).record), "mpesa:fees");
      const at = "174379:Organization Settlement Account";
      write.run(
        JSON.stringify(account(at, "174379", "Organization Settlement Account", change[1] as number, 0).record),
        at,
      );
      database.close();
      await expect(startServer({ port: 0, state: file }), String(change)).rejects.toThrow("its money does not add up");
    }
  });
});

describe("a job that throws", () => {
  beforeEach(() => void vi.spyOn(console, "error").mockImplementation(() => undefined));
  afterEach(() => void vi.restoreAllMocks());

  /** What a simulator knows after a push and a customer's payment, changed so that both jobs throw. */
  async function broken(): Promise<StateFile> {
    const rows = new Map<string, { table: string; key: string; record: object }>();
    const file: StateFile = {
      load: () => [...rows.values()],
      save: (changes) => {
        for (const { table, key, record } of changes)
          if (record) rows.set(`${table} ${key}`, { table, key, record: JSON.parse(JSON.stringify(record)) as object });
          else rows.delete(`${table} ${key}`);
      },
      close: () => undefined,
    };
    const one = bench({ state: file });
    one.daraja.customer(PHONE).enterPin();
    await one.send("stkPush", goodRequest("stkPush"));
    one.daraja.customer("254722222222").pay({ shortCode: "600000", amount: 100 });
    one.daraja.close();
    for (const { table, record } of rows.values())
      if (table === "prompts" || table === "payments") (record as { amount: number }).amount = -0.5;
    return file;
  }

  it("is recorded, taken off and printed; everything else goes on, and the phone is free again", async () => {
    const file = await broken();
    const one = bench({ state: file });
    const seen: string[] = [];
    one.daraja.subscribe((changes) => seen.push(...changes.map(({ table }) => table)));
    await one.daraja.settled();
    expect(one.daraja.failures).toMatchObject([
      { job: "validatePayment", operation: "customerPayment", problem: "-0.5 is no amount of cents" },
      { job: "completePrompt", operation: "stkPush", problem: "-0.5 is no amount of cents" },
    ]);
    expect(seen).toContain("failures");
    expect(console.error).toHaveBeenCalledTimes(2);
    expect(one.received).toEqual([]);
    safe(one.daraja);
    one.daraja.customer(PHONE).enterPin();
    expect((await one.send("stkPush", goodRequest("stkPush"))).status).toBe(200);
    await one.daraja.settled();
    expect(one.received).toHaveLength(1);
    const [failure] = one.daraja.failures;
    expect(bench({ state: file }).daraja.failures[0]).toEqual(failure);
  });

  it("on a real clock too", async () => {
    const one = bench({ state: await broken(), clock: "real", delays: { promptMs: 1, processingMs: 1 } });
    await one.daraja.settled();
    expect(one.daraja.failures).toHaveLength(2);
    one.daraja.close();
  });

  it("does not end the process, which starts again with the same state file after SIGKILL", async () => {
    const file = join(folder, "job.db");
    const first = await launch("--state", file);
    const token = await tokenOf(first.url);
    const good = { ResultURL: "http://127.0.0.1:9/result", QueueTimeOutURL: "http://127.0.0.1:9/timeout" };
    expect((await post(first.url, token, "/mpesa/b2b/v1/paymentrequest", { ...b2b(100), ...good })).status).toBe(200);
    const pay = await fetch(`${first.url}/_simulator/customers/${PHONE}/pay`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ shortCode: "600000", amount: 100 }),
    });
    expect(pay.status).toBe(200);
    await kill(first);
    // What earlier versions took on: the amount that cannot be written in cents, and its success forced.
    const database = new DatabaseSync(file);
    database.exec(`
      UPDATE records SET json = json_set(json, '$.body.Amount', '99999999999999', '$.scenario', json('{"resultCode":"0"}'))
        WHERE name = 'conversations';
      UPDATE records SET json = json_set(json, '$.amount', -50, '$.state', 'validating') WHERE name = 'payments';
      DELETE FROM records WHERE name = 'transactions'`);
    const { jobs } = database.prepare("SELECT count(*) AS jobs FROM records WHERE name = 'jobs'").get() as {
      jobs: number;
    };
    database.close();
    expect(jobs).toBe(2);
    const second = await launch("--state", file);
    await expect
      .poll(async () => (await state(second.url))["callbacks"]?.map(({ body }) => body))
      .toMatchObject([{ Result: { ResultCode: 1 } }]);
    await expect.poll(async () => (await state(second.url))["failures"]).toHaveLength(1);
    expect(second.lines.map((line) => JSON.parse(line) as object)).toContainEqual(
      expect.objectContaining({ event: "failure", job: "validatePayment", problem: "-50 is no amount of cents" }),
    );
    await kill(second);
    const third = await launch("--state", file);
    const { failures = [], accounts = [] } = await state(third.url);
    expect(failures).toHaveLength(1);
    expect(accounts.reduce((sum, { balance }) => sum + Number(balance), 0)).toBe(0);
    expect((await post(third.url, token, "/mpesa/b2b/v1/paymentrequest", { ...b2b(100), ...good })).status).toBe(200);
    await kill(third);
  });
});
