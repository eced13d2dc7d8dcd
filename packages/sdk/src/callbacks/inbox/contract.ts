import type { Claim, Inbox } from "./inbox.ts";

/**
 * Opens an inbox for one test. The same `store` names the same data, so that two inboxes with one name behave like two
 * processes; a new name is empty. Names are letters, digits and underscores.
 */
export type MakeInbox = (options: { readonly store: string; readonly leaseMs: number }) => Inbox | Promise<Inbox>;

/** One rule of the {@link Inbox} interface, as a test. */
export interface InboxContractTest {
  readonly name: string;
  /** Resolves when the inbox keeps the rule. @throws Error that says what it did instead. */
  run(): Promise<void>;
}

const LONG = 60_000;
const SHORT = 300;
let stores = 0;

/**
 * The rules that every {@link Inbox} must keep, as tests for any test framework. They take about two seconds of waiting.
 *
 * @param makeInbox Opens your inbox; see {@link MakeInbox}. Closing what it opened is up to you.
 * @param options `shared: false` leaves out the rules about two handles on one store, for stores that cannot be shared.
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
    run: (inbox: Inbox, again: () => Promise<Inbox>) => Promise<void>,
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
  const sharedRule: typeof rule = (...given) => {
    if (options.shared !== false) rule(...given);
  };

  rule("a first claim is new, and another one during its lease is busy", LONG, async (inbox) => {
    same(await stateOf(inbox, "a"), "new", "first claim");
    same(await stateOf(inbox, "a"), "busy", "second claim");
    same(await stateOf(inbox, "b"), "new", "claim of another key");
  });

  rule("a completed delivery is a duplicate, for good", SHORT, async (inbox) => {
    same(await inbox.complete("a", await take(inbox, "a")), true, "complete");
    same(await stateOf(inbox, "a"), "duplicate", "claim after complete");
    await sleep(SHORT * 1.5);
    same(await stateOf(inbox, "a"), "duplicate", "claim after complete and lease");
    same(await keys(inbox), "", "pending");
  });

  rule("what is under a lease is not pending", LONG, async (inbox) => {
    await take(inbox, "a");
    same(await keys(inbox), "", "pending");
  });

  rule("an abandoned claim is pending after its lease, payload intact", SHORT, async (inbox) => {
    const payload = JSON.stringify({ text: "Ünïcödé 🎉 \u0000 '\"\\", nested: [[[]]] });
    await take(inbox, "a", payload);
    await sleep(SHORT * 1.5);
    const [entry] = await inbox.pending(10);
    same(entry?.key, "a", "key of the pending delivery");
    same(entry?.payload, payload, "payload of the pending delivery");
    same(entry?.attempts, 1, "attempts of the pending delivery");
    same(await inbox.fail("a", await take(inbox, "a", "another payload")), true, "fail");
    const [again] = await inbox.pending(10);
    same(again?.payload, payload, "payload after the second claim");
    same(again?.attempts, 2, "attempts after the second claim");
  });

  rule("listing what is pending claims nothing", SHORT, async (inbox) => {
    await inbox.fail("a", await take(inbox, "a"));
    same(await keys(inbox), "a", "pending");
    same(await keys(inbox), "a", "pending, listed again");
  });

  rule("a failed delivery is pending at once and can be claimed again", LONG, async (inbox) => {
    same(await inbox.fail("a", await take(inbox, "a")), true, "fail");
    same(await keys(inbox), "a", "pending");
    const token = await take(inbox, "a");
    same(await stateOf(inbox, "a"), "busy", "claim during the second lease");
    same(await inbox.complete("a", token), true, "complete");
    same(await stateOf(inbox, "a"), "duplicate", "claim after complete");
  });

  rule("every claim has a token of its own", LONG, async (inbox) => {
    const tokens = [await take(inbox, "a"), await take(inbox, "b")];
    await inbox.fail("a", tokens[0] as string);
    tokens.push(await take(inbox, "a"));
    same(new Set(tokens).size, 3, "different tokens");
  });

  rule("a token counts for its own key only", LONG, async (inbox) => {
    const tokens = [await take(inbox, "a"), await take(inbox, "b")];
    for (const wrong of [tokens[1] as string, "no token", ""]) {
      same(await inbox.complete("a", wrong, ["c"]), false, `complete with ${wrong}`);
      same(await inbox.fail("a", wrong), false, `fail with ${wrong}`);
    }
    same(await keys(inbox), "", "pending");
    same(await stateOf(inbox, "a"), "busy", "claim");
    same(await stateOf(inbox, "c"), "new", "claim of what the wrong token would have settled");
    same(await inbox.complete("a", tokens[0] as string), true, "complete with its own token");
  });

  rule("a stale token changes nothing, and complete and fail return false", LONG, async (inbox) => {
    const stale = await take(inbox, "a");
    await inbox.fail("a", stale);
    const token = await take(inbox, "a");
    same(await inbox.fail("a", stale), false, "fail with the stale token");
    same(await keys(inbox), "", "pending");
    same(await inbox.complete("a", stale, ["b"]), false, "complete with the stale token");
    same(await stateOf(inbox, "a"), "busy", "claim");
    same(await stateOf(inbox, "b"), "new", "claim of what the stale token would have settled");
    same(await inbox.complete("a", token), true, "complete with the token of the second claim");
    same(await inbox.complete("a", stale), false, "complete with the stale token, afterwards");
    same(await inbox.fail("a", stale), false, "fail with the stale token, afterwards");
    same(await stateOf(inbox, "a"), "duplicate", "claim after complete");
  });

  rule("a claim after the lease makes the older token stale", SHORT, async (inbox) => {
    const stale = await take(inbox, "a");
    await sleep(SHORT * 1.5);
    const token = await take(inbox, "a");
    same(await inbox.complete("a", stale), false, "complete with the stale token");
    same(await inbox.fail("a", stale), false, "fail with the stale token");
    same(await inbox.complete("a", token), true, "complete with the token of the second claim");
  });

  rule("a late complete counts, although the lease has run out", SHORT, async (inbox) => {
    const token = await take(inbox, "a");
    await sleep(SHORT * 1.5);
    same(await inbox.complete("a", token), true, "complete");
    same(await keys(inbox), "", "pending");
    same(await stateOf(inbox, "a"), "duplicate", "claim");
  });

  rule("a token is spent once its claim has failed", LONG, async (inbox) => {
    const token = await take(inbox, "a");
    await inbox.fail("a", token);
    same(await inbox.complete("a", token), false, "complete");
    same(await inbox.fail("a", token), false, "second fail");
    same(await keys(inbox), "a", "pending");
  });

  rule("completing twice with one token is no error, and failing afterwards changes nothing", LONG, async (inbox) => {
    const token = await take(inbox, "a");
    same(await inbox.complete("a", token), true, "complete");
    same(await inbox.complete("a", token), true, "second complete");
    same(await inbox.fail("a", token), false, "fail");
    same(await keys(inbox), "", "pending");
    same(await stateOf(inbox, "a"), "duplicate", "claim");
  });

  rule("completing or failing an unknown key does nothing", LONG, async (inbox) => {
    same(await inbox.complete("a", "no token"), false, "complete");
    same(await inbox.fail("b", "no token"), false, "fail");
    same(await keys(inbox), "", "pending");
    for (const key of ["a", "b"]) same(await stateOf(inbox, key), "new", "claim");
  });

  rule("complete settles further keys, whatever their state", LONG, async (inbox) => {
    const held = await take(inbox, "held", "held payload");
    await inbox.fail("failed", await take(inbox, "failed", "failed payload"));
    const done = await take(inbox, "done");
    await inbox.complete("done", done);
    const token = await take(inbox, "a");
    const further = ["unknown", "held", "failed", "done"];
    same(await inbox.complete("a", token, further), true, "complete");
    same(await inbox.complete("a", token, further), true, "second complete");
    for (const key of ["a", ...further]) same(await stateOf(inbox, key), "duplicate", `claim of ${key}`);
    same(await inbox.fail("held", held), false, "fail with the token of a claim that was settled");
    same(await inbox.complete("held", held), false, "complete with the token of a claim that was settled");
    same(await inbox.complete("done", done), true, "second complete of what was completed before");
    same(await keys(inbox), "", "pending");
  });

  rule("pending lists the longest waiting first, and no more than asked for", LONG, async (inbox) => {
    const tokens = new Map<string, string>();
    for (const key of ["a", "b", "c"]) tokens.set(key, await take(inbox, key));
    for (const key of ["b", "c", "a"]) {
      await inbox.fail(key, tokens.get(key) as string);
      await sleep(20);
    }
    same(await keys(inbox), "b,c,a", "pending");
    same((await inbox.pending(2)).map((entry) => entry.key).join(), "b,c", "pending, two of them");
    await inbox.fail("b", await take(inbox, "b"));
    same(await keys(inbox), "c,a,b", "pending, after one more attempt");
  });

  rule("keys are exact: letter case, blanks and odd characters count", LONG, async (inbox) => {
    const odd = ["stk:ws_CO_1", "stk:ws_co_1", "stk:ws_CO_1 ", "/stk:ws_CO_1", "a'b\"c;--", "🎉", "__proto__"];
    const long = "x".repeat(449);
    const all = [...odd, `${long}1`, `${long}2`];
    for (const key of all) same(await inbox.complete(key, await take(inbox, key)), true, `complete of ${key}`);
    for (const key of all) same(await stateOf(inbox, key), "duplicate", `second claim of ${key}`);
  });

  rule("a payload of 64 KiB comes back whole", LONG, async (inbox) => {
    const payload = "é".repeat(32_768);
    await inbox.fail("a", await take(inbox, "a", payload));
    same((await inbox.pending(1))[0]?.payload === payload, true, "payload is the same");
  });

  rule("of many claims at the same time, one is new", LONG, async (inbox) => {
    same(count(await Promise.all(burst(20, () => inbox.claim("a", "payload")))), 1, "claims that are new");
  });

  rule("of many claims of a failed delivery at the same time, one is new", LONG, async (inbox) => {
    await inbox.fail("a", await take(inbox, "a"));
    same(count(await Promise.all(burst(20, () => inbox.claim("a", "payload")))), 1, "claims that are new");
  });

  sharedRule("two handles see one store", LONG, async (inbox, again) => {
    const other = await again();
    const token = await take(inbox, "a");
    same(await stateOf(other, "a"), "busy", "claim through the other handle");
    same(await other.complete("a", token, ["c"]), true, "complete through the other handle");
    for (const key of ["a", "c"]) same(await stateOf(inbox, key), "duplicate", `claim of ${key} after that`);
    await inbox.fail("b", await take(inbox, "b"));
    same(await keys(other), "b", "pending through the other handle");
  });

  sharedRule("a claim through another handle makes the first one's token stale", SHORT, async (inbox, again) => {
    const other = await again();
    const stale = await take(inbox, "a");
    await sleep(SHORT * 1.5);
    const token = await take(other, "a");
    same(await inbox.fail("a", stale), false, "fail with the stale token");
    same(await inbox.complete("a", stale), false, "complete with the stale token");
    same(await other.complete("a", token), true, "complete with the token of the second claim");
  });

  sharedRule("of claims through two handles at the same time, one is new", LONG, async (inbox, again) => {
    const handles = [inbox, await again()];
    for (let key = 0; key < 20; key += 1) {
      const claims = await Promise.all(burst(4, (index) => (handles[index % 2] as Inbox).claim(`k${key}`, "payload")));
      same(count(claims), 1, "claims that are new");
    }
  });

  return rules;
}

/** Claims a delivery that must be new. */
async function take(inbox: Inbox, key: string, payload = "payload"): Promise<string> {
  const claim: Claim | undefined = await inbox.claim(key, payload);
  same(claim?.state, "new", `claim of ${key}`);
  const { token } = claim as { token?: unknown };
  same(typeof token === "string" && token !== "", true, `claim of ${key} has a token`);
  return token as string;
}

async function stateOf(inbox: Inbox, key: string): Promise<unknown> {
  const claim: Claim | undefined = await inbox.claim(key, "payload");
  return claim?.state;
}

function burst(size: number, start: (index: number) => Promise<Claim>): Promise<Claim>[] {
  return Array.from({ length: size }, (_, index) => start(index));
}

function count(claims: readonly Claim[]): number {
  return claims.filter(({ state }) => state === "new").length;
}

async function keys(inbox: Inbox): Promise<string> {
  return (await inbox.pending(100)).map((entry) => entry.key).join();
}

function same(actual: unknown, expected: unknown, what: string): void {
  if (actual !== expected)
    throw new Error(`${what}: expected ${JSON.stringify(expected)}, got ${JSON.stringify(actual)}`);
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
