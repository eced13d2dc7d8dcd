import { Redis } from "ioredis";
import pg from "pg";
import { afterAll, describe, expect, test } from "vitest";
import { inboxTable, postgresInbox } from "../../../../examples/inbox-postgres.ts";
import { redisInbox } from "../../../../examples/inbox-redis.ts";
import { inboxContract } from "../../src/callbacks/inbox/contract.ts";
import { type Started, startPostgres, startRedis } from "../support/servers.ts";
import { tokenOf } from "./setup.ts";

const ends: (() => Promise<unknown>)[] = [];
const [postgres, redis] = await Promise.all([startPostgres(), startRedis()]);
for (const server of [postgres, redis]) if ("stop" in server) ends.push(server.stop);

afterAll(async () => {
  while (ends.length > 0) await ends.pop()?.();
});

/** The name of a suite, with the reason if it cannot run. */
function named(name: string, server: Started): string {
  if (!("missing" in server)) return name;
  console.log(`Skipped: ${name}, ${server.missing}.`);
  return `${name} (skipped: ${server.missing})`;
}

const postgresSocket = "socket" in postgres ? postgres.socket : undefined;
describe.skipIf(!postgresSocket)(named("the PostgreSQL example", postgres), () => {
  const connect = (more: pg.PoolConfig = {}): pg.Pool => {
    const pool = new pg.Pool({ host: postgresSocket ?? "", user: "shop", database: "postgres", ...more });
    ends.push(() => pool.end());
    return pool;
  };
  const pool = connect({ max: 8 });
  const tables = new Map<string, Promise<unknown>>();
  const open = async ({ store, leaseMs }: { store: string; leaseMs: number }) => {
    const created = tables.get(store) ?? pool.query(inboxTable(store));
    tables.set(store, created);
    await created;
    return postgresInbox(pool, { table: store, leaseMs });
  };
  for (const { name, run } of inboxContract(open)) test.concurrent(name, run);

  test("brings a table without tokens up to date", async () => {
    await pool.query(inboxTable("older"));
    await pool.query("ALTER TABLE older DROP COLUMN token");
    await pool.query("INSERT INTO older VALUES ('done', '', 1, now(), now()), ('open', 'payload', 1, now(), NULL)");
    await pool.query(inboxTable("older"));
    const inbox = postgresInbox(pool, { table: "older" });
    expect(await inbox.claim("done", "payload")).toEqual({ state: "duplicate" });
    expect(await inbox.pending(9)).toEqual([{ key: "open", payload: "payload", attempts: 1 }]);
    expect(await inbox.complete("open", tokenOf(await inbox.claim("open", "payload")))).toBe(true);
  });

  test("keeps a completed delivery's key, and nothing of its payload", async () => {
    const inbox = await open({ store: "privacy", leaseMs: 1000 });
    await inbox.complete("a", tokenOf(await inbox.claim("a", "254708374149")));
    expect((await pool.query("SELECT key, payload FROM privacy")).rows).toEqual([{ key: "a", payload: "" }]);
  });

  test("goes on when the server has closed its idle connections, as a restart does", async () => {
    const own = connect({ application_name: "restarted" });
    await own.query(inboxTable("restarted"));
    const inbox = postgresInbox(own, { table: "restarted" });
    await inbox.claim("a", "payload");
    const closed = new Promise((resolve) => own.once("remove", resolve));
    await pool.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'restarted'");
    await closed;
    expect(await inbox.claim("a", "payload")).toEqual({ state: "busy" });
  });
});

const redisSocket = "socket" in redis ? redis.socket : undefined;
describe.skipIf(!redisSocket)(named("the Redis example", redis), () => {
  const client = new Redis(redisSocket ?? "", { lazyConnect: true });
  ends.push(async () => client.disconnect());
  for (const { name, run } of inboxContract(({ store, leaseMs }) => redisInbox(client, { prefix: store, leaseMs }))) {
    test.concurrent(name, run);
  }

  test("keeps nothing of a completed delivery's payload, and forgets its key in the end", async () => {
    const inbox = redisInbox(client, { prefix: "privacy" });
    const token = tokenOf(await inbox.claim("a", "254708374149"));
    await inbox.claim("b", "254708374149");
    await inbox.complete("a", token, ["b", "c"]);
    for (const key of ["a", "b", "c"]) {
      expect(await client.hgetall(`{privacy}:delivery:${key}`)).toEqual({ completed: "1", token });
      expect(await client.pttl(`{privacy}:delivery:${key}`)).toBeGreaterThan(1e9);
    }
  });
});
