import { describe, expect, it, vi } from "vitest";
import type { StoredToken, TokenStore } from "../../src/auth/token-source.ts";
import { gateway, settle } from "./gateway.ts";

/** A store in memory that other processes can write to. */
function sharedStore(first?: StoredToken): TokenStore & { held: StoredToken | undefined } {
  return {
    held: first,
    async get() {
      return this.held;
    },
    async set(_key, token) {
      this.held = token;
    },
  };
}

describe("TokenProvider", () => {
  it("fetches once for any number of callers who come at once", async () => {
    const g = gateway();
    const callers = Array.from({ length: 50 }, () => g.provider.get());
    await g.answer();
    expect(new Set(await Promise.all(callers))).toEqual(new Set(["token-1"]));
    expect(g.requests).toBe(1);
    expect(g.events).toEqual([{ type: "token", expiresInMs: 3_599_000 }]);
  });

  it("fetches none while it has a good one", async () => {
    const g = gateway();
    const first = g.provider.get();
    await g.answer();
    g.clock.now += 3_599_000 - 60_001;
    expect(await Promise.all([first, g.provider.get(), g.provider.get()])).toEqual(["token-1", "token-1", "token-1"]);
    expect(g.requests).toBe(1);
  });

  it("renews a minute before the end, counted from before the request", async () => {
    const g = gateway();
    const first = g.provider.get();
    await settle();
    g.clock.now += 20_000;
    await g.answer(3_599_000);
    expect(await first).toBe("token-1");
    g.clock.now += 3_599_000 - 60_000 - 20_000 - 1;
    expect(await g.provider.get()).toBe("token-1");
    g.clock.now += 1;
    const second = g.provider.get();
    await g.answer();
    expect(await second).toBe("token-2");
  });

  it("renews a short token at nine tenths of its life", async () => {
    const g = gateway();
    void g.provider.get();
    await g.answer(10_000);
    g.clock.now += 8_999;
    expect(await g.provider.get()).toBe("token-1");
    g.clock.now += 1;
    const second = g.provider.get();
    await g.answer();
    expect(await second).toBe("token-2");
  });

  it("gives a token that lives no time to those who wait, and to nobody later", async () => {
    const g = gateway();
    const waiting = [g.provider.get(), g.provider.get()];
    await g.answer(0);
    expect(await Promise.all(waiting)).toEqual(["token-1", "token-1"]);
    const later = g.provider.get();
    await g.answer();
    expect(await later).toBe("token-2");
    expect(g.requests).toBe(2);
  });

  it("fetches once more for all whose token was refused", async () => {
    const g = gateway();
    void g.provider.get();
    await g.answer();
    const callers = Array.from({ length: 20 }, async () => {
      expect(await g.provider.discard("token-1")).toBe(true);
      return g.provider.get();
    });
    await g.answer();
    expect(new Set(await Promise.all(callers))).toEqual(new Set(["token-2"]));
    expect(g.requests).toBe(2);
  });

  it("keeps its token when an older one is refused late", async () => {
    const g = gateway();
    void g.provider.get();
    await g.answer();
    await g.provider.discard("token-1");
    void g.provider.get();
    await g.answer();
    await g.provider.discard("token-1");
    expect(await g.provider.get()).toBe("token-2");
    expect(g.requests).toBe(2);
  });

  it("does not keep a failure", async () => {
    const g = gateway();
    const callers = [g.provider.get(), g.provider.get()];
    const failed = Promise.allSettled(callers);
    await g.fail();
    expect((await failed).map((one) => one.status)).toEqual(["rejected", "rejected"]);
    const again = g.provider.get();
    await g.answer();
    expect(await again).toBe("token-1");
    expect(g.requests).toBe(2);
  });

  it("lets one caller leave without taking the token from the others", async () => {
    const g = gateway();
    const leaving = new AbortController();
    const reason = new Error("the caller left");
    const left = g.provider.get({ signal: leaving.signal });
    const stays = g.provider.get();
    await settle();
    leaving.abort(reason);
    await expect(left).rejects.toBe(reason);
    await g.answer();
    expect(await stays).toBe("token-1");
    expect(g.requests).toBe(1);
  });

  it("fetches nothing for a caller who left before asking", async () => {
    const g = gateway();
    const reason = new Error("the caller left");
    await expect(g.provider.get({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    await settle();
    expect(g.requests).toBe(0);
  });
});

describe("a forced refresh", () => {
  it("fetches although the token at hand is good, and hands the new one to everybody from then on", async () => {
    const g = gateway();
    void g.provider.get();
    await g.answer();
    const forced = g.provider.get({ forceRefresh: true });
    await g.answer();
    expect(await forced).toBe("token-2");
    expect(await g.provider.get()).toBe("token-2");
  });

  it("is one request for all who force it or need one at the same time", async () => {
    const g = gateway();
    const callers = [
      g.provider.get(),
      g.provider.get({ forceRefresh: true }),
      g.provider.get(),
      g.provider.get({ forceRefresh: true }),
    ];
    await g.answer();
    expect(await Promise.all(callers)).toEqual(["token-1", "token-1", "token-1", "token-1"]);
    expect(g.requests).toBe(1);
  });

  it("passes the shared store over, and leaves the new token there", async () => {
    const store = sharedStore({ token: "theirs", expiresAt: 1_900_000_000_000 });
    const g = gateway({ store });
    const forced = g.provider.get({ forceRefresh: true });
    await g.answer();
    expect(await forced).toBe("token-1");
    expect(store.held?.token).toBe("token-1");
  });

  it("is not undone by a slower look into the store", async () => {
    let found = (_: StoredToken): void => undefined;
    const slow = {
      get: () =>
        new Promise<StoredToken>((resolve) => {
          found = resolve;
        }),
      set: async () => undefined,
    };
    const g = gateway({ store: slow });
    const plain = g.provider.get();
    await settle();
    const forced = g.provider.get({ forceRefresh: true });
    await g.answer();
    expect(await forced).toBe("token-1");
    found({ token: "theirs", expiresAt: 1_900_000_000_000 });
    expect(await plain).toBe("token-1");
    expect(await g.provider.get()).toBe("token-1");
  });
});

describe("a slow look into the store", () => {
  /** A provider whose look into the store has begun and goes on until told. */
  async function slowLook() {
    let found: (token: StoredToken) => void = () => undefined;
    const look = new Promise<StoredToken>((resolve) => {
      found = resolve;
    });
    const g = gateway({ store: { get: () => look, set: async () => undefined } });
    const waiting = g.provider.get();
    await settle();
    return { g, waiting, find: () => found({ token: "stored", expiresAt: g.clock.now + 3_000_000 }) };
  }

  it("gives its caller the token of a forced refresh that is still on its way", async () => {
    const { g, waiting, find } = await slowLook();
    const forced = g.provider.get({ forceRefresh: true });
    find();
    await settle();
    await g.answer();
    expect(await Promise.all([waiting, forced, g.provider.get()])).toEqual(["token-1", "token-1", "token-1"]);
    expect(g.requests).toBe(1);
  });
});

describe("a token that lacks a product", () => {
  it("is dropped here and in the store, so that no other process takes it", async () => {
    const store = sharedStore();
    const g = gateway({ store });
    void g.provider.get();
    await g.answer();
    await g.provider.discardEverywhere("token-1");
    expect(store.held).toEqual({ token: "token-1", expiresAt: 0 });
    const next = g.provider.get();
    await g.answer();
    expect(await next).toBe("token-2");
    expect(store.held?.token).toBe("token-2");
  });

  it("takes no newer token of another process with it", async () => {
    const store = sharedStore();
    const g = gateway({ store });
    void g.provider.get();
    await g.answer();
    store.held = { token: "theirs", expiresAt: 1_900_000_000_000 };
    await g.provider.discardEverywhere("token-1");
    expect(store.held.token).toBe("theirs");
    expect(await g.provider.get()).toBe("theirs");
  });

  it("is dropped without an error when the store fails", async () => {
    const broken = (): Promise<never> => Promise.reject(new Error("down"));
    const g = gateway({ store: { get: broken, set: broken } });
    void g.provider.get();
    await g.answer();
    await g.provider.discardEverywhere("token-1");
    expect(g.events.at(-1)).toMatchObject({ type: "warning", code: "tokenStoreFailed" });
  });
});

describe("TokenProvider with a shared store", () => {
  it("takes the token that another process stored", async () => {
    const g = gateway({ store: sharedStore({ token: "theirs", expiresAt: 1_700_000_000_000 + 600_000 }) });
    expect(await g.provider.get()).toBe("theirs");
    expect(g.requests).toBe(0);
    expect(g.events).toEqual([]);
  });

  it("stores what it fetched, with its end", async () => {
    const store = sharedStore();
    const g = gateway({ store });
    const first = g.provider.get();
    await g.answer();
    await first;
    expect(store.held).toEqual({ token: "token-1", expiresAt: 1_700_000_000_000 + 3_599_000 });
  });

  it.each([
    ["that ends within its margin", { token: "theirs", expiresAt: 1_700_000_000_000 + 59_000 }],
    ["that is empty", { token: "", expiresAt: 1_900_000_000_000 }],
    ["whose end is no number", { token: "theirs", expiresAt: Number.NaN }],
    ["that is no token at all", "theirs" as unknown as StoredToken],
  ])("passes over a stored token %s", async (_, stored) => {
    const g = gateway({ store: sharedStore(stored) });
    const first = g.provider.get();
    await g.answer();
    expect(await first).toBe("token-1");
  });

  it.each([
    ["a line break", "corrupt\ntoken"],
    ["a NUL", "corrupt\0token"],
    ["a blank", "corrupt token"],
    ["a letter that no header takes", "corrupt\u2026"],
  ])("reports a stored token with %s and goes on without it", async (_, token) => {
    const store = sharedStore({ token, expiresAt: 1_900_000_000_000 });
    const g = gateway({ store });
    const first = g.provider.get();
    await g.answer();
    expect(await first).toBe("token-1");
    expect(g.events).toContainEqual(expect.objectContaining({ type: "warning", code: "tokenStoreFailed" }));
    expect(store.held?.token).toBe("token-1");
  });

  it("renews in time although the store still holds the old token", async () => {
    const store = sharedStore();
    const g = gateway({ store });
    void g.provider.get();
    await g.answer(3_599_000);
    g.clock.now += 3_599_000 - 60_000;
    const next = g.provider.get();
    await g.answer();
    expect(await next).toBe("token-2");
    expect(store.held?.token).toBe("token-2");
  });

  it("never takes a refused token back from the store", async () => {
    const store = sharedStore({ token: "theirs", expiresAt: 1_900_000_000_000 });
    const g = gateway({ store });
    expect(await g.provider.get()).toBe("theirs");
    await g.provider.discard("theirs");
    const next = g.provider.get();
    await g.answer();
    expect(await next).toBe("token-1");
    expect(store.held?.token).toBe("token-1");
  });

  it("forgets the oldest of many refused tokens, since what it remembers must not grow without end", async () => {
    const store = sharedStore();
    const g = gateway({ store });
    const offer = async (name: string): Promise<string> => {
      store.held = { token: name, expiresAt: g.clock.now + 3_000_000 };
      return g.provider.get();
    };
    for (let nth = 1; nth <= 17; nth++) {
      expect(await offer(`stored-${nth}`)).toBe(`stored-${nth}`);
      await g.provider.discard(`stored-${nth}`);
    }
    const stillRefused = offer("stored-2");
    await g.answer();
    expect(await stillRefused).toBe("token-1");
    await g.provider.discard("token-1");
    expect(await offer("stored-1")).toBe("stored-1");
  });

  it("takes the new token of another process after a refusal, without fetching", async () => {
    const store = sharedStore({ token: "theirs-1", expiresAt: 1_900_000_000_000 });
    const g = gateway({ store });
    expect(await g.provider.get()).toBe("theirs-1");
    store.held = { token: "theirs-2", expiresAt: 1_900_000_000_000 };
    await g.provider.discard("theirs-1");
    expect(await g.provider.get()).toBe("theirs-2");
    expect(g.requests).toBe(0);
  });

  it.each([
    [
      "throws",
      () => {
        throw new TypeError("secret-of-the-store");
      },
    ],
    ["rejects", () => Promise.reject(new TypeError("secret-of-the-store"))],
  ])("goes on when the store %s, says so, and shows nothing of it", async (_, broken) => {
    const g = gateway({ store: { get: broken, set: broken } });
    const first = g.provider.get();
    await g.answer();
    expect(await first).toBe("token-1");
    expect(await g.provider.get()).toBe("token-1");
    const warnings = g.events.filter((event) => event.type === "warning");
    expect(warnings.map((event) => event.code)).toEqual(["tokenStoreFailed", "tokenStoreFailed"]);
    expect(warnings.map((event) => event.message)).toEqual([
      expect.stringContaining("read from"),
      expect.stringContaining("write to"),
    ]);
    expect(JSON.stringify(g.events)).not.toContain("secret-of-the-store");
  });

  it("goes on when the store never answers", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    try {
      const never = (): Promise<never> => new Promise(() => undefined);
      const g = gateway({ store: { get: never, set: never } });
      const first = g.provider.get();
      await vi.advanceTimersByTimeAsync(5_000);
      await g.answer();
      await vi.advanceTimersByTimeAsync(5_000);
      expect(await first).toBe("token-1");
      expect(g.events.filter((event) => event.type === "warning")).toHaveLength(2);
    } finally {
      vi.useRealTimers();
    }
  });
});
