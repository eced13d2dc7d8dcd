import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { inboxContract, type MakeInbox } from "../../src/callbacks/inbox/contract.ts";
import type { Inbox } from "../../src/callbacks/inbox/inbox.ts";
import { memoryInbox } from "../../src/callbacks/inbox/memory.ts";
import { type SqliteInbox, sqliteInbox } from "../../src/callbacks/inbox/sqlite.ts";
import { tokenOf } from "./setup.ts";

const hasSqlite: boolean = process.getBuiltinModule?.("node:sqlite") !== undefined;
const folder = mkdtempSync(join(tmpdir(), "inbox-"));
const open: SqliteInbox[] = [];

afterAll(async () => {
  for (const inbox of open) await inbox.close();
  rmSync(folder, { recursive: true, force: true });
});

const makeSqlite = async ({ store, leaseMs }: { store: string; leaseMs: number }): Promise<SqliteInbox> => {
  const inbox = await sqliteInbox(join(folder, `${store}.db`), { leaseMs });
  open.push(inbox);
  return inbox;
};

test.each([
  { leaseMs: Number.NaN },
  { leaseMs: 0 },
  { leaseMs: -1 },
  { leaseMs: Number.POSITIVE_INFINITY },
  { leaseMs: "1" },
])("an inbox refuses %j", async (options) => {
  expect(() => memoryInbox(options as object)).toThrow(/^leaseMs must be/);
  await expect(sqliteInbox(":memory:", options as object)).rejects.toThrow(/^leaseMs must be/);
});

test("an inbox refuses a clock without a time, and a memory without a size", async () => {
  await expect(memoryInbox({ now: () => Number.NaN }).claim("stk:1", "{}")).rejects.toThrow(/^now must/);
  const inbox = await sqliteInbox(":memory:", { now: () => Number.NaN });
  await expect(inbox.claim("stk:1", "{}")).rejects.toThrow(/^now must/);
  expect(() => memoryInbox({ maxCompleted: Number.NaN })).toThrow(/^maxCompleted must/);
});

describe("the memory inbox", () => {
  for (const { name, run } of inboxContract(({ leaseMs }) => memoryInbox({ leaseMs }), { shared: false })) {
    test.concurrent(name, run);
  }
});

describe.skipIf(!hasSqlite)("the SQLite inbox", () => {
  for (const { name, run } of inboxContract(makeSqlite)) test.concurrent(name, run);

  test("keeps a completed delivery's key, and nothing of its payload", async () => {
    const inbox = await makeSqlite({ store: "privacy", leaseMs: 1000 });
    const claim = await inbox.claim("a", "254708374149");
    await inbox.complete("a", tokenOf(claim), ["b"]);
    await inbox.close();
    open.pop();
    const { DatabaseSync } = await import("node:sqlite");
    const database = new DatabaseSync(join(folder, "privacy.db"));
    expect(database.prepare("SELECT key, payload FROM mpesa_inbox").all()).toEqual([
      { key: "a", payload: "" },
      { key: "b", payload: "" },
    ]);
    database.close();
  });

  test("forgets completed deliveries when told to, and open ones never", async () => {
    const inbox = await makeSqlite({ store: "prune", leaseMs: 60_000 });
    await inbox.complete("done", tokenOf(await inbox.claim("done", "payload")));
    await inbox.claim("open", "payload");
    expect(await inbox.prune(new Date(0))).toBe(0);
    expect(await inbox.prune(new Date(Date.now() + 1000))).toBe(1);
    expect(await inbox.claim("done", "payload")).toMatchObject({ state: "new" });
    expect(await inbox.claim("open", "payload")).toEqual({ state: "busy" });
  });

  test("takes a clock and a lease with fractions", async () => {
    const inbox = await sqliteInbox(":memory:", {
      leaseMs: 59_999.5,
      now: () => performance.timeOrigin + performance.now(),
    });
    open.push(inbox);
    await inbox.fail("a", tokenOf(await inbox.claim("a", "payload")));
    expect(await inbox.pending(1)).toHaveLength(1);
    await inbox.complete("a", tokenOf(await inbox.claim("a", "payload")));
    expect(await inbox.claim("a", "payload")).toEqual({ state: "duplicate" });
  });

  test("says so when the file cannot be opened", async () => {
    await expect(sqliteInbox(join(folder, "no", "such", "folder.db"))).rejects.toThrow();
  });
});

describe("the contract finds", () => {
  const working = (leaseMs: number): Inbox => memoryInbox({ leaseMs });
  const broken: Record<string, MakeInbox> = {
    "an inbox that forgets": () => ({
      claim: async () => ({ state: "new", token: crypto.randomUUID() }),
      complete: async () => true,
      fail: async () => true,
      pending: async () => [],
    }),
    "one that looks before it claims": ({ leaseMs }) => {
      const inbox = working(leaseMs);
      const seen = new Set<string>();
      return {
        ...inbox,
        claim: async (key, payload) => {
          const isNew = !seen.has(key);
          await Promise.resolve();
          seen.add(key);
          const claim = await inbox.claim(key, payload);
          return isNew ? { state: "new", token: tokenOf(claim) || "token" } : claim;
        },
      };
    },
    "one whose failures are lost": ({ leaseMs }) => ({ ...working(leaseMs), fail: async () => true }),
    "one that completes nothing": ({ leaseMs }) => ({ ...working(leaseMs), complete: async () => true }),
    "one whose lease never ends": () => working(1e9),
    "one that lists what is under a lease": ({ leaseMs }) => {
      const inbox = working(leaseMs);
      const payloads = new Map<string, string>();
      return {
        ...inbox,
        claim: (key, payload) => inbox.claim(key, payloads.set(key, payload) && payload),
        pending: async () => [...payloads].map(([key, payload]) => ({ key, payload, attempts: 1 })),
      };
    },
    "one that fails what is completed": ({ leaseMs }) => {
      const inbox = working(leaseMs);
      const completed = new Set<string>();
      return {
        ...inbox,
        claim: async (key, payload) => (completed.has(key) ? { state: "duplicate" } : inbox.claim(key, payload)),
        complete: async (key) => completed.add(key).has(key),
        fail: async (key, token) => completed.delete(key) || inbox.fail(key, token),
      };
    },
    "one whose claims are only a state": ({ leaseMs }) => {
      const inbox = working(leaseMs);
      return { ...inbox, claim: async (key, payload) => (await inbox.claim(key, payload)).state as never };
    },
    "one that takes any token": ({ leaseMs }) => {
      const inbox = working(leaseMs);
      const tokens = new Map<string, string>();
      return {
        ...inbox,
        claim: async (key, payload) => {
          const claim = await inbox.claim(key, payload);
          if (claim.state === "new") tokens.set(key, claim.token);
          return claim;
        },
        complete: (key, _token, further) => inbox.complete(key, tokens.get(key) ?? "", further),
        fail: (key) => inbox.fail(key, tokens.get(key) ?? ""),
      };
    },
    "one whose claims share a token": ({ leaseMs }) => {
      const inbox = working(leaseMs);
      const tokens = new Map<string, string>();
      const mine = (key: string, token: string): string => (token === `for ${key}` ? (tokens.get(key) ?? "") : token);
      return {
        ...inbox,
        claim: async (key, payload) => {
          const claim = await inbox.claim(key, payload);
          if (claim.state === "new") tokens.set(key, claim.token);
          return claim.state === "new" ? { state: "new", token: `for ${key}` } : claim;
        },
        complete: (key, token, further) => inbox.complete(key, mine(key, token), further),
        fail: (key, token) => inbox.fail(key, mine(key, token)),
      };
    },
    "one that changes nothing for a stale token, and says that it did": ({ leaseMs }) => {
      const inbox = working(leaseMs);
      const complete: Inbox["complete"] = async (...given) => (await inbox.complete(...given)) || true;
      return { ...inbox, complete, fail: async (...given) => (await inbox.fail(...given)) || true };
    },
    "one that takes no token once the lease is over": ({ leaseMs }) => {
      const inbox = working(leaseMs);
      const isPending = async (key: string) => (await inbox.pending(9)).some((entry) => entry.key === key);
      return { ...inbox, complete: async (key, token) => !(await isPending(key)) && inbox.complete(key, token) };
    },
    "one that settles no further keys": ({ leaseMs }) => {
      const inbox = working(leaseMs);
      return { ...inbox, complete: (key, token) => inbox.complete(key, token) };
    },
    "one that settles further keys for a stale token": ({ leaseMs }) => {
      const inbox = working(leaseMs);
      return {
        ...inbox,
        complete: async (key, token, further = []) => {
          for (const settled of further) {
            const claim = await inbox.claim(settled, "");
            if (claim.state === "new") await inbox.complete(settled, claim.token);
          }
          return inbox.complete(key, token, further);
        },
      };
    },
    "one that cuts payloads": ({ leaseMs }) => {
      const inbox = working(leaseMs);
      return { ...inbox, claim: (key, payload) => inbox.claim(key, payload.slice(0, 1000)) };
    },
    "one that folds letter case": ({ leaseMs }) => {
      const inbox = working(leaseMs);
      return { ...inbox, claim: (key, payload) => inbox.claim(key.toLowerCase(), payload) };
    },
  };

  test.concurrent.each(Object.entries(broken))("%s", async (_name, make) => {
    const results = await Promise.allSettled(inboxContract(make, { shared: false }).map(({ run }) => run()));
    expect(results.filter(({ status }) => status === "rejected").length).toBeGreaterThan(0);
  });
});
