import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createStorage, type Storage } from "unstorage";
import fsDriver from "unstorage/drivers/fs";
import memoryDriver from "unstorage/drivers/memory";
import redisDriver from "unstorage/drivers/redis";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { StoredToken, TokenStore } from "../../src/auth/token-source.ts";
import { type TokenStorage, unstorageTokenStore } from "../../src/auth/unstorage.ts";
import { startRedis } from "../support/servers.ts";

const token: StoredToken = { token: "inventedToken0123", expiresAt: 1_700_000_060_500 };
const clock = { now: (): number => 1_700_000_000_000 };
const { now } = clock;

const started = await startRedis();
const redis = "socket" in started ? started : undefined;
if ("missing" in started) console.log(`Skipped: unstorage on a real Redis, ${started.missing}.`);

afterAll(() => redis?.stop());

describe("unstorageTokenStore", () => {
  it("passes a namespaced key, the token and a time to live in whole seconds", async () => {
    const calls: unknown[] = [];
    const storage: TokenStorage = { getItem: () => null, setItem: (...call) => void calls.push(call) };
    await unstorageTokenStore(storage, { clock }).set("abc", token);
    await unstorageTokenStore(storage, { clock, prefix: "shop" }).set("abc", token);
    expect(calls).toEqual([
      ["mpesa:token:abc", token, { ttl: 61 }],
      ["shop:abc", token, { ttl: 61 }],
    ]);
  });

  it("never asks for a life of nothing, which drivers take for ever", async () => {
    const lives: unknown[] = [];
    const storage: TokenStorage = {
      getItem: () => null,
      setItem: (_key, _value, options) => void lives.push(options?.ttl),
    };
    for (const expiresAt of [now(), now() - 5000, now() + 1])
      await unstorageTokenStore(storage, { clock }).set("abc", { token: "x", expiresAt });
    expect(lives).toEqual([1, 1, 1]);
  });

  it.each([
    ["nothing", null],
    ["undefined", undefined],
    ["a text", "inventedToken0123"],
    ["an empty token", { token: "", expiresAt: 1 }],
    ["a token without an end", { token: "x" }],
    ["an end that is no number", { token: "x", expiresAt: "soon" }],
    ["an end that is not finite", { token: "x", expiresAt: Number.NaN }],
    ["a list", [1]],
  ])("finds no token in %s", async (_, value) => {
    const storage: TokenStorage = { getItem: async () => value, setItem: () => undefined };
    expect(await unstorageTokenStore(storage).get("abc")).toBeUndefined();
  });

  it("throws what the storage throws, for the client to report", async () => {
    const storage: TokenStorage = {
      getItem: () => {
        throw new Error("down");
      },
      setItem: () => Promise.reject(new Error("read only")),
    };
    const store = unstorageTokenStore(storage);
    await expect(store.get("abc")).rejects.toThrow("down");
    await expect(store.set("abc", token)).rejects.toThrow("read only");
  });
});

describe("unstorage's memory driver", () => {
  sharesTokens(() => {
    const storage = createStorage({ driver: memoryDriver() });
    return [unstorageTokenStore(storage), unstorageTokenStore(storage)];
  });
});

describe("unstorage's fs driver", () => {
  let base: string;
  beforeAll(async () => {
    base = await mkdtemp(join(tmpdir(), "mpesa-tokens-"));
  });
  afterAll(() => rm(base, { recursive: true }));
  const open = (): TokenStore => unstorageTokenStore(createStorage({ driver: fsDriver({ base }) }));
  sharesTokens(() => [open(), open()]);

  it("writes one file a key", async () => {
    await open().set("abc", token);
    expect(await readdir(join(base, "mpesa/token"))).toContain("abc");
    expect(JSON.parse(await readFile(join(base, "mpesa/token/abc"), "utf8"))).toEqual(token);
  });
});

describe.skipIf(!redis)("unstorage's redis driver on a real Redis", () => {
  const opened: Storage[] = [];
  const connect = (): Storage => {
    const storage = createStorage({ driver: redisDriver({ path: redis?.socket ?? "" }) });
    opened.push(storage);
    return storage;
  };
  afterAll(async () => {
    for (const storage of opened) await storage.dispose();
  });
  sharesTokens(() => [unstorageTokenStore(connect()), unstorageTokenStore(connect())]);

  it("lets Redis drop the token when it ends", async () => {
    const driver = redisDriver({ path: redis?.socket ?? "" });
    const storage = createStorage({ driver });
    opened.push(storage);
    const store = unstorageTokenStore(storage);
    await store.set("long", { token: "longLivedToken", expiresAt: Date.now() + 3_599_000 });
    const seconds = await driver.getInstance?.()?.ttl("mpesa:token:long");
    expect(seconds).toBeGreaterThan(3_500);
    expect(seconds).toBeLessThanOrEqual(3_599);
    await store.set("short", { token: "shortLivedToken", expiresAt: Date.now() + 900 });
    await expect.poll(() => store.get("short"), { interval: 100 }).toBeUndefined();
    expect(await store.get("long")).toMatchObject({ token: "longLivedToken" });
  });
});

/** What every store has to do; the two are opened by two processes, so to say. */
function sharesTokens(open: () => [TokenStore, TokenStore]): void {
  it("gives one process what another one stored", async () => {
    const [mine, theirs] = open();
    const lasting = { ...token, expiresAt: Date.now() + 3_599_000 };
    expect(await mine.get("key-of-nobody")).toBeUndefined();
    await mine.set("0a1b", lasting);
    expect(await theirs.get("0a1b")).toEqual(lasting);
    await theirs.set("0a1b", { ...lasting, token: "inventedToken4567" });
    expect(await mine.get("0a1b")).toEqual({ ...lasting, token: "inventedToken4567" });
    expect(await mine.get("0a1c")).toBeUndefined();
  });

  it("keeps tokens that look like numbers or JSON as they are", async () => {
    const [mine, theirs] = open();
    for (const one of ["12345678901234567890", "true", '{"a":1}', "1e5", "null"]) {
      const odd = { token: one, expiresAt: Date.now() + 60_000 };
      await mine.set("odd", odd);
      expect(await theirs.get("odd")).toEqual(odd);
    }
  });
}
