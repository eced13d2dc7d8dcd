import { describe, expect, it } from "vitest";
import type { Scenario, StateFile } from "../src/index.ts";
import { bench, goodRequest } from "./support/daraja.ts";

/** More than the history remembers. */
const MANY = 6_000;
const PHONE = "254712345678";

interface Counted {
  readonly state: StateFile;
  /** How often a field of the records was read since the last call. */
  reads(): number;
}

/**
 * What a simulator of that many phones would have kept: records whose `field` counts how often it is read. Their number
 * is the work that one more request makes.
 */
async function kept(
  table: string,
  field: string,
  size: number,
  prepare: (one: ReturnType<typeof bench>) => Promise<void>,
): Promise<Counted> {
  const rows = new Map<string, { table: string; key: string; record: object }>();
  const state: StateFile = {
    load: () => [...rows.values()],
    save(changes) {
      for (const { table: name, key, record } of changes)
        if (record) rows.set(`${name} ${key}`, { table: name, key, record: structuredClone(record) });
        else rows.delete(`${name} ${key}`);
    },
    close: () => undefined,
  };
  const one = bench({ state });
  await prepare(one);
  one.daraja.close();
  const [template] = [...rows.values()].filter((row) => row.table === table);
  if (!template) throw new Error(`nothing is kept in ${table}`);
  const keyField = Object.entries(template.record).find(([, value]) => value === template.key)?.[0] ?? "";
  let count = 0;
  for (let at = 0; at < size; at++) {
    const key = `${template.key}-${at}`;
    const record: Record<string, unknown> = { ...template.record, [keyField]: key };
    let value = record[field];
    Object.defineProperty(record, field, {
      enumerable: true,
      get() {
        count += 1;
        return value;
      },
      set(changed: unknown) {
        value = changed;
      },
    });
    rows.set(`${table} ${key}`, { table, key, record });
  }
  const reads = () => {
    const seen = count;
    count = 0;
    return seen;
  };
  return { state: { ...state, save: () => undefined }, reads };
}

describe("the work of one request does not grow with what is kept", () => {
  it("a push, with thousands of prompts open", async () => {
    const { state, reads } = await kept("prompts", "state", MANY, async (one) => {
      await one.send("stkPush", goodRequest("stkPush"));
    });
    const one = bench({ state });
    await one.token();
    reads();
    const push = { ...goodRequest("stkPush"), PhoneNumber: "254722222222", PartyA: "254722222222" };
    expect((await one.send("stkPush", push)).status).toBe(200);
    expect(reads()).toBe(0);
  });

  it.each(["stk", "early"])("a delivery, with thousands of callbacks in the history: %s", async (how) => {
    const { state, reads } = await kept("callbacks", "state", MANY, async (one) => {
      one.daraja.next("stk", { resultCode: "1032" });
      await one.send("stkPush", goodRequest("stkPush"));
      await one.daraja.settled();
    });
    const one = bench({ state });
    await one.token();
    reads();
    one.daraja.next("stk", { resultCode: "1032", ...(how === "early" ? { callback: "early" } : {}) } as Scenario);
    await one.send("stkPush", goodRequest("stkPush"));
    await one.daraja.settled();
    expect(one.received).toHaveLength(1);
    expect(reads()).toBeLessThan(10);
  });

  it("a callback before the answer, with thousands of jobs planned", async () => {
    const { state, reads } = await kept("jobs", "ref", MANY, async (one) => {
      one.daraja.customer(PHONE).pay({ shortCode: "600000", amount: 5 });
    });
    const one = bench({ state });
    await one.token();
    reads();
    one.daraja.next("stk", { resultCode: "1032", callback: "early" });
    await one.send("stkPush", goodRequest("stkPush"));
    expect(one.received).toHaveLength(1);
    expect(reads()).toBeLessThan(10);
  });

  it("a request, with thousands of scenarios queued for it", async () => {
    const { state, reads } = await kept("scenarios", "target", MANY, async (one) => {
      one.daraja.next("stk", { resultCode: "1032" });
    });
    const one = bench({ state });
    await one.token();
    reads();
    await one.send("stkPush", goodRequest("stkPush"));
    expect(one.daraja.requests.at(-1)?.note).toBe("as asked for");
    expect(reads()).toBeLessThan(10);
  });
});

describe("what is kept stays bounded", () => {
  it("the history, with everything that is still in use", async () => {
    const one = bench({ history: 3 });
    const phones = Array.from({ length: 10 }, (_, at) => `25471000000${at}`);
    const push = (phone: string) =>
      one.send("stkPush", { ...goodRequest("stkPush"), PhoneNumber: phone, PartyA: phone });
    const ids: unknown[] = [];
    for (const phone of phones) ids.push((await push(phone)).body["CheckoutRequestID"]);
    expect(one.daraja.requests).toHaveLength(3);
    for (const phone of phones) expect((await push(phone)).status, phone).toBe(500);
    await one.daraja.advance(1_000);
    for (const phone of phones.slice(0, 6)) one.daraja.customer(phone).cancel();
    await one.daraja.advance(0);
    const query = async (id: unknown) => {
      const { BusinessShortCode, Password, Timestamp } = goodRequest("stkPush");
      const { body } = await one.send("stkQuery", { BusinessShortCode, Password, Timestamp, CheckoutRequestID: id });
      return body["ResultCode"] ?? body["errorMessage"];
    };
    await one.daraja.settled();
    // Ten were open at a time, and none of them was forgotten before its end; then the oldest went first.
    expect(one.received).toHaveLength(10);
    expect(one.daraja.callbacks.map(({ about }) => about)).toEqual(ids.slice(-3));
    const answers = [];
    for (const id of ids) answers.push(await query(id));
    expect(answers.slice(-3)).toEqual(["1037", "1037", "1037"]);
    expect(answers.slice(0, -3)).toEqual(Array(7).fill("The transaction does not Exist"));
  });

  it("nothing at all, with no history", async () => {
    const one = bench({ history: 0 });
    one.daraja.customer(PHONE).always("pay");
    for (let at = 0; at < 3; at++) {
      await one.send("stkPush", goodRequest("stkPush"));
      await one.daraja.settled();
    }
    expect(one.received).toHaveLength(3);
    expect([one.daraja.requests, one.daraja.callbacks, one.daraja.messages]).toEqual([[], [], []]);
    expect(one.daraja.customer(PHONE).balance).toBe(49_997);
  });
});

it("all listeners of a step get one copy of it, without secrets", async () => {
  const one = bench();
  const seen: unknown[][] = [[], []];
  for (const list of seen) one.daraja.subscribe((changes) => list.push(changes));
  await one.send("b2cPaymentV3", goodRequest("b2cPaymentV3"));
  await one.daraja.settled();
  expect(seen[0]?.length).toBeGreaterThan(2);
  for (const [at, changes] of (seen[0] ?? []).entries()) expect(seen[1]?.[at]).toBe(changes);
  expect(JSON.stringify(seen)).not.toContain(String(goodRequest("b2cPaymentV3")["SecurityCredential"]));
});
