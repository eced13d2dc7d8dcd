import { createHash, pbkdf2Sync } from "node:crypto";
import { describe, expect, it } from "vitest";
import { createInitiatorGuard, type InitiatorGuardStore, type MpesaEvent } from "../../src/index.ts";
import { failure, SECRET } from "../products/harness.ts";
import { acknowledging, type Ids, MINUTE, memoryStore, open, TestClock } from "./world.ts";

const phoneNumber = "0708 374 149";
const password = "Wrong-Password-1!";
type World = ReturnType<typeof open>;

/** A process with a guard, a client and a handler of its own. */
function start(
  store: InitiatorGuardStore,
  { name = "a", clock = new TestClock(), ...more }: Parameters<typeof open>[0] & { name?: string } = {},
) {
  const events: MpesaEvent[] = [];
  const onEvent = (event: MpesaEvent): void => void events.push(event);
  const guard = createInitiatorGuard({ store, onEvent, clock });
  const warnings = (): string[] => events.flatMap((event) => (event.type === "warning" ? [event.code] : []));
  return { ...open({ answer: acknowledging(name), guard, clock, ...more }), heard: warnings };
}

const balance = ({ mpesa }: World): Promise<Ids> => mpesa.account.balance();
const pay = ({ mpesa }: World): Promise<Ids> => mpesa.b2c.pay({ phoneNumber, amount: 10 });
const held = async (call: Promise<unknown>): Promise<void> =>
  expect(await failure(() => call)).toMatchObject({ type: "MpesaAuthError", status: undefined });

describe("processes with one store", () => {
  it("count the rejections of each other's requests, whichever of them receives the results", async () => {
    const { store } = memoryStore();
    const [a, b, c] = [start(store, { name: "a" }), start(store, { name: "b" }), start(store, { name: "c" })];
    const [first, second] = [await balance(a), await pay(b)];
    await b.deliver(first, 2001);
    await c.deliver(second, 2001);
    for (const one of [a, b, c, start(store, { name: "d" })]) await held(pay(one));
    expect([a, b, c].map(({ sent }) => sent.length)).toEqual([1, 1, 0]);
    // Each process reports once; none of them takes the result of another's request for an unknown one.
    for (const one of [a, b, c]) await held(pay(one));
    expect([a, b, c].map(({ heard }) => heard())).toEqual([["initiatorHeld"], ["initiatorHeld"], ["initiatorHeld"]]);
  });

  it("take the same password for the same credential, although each encrypts it differently", async () => {
    const { store } = memoryStore();
    const initiator = { name: "testapi", password };
    const [a, b] = [start(store, { name: "a", initiator }), start(store, { name: "b", initiator })];
    await a.deliver(await balance(a), 2001);
    await b.deliver(await balance(b), 2001);
    await held(pay(a));
    const right = start(store, { name: "c", initiator: { name: "testapi", password: "Right-Password-1!" } });
    await pay(right);
    expect(a.sent[0]?.body["SecurityCredential"]).not.toBe(b.sent[0]?.body["SecurityCredential"]);
  });

  it("count a callback once that reaches two of them", async () => {
    const { store } = memoryStore();
    const [a, b] = [start(store, { name: "a" }), start(store, { name: "b" })];
    const ids = await balance(a);
    await Promise.all([a.deliver(ids, 2001), b.deliver(ids, 2001), b.deliver(ids, 2001)]);
    await pay(a);
    await pay(b);
  });

  it.each(["read", "written"] as const)(
    "count the result that comes while the response's record is %s",
    async (step) => {
      const { store } = memoryStore();
      let overtake: (() => Promise<void>) | undefined;
      /** Lets the result arrive in the midst of a step of the store, once. */
      const during = async <T>(name: typeof step, work: Promise<T>): Promise<T> => {
        const done = await work;
        const now = name === step ? overtake : undefined;
        if (now) overtake = undefined;
        await now?.();
        return done;
      };
      const slow: InitiatorGuardStore = {
        get: (key) => during("read", store.get(key)),
        set: (key, record) => during("written", store.set(key, record)),
      };
      const b = start(store, { name: "b" });
      const acknowledge = acknowledging("a");
      const a = start(slow, {
        answer: async (one, nth) => {
          const response = await acknowledge(one, nth);
          const { ConversationID: conversationId } = await response.clone().json();
          // Without the other ID, by which the request might be found.
          overtake = () => b.deliver({ originatorConversationId: "", conversationId }, 2001);
          return response;
        },
      });
      for (let nth = 0; nth < 2; nth++) await balance(a);
      await held(pay(a));
    },
  );

  it("count the result that came before the response", async () => {
    const { store } = memoryStore();
    const b = start(store, { name: "b" });
    const acknowledge = acknowledging("a");
    const a = start(store, {
      answer: async (one, nth) => {
        const response = await acknowledge(one, nth);
        const { OriginatorConversationID: originatorConversationId, ConversationID: conversationId } = await response
          .clone()
          .json();
        await b.deliver({ originatorConversationId, conversationId }, 2001);
        return response;
      },
    });
    await balance(a);
    await balance(a);
    await held(balance(a));
    expect(b.heard()).toEqual(["rejectionUnattributed", "rejectionUnattributed"]);
  });

  it("hear of a reset, also for what another process has counted itself", async () => {
    const { store } = memoryStore();
    const [a, b] = [start(store, { name: "a" }), start(store, { name: "b" })];
    for (let nth = 0; nth < 2; nth++) await a.deliver(await balance(a), 2001);
    await held(pay(b));
    b.clock.ms += 1;
    await start(store, { name: "c", clock: b.clock }).initiatorGuard.reset("testapi");
    await pay(a);
    await pay(b);
    a.clock.ms += 2;
    await a.deliver(await balance(a), 2001);
    await b.deliver(await balance(b), 2001);
    await held(pay(a));
  });

  it("hear of a success", async () => {
    const { store } = memoryStore();
    const [a, b] = [start(store, { name: "a" }), start(store, { name: "b" })];
    await a.deliver(await balance(a), 2001);
    a.clock.ms += MINUTE;
    b.clock.ms += MINUTE;
    await b.deliver(await pay(b), 0);
    await a.deliver(await balance(a), 2001);
    await pay(a);
    await pay(b);
  });
});

/** Numbers from 0 to 1 that are the same for the same seed. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

function gate(): [promise: Promise<void>, open: () => void] {
  let open = (): void => undefined;
  const promise = new Promise<void>((resolve) => {
    open = resolve;
  });
  return [promise, () => open()];
}

describe("a store that only gets and sets", () => {
  it.each(Array.from({ length: 20 }, (_, nth) => nth + 1))(
    "loses no rejection when two processes write at the same time (seed %i)",
    async (seed) => {
      const next = random(seed);
      const { store } = memoryStore(async () => {
        for (let turns = Math.floor(next() * 20); turns > 0; turns--) await Promise.resolve();
      });
      const [a, b, c] = [start(store, { name: "a" }), start(store, { name: "b" }), start(store, { name: "c" })];
      const [first, second] = [await balance(a), await balance(b)];
      await Promise.all([a.deliver(first, 2001), b.deliver(second, 2001)]);
      for (const one of [c, a, b]) await held(pay(one));
    },
  );

  it("shows a rejection although another process pauses between its read and its write", async () => {
    const { store } = memoryStore();
    let reads = 0;
    const [paused, release] = gate();
    const [hasRead, read] = gate();
    const isState = (key: string): boolean => key.startsWith("initiator:");
    const a = start(
      {
        get: async (key) => {
          // Read by the first process five times since it wrote: only now does the second one write.
          if (isState(key) && ++reads === 7) release();
          return store.get(key);
        },
        set: store.set,
      },
      { name: "a" },
    );
    const b = start(
      {
        get: store.get,
        set: async (key, record) => {
          if (isState(key)) {
            read();
            await paused;
          }
          return store.set(key, record);
        },
      },
      { name: "b" },
    );
    const [first, second] = [await balance(a), await balance(b)];
    const slow = b.deliver(second, 2001);
    await hasRead;
    await a.deliver(first, 2001);
    await slow;
    await held(pay(start(store, { name: "c" })));
  });

  it("is put right by the process whose rejection was written over", async () => {
    const { store, records } = memoryStore();
    const [a, b, c] = [start(store, { name: "a" }), start(store, { name: "b" }), start(store, { name: "c" })];
    const second = await balance(b);
    const empty = new Map(records);
    await a.deliver(await balance(a), 2001);
    // Another process read before that, and writes only now.
    for (const [key, record] of records)
      if (!empty.has(key) && key.startsWith("initiator:")) records.set(key, { ...record, value: "{}" });
    await b.deliver(second, 2001);
    await held(pay(a));
    await held(pay(c));
  });
});

describe("a store that does not work", () => {
  const broken: Record<string, InitiatorGuardStore> = {
    rejects: {
      get: async () => Promise.reject(new RangeError("down")),
      set: async () => Promise.reject(new RangeError("down")),
    },
    throws: {
      get: () => {
        throw new RangeError("down");
      },
      set: () => {
        throw new RangeError("down");
      },
    },
    "gives nonsense": {
      get: async () => ({ value: "{", expiresAt: Number.MAX_SAFE_INTEGER }),
      set: async () => undefined,
    },
    "gives something else": { get: async () => "OK" as never, set: async () => undefined },
    "holds other records": {
      get: async () => ({ value: '{"rejections":[{}],"sentAt":"x"}', expiresAt: Number.MAX_SAFE_INTEGER }),
      set: async () => undefined,
    },
  };

  it.each(Object.entries(broken))("%s: stops nothing, and this process still counts", async (name, store) => {
    const one = start(store);
    for (let nth = 0; nth < 2; nth++) await one.deliver(await balance(one), 2001);
    await held(pay(one));
    expect(one.sent).toHaveLength(2);
    expect(one.heard().includes("guardStoreFailed")).toBe(name !== "holds other records");
    expect(one.heard()).toContain("initiatorHeld");
  });

  it("is used again as soon as it works, and healed where it was damaged", async () => {
    const { store, records } = memoryStore();
    const [a, b] = [start(store, { name: "a" }), start(store, { name: "b" })];
    await balance(a);
    await a.deliver(await balance(a), 2001);
    for (const [key, record] of records) records.set(key, { ...record, value: '{"rejections":"none"}' });
    await a.deliver(await balance(a), 2001);
    await held(pay(b));
  });
});

describe("what is in the store", () => {
  it("is no secret, cannot be guessed from a password, and ends", async () => {
    const { store, records } = memoryStore();
    const initiator = { name: "testapi", password };
    const one = start(store, { initiator });
    for (let nth = 0; nth < 2; nth++) await one.deliver(await pay(one), 2001);
    await one.mpesa.account.balance({ initiator: { name: "reverser", securityCredential: SECRET.credential } });
    const everything = JSON.stringify([...records]);
    const credential = String(one.sent[0]?.body["SecurityCredential"]);
    for (const secret of [password, credential, SECRET.credential, "254708374149"])
      expect(everything).not.toContain(secret);
    for (const text of [password, `testapi${password}`, `https://sandbox.safaricom.co.ke testapi ${password}`])
      expect(everything).not.toContain(createHash("sha256").update(text).digest("hex"));
    const quick = pbkdf2Sync(password, "https://sandbox.safaricom.co.ke testapi", 1, 32, "sha256").toString("hex");
    const slow = pbkdf2Sync(password, "https://sandbox.safaricom.co.ke testapi", 100_000, 32, "sha256").toString("hex");
    expect([everything.includes(quick), everything.includes(slow)]).toEqual([false, true]);
    for (const [key, { value, expiresAt }] of records) {
      expect(key).toMatch(/^(initiator|request):[0-9a-f]{64}$/);
      expect(JSON.parse(value)).toBeInstanceOf(Object);
      expect(expiresAt - one.clock.ms).toBeGreaterThan(0);
      expect(expiresAt - one.clock.ms).toBeLessThanOrEqual(24 * 60 * MINUTE + 1);
    }
  });

  it("does not grow with the number of rejections", async () => {
    const { store, records } = memoryStore();
    const one = start(store);
    const acknowledged = await Promise.all(Array.from({ length: 50 }, () => balance(one)));
    for (const ids of acknowledged) await one.deliver(ids, 2001);
    const state = [...records].find(([key]) => key.startsWith("initiator:"))?.[1].value ?? "";
    expect((JSON.parse(state) as { rejections: unknown[] }).rejections).toHaveLength(5);
  });
});
