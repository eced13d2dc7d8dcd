import type { ClaimState, Inbox } from "./inbox.ts";

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
    same(await inbox.claim("a", "payload"), "new", "first claim");
    same(await inbox.claim("a", "payload"), "busy", "second claim");
    same(await inbox.claim("b", "payload"), "new", "claim of another key");
  });

  rule("a completed delivery is a duplicate, for good", SHORT, async (inbox) => {
    await inbox.claim("a", "payload");
    await inbox.complete("a");
    same(await inbox.claim("a", "payload"), "duplicate", "claim after complete");
    await sleep(SHORT * 1.5);
    same(await inbox.claim("a", "payload"), "duplicate", "claim after complete and lease");
    same(await keys(inbox), "", "pending");
  });

  rule("what is under a lease is not pending", LONG, async (inbox) => {
    await inbox.claim("a", "payload");
    same(await keys(inbox), "", "pending");
  });

  rule("an abandoned claim is pending after its lease, payload intact", SHORT, async (inbox) => {
    const payload = JSON.stringify({ text: "Ünïcödé 🎉 \u0000 '\"\\", nested: [[[]]] });
    await inbox.claim("a", payload);
    await sleep(SHORT * 1.5);
    const [entry] = await inbox.pending(10);
    same(entry?.key, "a", "key of the pending delivery");
    same(entry?.payload, payload, "payload of the pending delivery");
    same(entry?.attempts, 1, "attempts of the pending delivery");
    same(await inbox.claim("a", "another payload"), "new", "claim after the lease");
    same(await inbox.claim("a", payload), "busy", "claim during the second lease");
    await inbox.fail("a");
    const [again] = await inbox.pending(10);
    same(again?.payload, payload, "payload after the second claim");
    same(again?.attempts, 2, "attempts after the second claim");
  });

  rule("listing what is pending claims nothing", SHORT, async (inbox) => {
    await inbox.claim("a", "payload");
    await inbox.fail("a");
    same(await keys(inbox), "a", "pending");
    same(await keys(inbox), "a", "pending, listed again");
  });

  rule("a failed delivery is pending at once and can be claimed again", LONG, async (inbox) => {
    await inbox.claim("a", "payload");
    await inbox.fail("a");
    same(await keys(inbox), "a", "pending");
    same(await inbox.claim("a", "payload"), "new", "claim after fail");
    await inbox.complete("a");
    same(await inbox.claim("a", "payload"), "duplicate", "claim after complete");
  });

  rule("failing what is completed changes nothing", LONG, async (inbox) => {
    await inbox.claim("a", "payload");
    await inbox.complete("a");
    await inbox.fail("a");
    same(await keys(inbox), "", "pending");
    same(await inbox.claim("a", "payload"), "duplicate", "claim");
  });

  rule("a late complete counts, although the lease has run out", SHORT, async (inbox) => {
    await inbox.claim("a", "payload");
    await sleep(SHORT * 1.5);
    await inbox.complete("a");
    same(await keys(inbox), "", "pending");
    same(await inbox.claim("a", "payload"), "duplicate", "claim");
  });

  rule("completing or failing an unknown key does nothing", LONG, async (inbox) => {
    await inbox.complete("a");
    await inbox.fail("a");
    await inbox.fail("b");
    same(await keys(inbox), "", "pending");
    same(await inbox.claim("b", "payload"), "new", "claim");
  });

  rule("pending lists the longest waiting first, and no more than asked for", LONG, async (inbox) => {
    for (const key of ["a", "b", "c"]) await inbox.claim(key, key);
    for (const key of ["b", "c", "a"]) {
      await inbox.fail(key);
      await sleep(20);
    }
    same(await keys(inbox), "b,c,a", "pending");
    same((await inbox.pending(2)).map((entry) => entry.key).join(), "b,c", "pending, two of them");
    await inbox.claim("b", "b");
    await inbox.fail("b");
    same(await keys(inbox), "c,a,b", "pending, after one more attempt");
  });

  rule("keys are exact: letter case, blanks and odd characters count", LONG, async (inbox) => {
    const odd = ["stk:ws_CO_1", "stk:ws_co_1", "stk:ws_CO_1 ", "a'b\"c;--", "🎉", "__proto__", "x".repeat(300)];
    for (const key of odd) same(await inbox.claim(key, key), "new", `claim of ${key}`);
    for (const key of odd) await inbox.complete(key);
    for (const key of odd) same(await inbox.claim(key, key), "duplicate", `second claim of ${key}`);
  });

  rule("a payload of 64 KiB comes back whole", LONG, async (inbox) => {
    const payload = "é".repeat(32_768);
    await inbox.claim("a", payload);
    await inbox.fail("a");
    same((await inbox.pending(1))[0]?.payload === payload, true, "payload is the same");
  });

  rule("of many claims at the same time, one is new", LONG, async (inbox) => {
    same(count(await Promise.all(burst(20, () => inbox.claim("a", "payload")))), 1, "claims that are new");
  });

  rule("of many claims of a failed delivery at the same time, one is new", LONG, async (inbox) => {
    await inbox.claim("a", "payload");
    await inbox.fail("a");
    same(count(await Promise.all(burst(20, () => inbox.claim("a", "payload")))), 1, "claims that are new");
  });

  sharedRule("two handles see one store", LONG, async (inbox, again) => {
    const other = await again();
    same(await inbox.claim("a", "payload"), "new", "claim");
    same(await other.claim("a", "payload"), "busy", "claim through the other handle");
    await other.complete("a");
    same(await inbox.claim("a", "payload"), "duplicate", "claim after complete through the other handle");
    await inbox.claim("b", "payload");
    await inbox.fail("b");
    same(await keys(other), "b", "pending through the other handle");
  });

  sharedRule("of claims through two handles at the same time, one is new", LONG, async (inbox, again) => {
    const handles = [inbox, await again()];
    for (let key = 0; key < 20; key += 1) {
      const states = await Promise.all(burst(4, (index) => (handles[index % 2] as Inbox).claim(`k${key}`, "payload")));
      same(count(states), 1, "claims that are new");
    }
  });

  return rules;
}

function burst(size: number, start: (index: number) => Promise<ClaimState>): Promise<ClaimState>[] {
  return Array.from({ length: size }, (_, index) => start(index));
}

function count(states: readonly ClaimState[]): number {
  return states.filter((state) => state === "new").length;
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
