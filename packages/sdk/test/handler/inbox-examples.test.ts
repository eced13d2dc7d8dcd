import { Redis } from "ioredis";
import pg from "pg";
import { afterAll, describe, expect, test } from "vitest";
import { inboxTable, postgresInbox } from "../../../../examples/inbox-postgres.ts";
import { redisInbox } from "../../../../examples/inbox-redis.ts";
import { inboxContract } from "../../src/callbacks/inbox/contract.ts";
import { type Started, startPostgres, startRedis } from "./servers.ts";
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

const postgresPort = "port" in postgres ? postgres.port : undefined;
describe.skipIf(!postgresPort)(named("the PostgreSQL example", postgres), () => {
  const pool = new pg.Pool({ host: "127.0.0.1", port: postgresPort ?? 1, user: "shop", database: "postgres", max: 8 });
  ends.push(() => pool.end());
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
});

const redisPort = "port" in redis ? redis.port : undefined;
describe.skipIf(!redisPort)(named("the Redis example", redis), () => {
  const client = new Redis({ host: "127.0.0.1", port: redisPort ?? 1, lazyConnect: true });
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
