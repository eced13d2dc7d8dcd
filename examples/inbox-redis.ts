/*
 * An inbox in Redis, for callbacks that several servers receive:
 *
 *   const handler = createCallbackHandler({ baseUrl, secrets, inbox: redisInbox(new Redis()), on });
 *
 * An acknowledged callback survives a crash of Redis only with `appendonly yes` and `appendfsync always`, and its memory
 * policy must be `noeviction`. Redis' clock counts, so that servers need not agree on the time.
 */
import type { Claim, ClaimState, Inbox, PendingDelivery } from "@mpesa/sdk/callbacks";

/** What is used of a client of the package `ioredis`. */
export interface Redis {
  eval(script: string, numberOfKeys: number, ...keysAndValues: (string | number)[]): Promise<unknown>;
}

/** After this a duplicate would be new again: far longer than anyone repeats a callback. */
const FORGET_AFTER_MS = 90 * 24 * 60 * 60 * 1000;

// Each script is one atomic step. KEYS[1]: the open deliveries by the time they are available. KEYS[2]: this delivery.
const NOW = "local time = redis.call('TIME') local now = time[1] * 1000 + math.floor(time[2] / 1000)";
const CLAIM = `${NOW}
  if redis.call('HEXISTS', KEYS[2], 'completed') == 1 then return 'duplicate' end
  local available = redis.call('ZSCORE', KEYS[1], ARGV[1])
  if available and tonumber(available) > now then return 'busy' end
  redis.call('HSETNX', KEYS[2], 'payload', ARGV[2])
  redis.call('HINCRBY', KEYS[2], 'attempts', 1)
  redis.call('HSET', KEYS[2], 'token', ARGV[4])
  redis.call('ZADD', KEYS[1], now + ARGV[3], ARGV[1])
  return 'new'`;
// From KEYS[3] on: what is settled as well, and its names from ARGV[4] on. A completed delivery keeps its token.
const COMPLETE = `
  if redis.call('HGET', KEYS[2], 'token') ~= ARGV[2] then return 0 end
  for index = 2, #KEYS do
    if redis.call('HSETNX', KEYS[index], 'completed', 1) == 1 then
      redis.call('ZREM', KEYS[1], index == 2 and ARGV[1] or ARGV[index + 1])
      redis.call('HSET', KEYS[index], 'token', ARGV[2])
      redis.call('HDEL', KEYS[index], 'payload', 'attempts')
      redis.call('PEXPIRE', KEYS[index], ARGV[3])
    end
  end
  return 1`;
const FAIL = `${NOW}
  if redis.call('HGET', KEYS[2], 'token') ~= ARGV[2] or redis.call('HEXISTS', KEYS[2], 'completed') == 1 then return 0 end
  redis.call('HDEL', KEYS[2], 'token')
  redis.call('ZADD', KEYS[1], now, ARGV[1])
  return 1`;
const PENDING = `${NOW}
  local found = {}
  for _, key in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now, 'LIMIT', 0, ARGV[1])) do
    local entry = redis.call('HMGET', ARGV[2] .. key, 'payload', 'attempts')
    table.insert(found, { key, entry[1], entry[2] })
  end
  return found`;

/** @param options `leaseMs`: longer than your slowest callback function, default five minutes. */
export function redisInbox(redis: Redis, options: { prefix?: string; leaseMs?: number } = {}): Inbox {
  const { prefix = "mpesa:inbox", leaseMs = 300_000 } = options;
  // In a cluster, the braces keep all of it on one node.
  const open = `{${prefix}}:open`;
  const entry = `{${prefix}}:delivery:`;
  return {
    async claim(key: string, payload: string): Promise<Claim> {
      const token = crypto.randomUUID();
      const state = (await redis.eval(CLAIM, 2, open, entry + key, key, payload, leaseMs, token)) as ClaimState;
      return state === "new" ? { state, token } : { state };
    },

    async complete(key: string, token: string, alsoCompletes: readonly string[] = []): Promise<boolean> {
      const keys = [open, entry + key, ...alsoCompletes.map((further) => entry + further)];
      const values = [key, token, FORGET_AFTER_MS, ...alsoCompletes];
      return (await redis.eval(COMPLETE, keys.length, ...keys, ...values)) === 1;
    },

    async fail(key: string, token: string): Promise<boolean> {
      return (await redis.eval(FAIL, 2, open, entry + key, key, token)) === 1;
    },

    async pending(limit: number): Promise<readonly PendingDelivery[]> {
      const found = (await redis.eval(PENDING, 1, open, limit, entry)) as [string, string, string][];
      return found.map(([key, payload, attempts]) => ({ key, payload, attempts: Number(attempts) }));
    },
  };
}
