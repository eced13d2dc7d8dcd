import type { Claim, Inbox } from "./inbox.ts";

/**
 * A function that opens an inbox for one test. Two inboxes with the same `store` must have the same data, like two
 * processes. A new `store` must be empty. `store` consists of letters, digits and underscores. `leaseMs` is the lease
 * in milliseconds.
 */
export type MakeInbox = (options: { readonly store: string; readonly leaseMs: number }) => Inbox | Promise<Inbox>;

/** One rule of the {@link Inbox} interface, as a test. */
export interface InboxContractTest {
  /** Name of the test: the rule as a sentence. */
  readonly name: string;
  /** Resolves if the inbox keeps the rule. @throws Error with what the inbox did instead. */
  run(): Promise<void>;
}

const LONG = 60_000;
const SHORT = 300;
let stores = 0;

/**
 * Returns the rules that every {@link Inbox} must keep, as tests for any test framework. The tests take a few seconds,
 * because some wait for a lease to end.
 *
 * @param makeInbox Opens your inbox; see {@link MakeInbox}. The tests do not close the inboxes.
 * @param options With `shared: false`, the rules about two inboxes with one store are left out, for stores that cannot
 *   be shared.
 * @example
 * import { test } from "vitest";
 * import { inboxContract } from "@mpesa/sdk/callbacks/inbox/contract";
 *
 * for (const { name, run } of inboxContract(({ store, leaseMs }) => redisInbox(redis, { prefix: store, leaseMs }))) {
 *   test(name, run);
 * }
 */
export function inboxContract(makeInbox: MakeInbox, options: { readonly shared?: boolean } = {}): InboxContractTest[] {
  const rules: InboxContractTest[] = [];
  const rule = (
    name: string,
    leaseMs: number,
    run: (inbox: Inbox, openAgain: () => Promise<Inbox>) => Promise<void>,
  ): void => {
    rules.push({
      name,
      run: async () => {
        stores += 1;
        const store = `contract_${Date.now().toString(36)}_${stores}`;
        const open = async (): Promise<Inbox> => makeInbox({ store, leaseMs });
        await run(await open(), open);
      },
    });
  };
  const sharedRule: typeof rule = (...args) => {
    if (options.shared !== false) rule(...args);
  };

  rule("a first claim is new, and another one during its lease is busy", LONG, async (inbox) => {
    expectEqual(await stateOf(inbox, "a"), "new", "first claim");
    expectEqual(await stateOf(inbox, "a"), "busy", "second claim");
    expectEqual(await stateOf(inbox, "b"), "new", "claim of another key");
  });

  rule("a completed delivery is a duplicate, for good", SHORT, async (inbox) => {
    expectEqual(await inbox.complete("a", await claimNew(inbox, "a")), true, "complete");
    expectEqual(await stateOf(inbox, "a"), "duplicate", "claim after complete");
    await sleep(SHORT * 1.5);
    expectEqual(await stateOf(inbox, "a"), "duplicate", "claim after complete and lease");
    expectEqual(await pendingKeys(inbox), "", "pending");
  });

  rule("a claimed delivery is not pending during its lease", LONG, async (inbox) => {
    await claimNew(inbox, "a");
    expectEqual(await pendingKeys(inbox), "", "pending");
  });

  rule("an abandoned claim is pending after its lease, with its payload unchanged", SHORT, async (inbox) => {
    const payload = JSON.stringify({ text: "Ünïcödé 🎉 \u0000 '\"\\", nested: [[[]]] });
    await claimNew(inbox, "a", payload);
    await sleep(SHORT * 1.5);
    const [entry] = await inbox.pending(10);
    expectEqual(entry?.key, "a", "key of the pending delivery");
    expectEqual(entry?.payload, payload, "payload of the pending delivery");
    expectEqual(entry?.attempts, 1, "attempts of the pending delivery");
    expectEqual(await inbox.fail("a", await claimNew(inbox, "a", "another payload")), true, "fail");
    const [again] = await inbox.pending(10);
    expectEqual(again?.payload, payload, "payload after the second claim");
    expectEqual(again?.attempts, 2, "attempts after the second claim");
  });

  rule("listing pending deliveries claims nothing", SHORT, async (inbox) => {
    await inbox.fail("a", await claimNew(inbox, "a"));
    expectEqual(await pendingKeys(inbox), "a", "pending");
    expectEqual(await pendingKeys(inbox), "a", "pending, listed again");
  });

  rule("a failed delivery is pending at once and can be claimed again", LONG, async (inbox) => {
    expectEqual(await inbox.fail("a", await claimNew(inbox, "a")), true, "fail");
    expectEqual(await pendingKeys(inbox), "a", "pending");
    const token = await claimNew(inbox, "a");
    expectEqual(await stateOf(inbox, "a"), "busy", "claim during the second lease");
    expectEqual(await inbox.complete("a", token), true, "complete");
    expectEqual(await stateOf(inbox, "a"), "duplicate", "claim after complete");
  });

  rule("every claim has a token of its own", LONG, async (inbox) => {
    const tokens = [await claimNew(inbox, "a"), await claimNew(inbox, "b")];
    await inbox.fail("a", tokens[0] as string);
    tokens.push(await claimNew(inbox, "a"));
    expectEqual(new Set(tokens).size, 3, "different tokens");
  });

  rule("a token counts for its own key only", LONG, async (inbox) => {
    const tokens = [await claimNew(inbox, "a"), await claimNew(inbox, "b")];
    for (const wrong of [tokens[1] as string, "no token", ""]) {
      expectEqual(await inbox.complete("a", wrong, ["c"]), false, `complete with ${wrong}`);
      expectEqual(await inbox.fail("a", wrong), false, `fail with ${wrong}`);
    }
    expectEqual(await pendingKeys(inbox), "", "pending");
    expectEqual(await stateOf(inbox, "a"), "busy", "claim");
    expectEqual(await stateOf(inbox, "c"), "new", "claim of the key that the wrong token would have completed");
    expectEqual(await inbox.complete("a", tokens[0] as string), true, "complete with its own token");
  });

  rule("a stale token changes nothing, and complete and fail return false", LONG, async (inbox) => {
    const stale = await claimNew(inbox, "a");
    await inbox.fail("a", stale);
    const token = await claimNew(inbox, "a");
    expectEqual(await inbox.fail("a", stale), false, "fail with the stale token");
    expectEqual(await pendingKeys(inbox), "", "pending");
    expectEqual(await inbox.complete("a", stale, ["b"]), false, "complete with the stale token");
    expectEqual(await stateOf(inbox, "a"), "busy", "claim");
    expectEqual(await stateOf(inbox, "b"), "new", "claim of the key that the stale token would have completed");
    expectEqual(await inbox.complete("a", token), true, "complete with the token of the second claim");
    expectEqual(await inbox.complete("a", stale), false, "complete with the stale token, afterwards");
    expectEqual(await inbox.fail("a", stale), false, "fail with the stale token, afterwards");
    expectEqual(await stateOf(inbox, "a"), "duplicate", "claim after complete");
  });

  rule("a claim after the lease makes the older token stale", SHORT, async (inbox) => {
    const stale = await claimNew(inbox, "a");
    await sleep(SHORT * 1.5);
    const token = await claimNew(inbox, "a");
    expectEqual(await inbox.complete("a", stale), false, "complete with the stale token");
    expectEqual(await inbox.fail("a", stale), false, "fail with the stale token");
    expectEqual(await inbox.complete("a", token), true, "complete with the token of the second claim");
  });

  rule("complete counts after the end of the lease too", SHORT, async (inbox) => {
    const token = await claimNew(inbox, "a");
    await sleep(SHORT * 1.5);
    expectEqual(await inbox.complete("a", token), true, "complete");
    expectEqual(await pendingKeys(inbox), "", "pending");
    expectEqual(await stateOf(inbox, "a"), "duplicate", "claim");
  });

  rule("a token is spent once its claim has failed", LONG, async (inbox) => {
    const token = await claimNew(inbox, "a");
    await inbox.fail("a", token);
    expectEqual(await inbox.complete("a", token), false, "complete");
    expectEqual(await inbox.fail("a", token), false, "second fail");
    expectEqual(await pendingKeys(inbox), "a", "pending");
  });

  rule("completing twice with one token is no error, and failing afterwards changes nothing", LONG, async (inbox) => {
    const token = await claimNew(inbox, "a");
    expectEqual(await inbox.complete("a", token), true, "complete");
    expectEqual(await inbox.complete("a", token), true, "second complete");
    expectEqual(await inbox.fail("a", token), false, "fail");
    expectEqual(await pendingKeys(inbox), "", "pending");
    expectEqual(await stateOf(inbox, "a"), "duplicate", "claim");
  });

  rule("completing or failing an unknown key does nothing", LONG, async (inbox) => {
    expectEqual(await inbox.complete("a", "no token"), false, "complete");
    expectEqual(await inbox.fail("b", "no token"), false, "fail");
    expectEqual(await pendingKeys(inbox), "", "pending");
    for (const key of ["a", "b"]) expectEqual(await stateOf(inbox, key), "new", "claim");
  });

  rule("complete also completes further keys, whatever their state", LONG, async (inbox) => {
    const held = await claimNew(inbox, "held", "held payload");
    await inbox.fail("failed", await claimNew(inbox, "failed", "failed payload"));
    const done = await claimNew(inbox, "done");
    await inbox.complete("done", done);
    const token = await claimNew(inbox, "a");
    const further = ["unknown", "held", "failed", "done"];
    expectEqual(await inbox.complete("a", token, further), true, "complete");
    expectEqual(await inbox.complete("a", token, further), true, "second complete");
    for (const key of ["a", ...further]) expectEqual(await stateOf(inbox, key), "duplicate", `claim of ${key}`);
    expectEqual(
      await inbox.fail("held", held),
      false,
      "fail with the token of a claim that another delivery completed",
    );
    expectEqual(
      await inbox.complete("held", held),
      false,
      "complete with the token of a claim that another delivery completed",
    );
    expectEqual(await inbox.complete("done", done), true, "second complete of the delivery that was completed before");
    expectEqual(await pendingKeys(inbox), "", "pending");
  });

  rule("pending lists the longest waiting delivery first, and at most as many as its limit", LONG, async (inbox) => {
    const tokens = new Map<string, string>();
    for (const key of ["a", "b", "c"]) tokens.set(key, await claimNew(inbox, key));
    for (const key of ["b", "c", "a"]) {
      await inbox.fail(key, tokens.get(key) as string);
      await sleep(20);
    }
    expectEqual(await pendingKeys(inbox), "b,c,a", "pending");
    expectEqual((await inbox.pending(2)).map((entry) => entry.key).join(), "b,c", "pending with a limit of 2");
    await inbox.fail("b", await claimNew(inbox, "b"));
    expectEqual(await pendingKeys(inbox), "c,a,b", "pending, after one more attempt");
  });

  rule("keys are exact: letter case, whitespace and unusual characters count", LONG, async (inbox) => {
    const odd = ["stk:ws_CO_1", "stk:ws_co_1", "stk:ws_CO_1 ", "/stk:ws_CO_1", "a'b\"c;--", "🎉", "__proto__"];
    const long = "x".repeat(449);
    const all = [...odd, `${long}1`, `${long}2`];
    for (const key of all)
      expectEqual(await inbox.complete(key, await claimNew(inbox, key)), true, `complete of ${key}`);
    for (const key of all) expectEqual(await stateOf(inbox, key), "duplicate", `second claim of ${key}`);
  });

  rule("a payload of 64 KiB is returned unchanged", LONG, async (inbox) => {
    const payload = "é".repeat(32_768);
    await inbox.fail("a", await claimNew(inbox, "a", payload));
    expectEqual((await inbox.pending(1))[0]?.payload === payload, true, "payload is the same");
  });

  rule("of many claims at the same time, one is new", LONG, async (inbox) => {
    expectEqual(countNew(await Promise.all(burst(20, () => inbox.claim("a", "payload")))), 1, "claims that are new");
  });

  rule("of many claims of a failed delivery at the same time, one is new", LONG, async (inbox) => {
    await inbox.fail("a", await claimNew(inbox, "a"));
    expectEqual(countNew(await Promise.all(burst(20, () => inbox.claim("a", "payload")))), 1, "claims that are new");
  });

  sharedRule("two inboxes with one store have the same data", LONG, async (inbox, openAgain) => {
    const other = await openAgain();
    const token = await claimNew(inbox, "a");
    expectEqual(await stateOf(other, "a"), "busy", "claim through the other inbox");
    expectEqual(await other.complete("a", token, ["c"]), true, "complete through the other inbox");
    for (const key of ["a", "c"]) expectEqual(await stateOf(inbox, key), "duplicate", `claim of ${key} after that`);
    await inbox.fail("b", await claimNew(inbox, "b"));
    expectEqual(await pendingKeys(other), "b", "pending through the other inbox");
  });

  sharedRule("a claim through another inbox makes the first claim's token stale", SHORT, async (inbox, openAgain) => {
    const other = await openAgain();
    const stale = await claimNew(inbox, "a");
    await sleep(SHORT * 1.5);
    const token = await claimNew(other, "a");
    expectEqual(await inbox.fail("a", stale), false, "fail with the stale token");
    expectEqual(await inbox.complete("a", stale), false, "complete with the stale token");
    expectEqual(await other.complete("a", token), true, "complete with the token of the second claim");
  });

  sharedRule("of claims through two inboxes at the same time, one is new", LONG, async (inbox, openAgain) => {
    const handles = [inbox, await openAgain()];
    for (let key = 0; key < 20; key += 1) {
      const claims = await Promise.all(burst(4, (index) => (handles[index % 2] as Inbox).claim(`k${key}`, "payload")));
      expectEqual(countNew(claims), 1, "claims that are new");
    }
  });

  return rules;
}

/** Claims a delivery that must be new, and returns the token of the claim. */
async function claimNew(inbox: Inbox, key: string, payload = "payload"): Promise<string> {
  const claim: Claim | undefined = await inbox.claim(key, payload);
  expectEqual(claim?.state, "new", `claim of ${key}`);
  const { token } = claim as { token?: unknown };
  expectEqual(typeof token === "string" && token !== "", true, `claim of ${key} has a token`);
  return token as string;
}

async function stateOf(inbox: Inbox, key: string): Promise<unknown> {
  const claim: Claim | undefined = await inbox.claim(key, "payload");
  return claim?.state;
}

function burst(size: number, start: (index: number) => Promise<Claim>): Promise<Claim>[] {
  return Array.from({ length: size }, (_, index) => start(index));
}

function countNew(claims: readonly Claim[]): number {
  return claims.filter(({ state }) => state === "new").length;
}

async function pendingKeys(inbox: Inbox): Promise<string> {
  return (await inbox.pending(100)).map((entry) => entry.key).join();
}

function expectEqual(actual: unknown, expected: unknown, what: string): void {
  if (actual !== expected)
    throw new Error(`${what}: expected ${JSON.stringify(expected)}, got ${JSON.stringify(actual)}`);
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
