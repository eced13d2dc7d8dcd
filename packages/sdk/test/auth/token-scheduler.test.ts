import fc from "fast-check";
import { expect, it } from "vitest";
import { TokenProvider } from "../../src/auth/token-provider.ts";
import type { StoredToken, TokenOptions, TokenStore } from "../../src/auth/token-source.ts";
import { settle } from "./gateway.ts";

const LIFE_MS = 3_599_000;

/** What one caller does with its turns: use the token, force a new one, have it refused, or give up waiting. */
const callerArb = fc.array(fc.constantFrom("use", "force", "refused", "lacksProduct", "leave"), {
  minLength: 1,
  maxLength: 4,
});
const planArb = fc.record({
  callers: fc.array(callerArb as fc.Arbitrary<readonly Turn[]>, { minLength: 1, maxLength: 6 }),
  /** How the gateway answers, request by request; good tokens after that. */
  answers: fc.array(fc.constantFrom("good", "down", "short", "noLife"), { maxLength: 6 }) as fc.Arbitrary<Answer[]>,
  jumps: fc.array(fc.constantFrom(1, 59_000, LIFE_MS - 60_000, LIFE_MS, 86_400_000, -1, -60_000, -86_400_000), {
    maxLength: 5,
  }),
  store: fc.constantFrom("none", "shared", "reads fail", "writes fail") as fc.Arbitrary<StoreKind>,
  otherProcess: fc.array(fc.constantFrom("new", "revive"), { maxLength: 3 }) as fc.Arbitrary<("new" | "revive")[]>,
});
type Turn = "use" | "force" | "refused" | "lacksProduct" | "leave";
type Answer = "good" | "down" | "short" | "noLife";
type StoreKind = "none" | "shared" | "reads fail" | "writes fail";
type Plan = typeof planArb extends fc.Arbitrary<infer T> ? T : never;

it("never has two token requests in flight and never serves a refused token, in whatever order things happen", async () => {
  const seen = { fetches: 0, forced: 0, drops: 0, refusals: 0, shared: 0, failures: 0, runs: 0 };
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), planArb, async (scheduler, plan) => {
      const world = new World(scheduler, plan);
      const callers = plan.callers.map((turns, nth) => world.caller(turns, nth));
      const others = [world.clockJumps(), world.otherProcess()];
      await scheduler.waitAll();
      // What a task set going may have scheduled more.
      for (let idle = 0; idle < 5; idle++) {
        await settle();
        if (scheduler.count() > 0) idle = -1;
        await scheduler.waitAll();
      }
      await Promise.all([...callers, ...others]);
      expect(world.violations).toEqual([]);
      seen.runs++;
      seen.fetches += world.fetches;
      seen.forced += world.forced;
      seen.drops += world.drops;
      seen.refusals += world.refused.size;
      seen.shared += world.tookShared;
      seen.failures += world.failures;
    }),
    { numRuns: 400 },
  );
  console.log(`token scheduler: ${JSON.stringify(seen)}, violations: 0`);
  // A property that never meets the hard cases proves nothing.
  for (const count of Object.values(seen)) expect(count).toBeGreaterThan(20);
}, 60_000);

/** One gateway, one clock, one store, and the provider between them; every step runs when the scheduler says so. */
class World {
  readonly violations: string[] = [];
  readonly refused = new Set<string>();
  fetches = 0;
  forced = 0;
  drops = 0;
  tookShared = 0;
  failures = 0;
  readonly #scheduler: fc.Scheduler;
  readonly #plan: Plan;
  readonly #provider: TokenProvider;
  #inFlight = 0;
  #issued = 0;
  #now = 1_700_000_000_000;
  #stored: StoredToken | undefined;

  constructor(scheduler: fc.Scheduler, plan: Plan) {
    this.#scheduler = scheduler;
    this.#plan = plan;
    this.#provider = new TokenProvider({
      fetchToken: () => this.#fetchToken(),
      now: () => this.#now,
      emit: () => undefined,
      key: async () => "key",
      store: plan.store === "none" ? undefined : this.#store(),
    });
  }

  async caller(turns: readonly Turn[], nth: number): Promise<void> {
    for (const turn of turns) {
      await this.#step(`caller ${nth} comes`);
      const leaving = new AbortController();
      if (turn === "leave") void this.#step(`caller ${nth} leaves`).then(() => leaving.abort(new Error("left")));
      const token = await this.#get({ signal: leaving.signal, forceRefresh: turn === "force" });
      if (token === undefined) continue;
      await this.#step(`caller ${nth} uses ${token}`);
      if (turn !== "refused" && turn !== "lacksProduct") continue;
      // A refusal comes over the network, so not before all that is ready has run.
      await settle();
      this.refused.add(token);
      await (turn === "refused" ? this.#provider.discard(token) : this.#provider.discardEverywhere(token));
    }
  }

  async clockJumps(): Promise<void> {
    for (const jump of this.#plan.jumps) {
      await this.#step(`clock jumps by ${jump}`);
      this.#now += jump;
    }
  }

  /** Writes tokens of its own, or brings one back that this process knows to be refused. */
  async otherProcess(): Promise<void> {
    for (const what of this.#plan.otherProcess) {
      await this.#step("another process writes");
      const [old] = this.refused;
      const token = what === "revive" && old !== undefined ? old : `shared-${++this.#issued}`;
      this.#stored = { token, expiresAt: this.#now + LIFE_MS };
    }
  }

  async #get(options: TokenOptions): Promise<string | undefined> {
    let token: string;
    try {
      token = await this.#provider.get(options);
    } catch {
      return undefined;
    }
    if (this.refused.has(token)) this.violations.push(`${token} was served after it was refused`);
    if (options.forceRefresh) this.forced++;
    if (token.startsWith("shared")) this.tookShared++;
    return token;
  }

  async #fetchToken(): Promise<{ token: string; expiresInMs: number }> {
    const answer = this.#plan.answers[this.fetches++] ?? "good";
    if (++this.#inFlight > 1) this.violations.push(`${this.#inFlight} token requests in flight`);
    await this.#step(`the gateway answers: ${answer}`);
    this.#inFlight--;
    if (answer === "down") {
      this.failures++;
      throw new Error("the gateway is down");
    }
    const expiresInMs = answer === "short" ? 500 : answer === "noLife" ? 0 : LIFE_MS;
    return { token: `token-${++this.#issued}`, expiresInMs };
  }

  #store(): TokenStore {
    const { store } = this.#plan;
    return {
      get: async () => {
        await this.#step("the store is read");
        if (store === "reads fail") throw new Error("no read");
        return this.#stored;
      },
      set: async (_key, token) => {
        await this.#step("the store is written");
        if (store === "writes fail") throw new Error("no write");
        if (token.expiresAt === 0) {
          this.drops++;
          const held = this.#stored?.token;
          if (held?.startsWith("token") && !this.refused.has(held)) this.violations.push(`${held} was dropped`);
        }
        this.#stored = token;
      },
    };
  }

  #step(label: string): Promise<void> {
    return this.#scheduler.schedule(Promise.resolve(), label);
  }
}
