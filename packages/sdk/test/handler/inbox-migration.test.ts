import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { type SqliteInbox, sqliteInbox } from "../../src/callbacks/inbox/sqlite.ts";
import type { CallbackHandlerOptions } from "../../src/callbacks/index.ts";
import { post, recording, tokenOf } from "./setup.ts";

const hasSqlite: boolean = process.getBuiltinModule?.("node:sqlite") !== undefined;
const folders: string[] = [];
const open: SqliteInbox[] = [];
afterEach(async () => {
  for (const inbox of open.splice(0)) await inbox.close();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** When the older version received its callbacks; a lease lasts five minutes. */
const RECEIVED = 1_790_000_000_000;
const LEASE_END = RECEIVED + 300_000;

/** The file as the version before tokens and references made it. */
const OLDER_FILE = `
  PRAGMA journal_mode = WAL;
  CREATE TABLE mpesa_inbox (
    key TEXT PRIMARY KEY,
    payload TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    available_at INTEGER NOT NULL,
    completed_at INTEGER
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX mpesa_inbox_open ON mpesa_inbox (available_at) WHERE completed_at IS NULL;`;

function stk(id: string, code = 0): unknown {
  const ids = { MerchantRequestID: "m-1", CheckoutRequestID: id };
  return { Body: { stkCallback: { ...ids, ResultCode: code, ResultDesc: "d" } } };
}

/** An open delivery as it was stored. */
function stored(reference: string, payload: unknown): string {
  return JSON.stringify({ kind: "stk", reference, receivedAt: "2026-09-21T14:13:20.000Z", payload });
}

const timeout = { OriginatorConversationID: "o-1", CommandID: "BusinessPayment", InitiatorName: "testapi" };

/** Rows that the older version wrote for callbacks that it received. */
const ROWS: [key: string, payload: string, attempts: number, availableAt: number, completedAt: number | null][] = [
  // INV-1 was paid; INV-2 failed; the code of INV-8 is in doubt; a timeout; something else came for INV-9.
  ["stk:ws_CO_done", "", 1, LEASE_END, RECEIVED],
  ["stk:ws_CO_done:success", "", 1, LEASE_END, RECEIVED],
  ["stk:ws_CO_failed", "", 1, LEASE_END, RECEIVED],
  ["stk:ws_CO_doubt:code:4999", "", 1, LEASE_END, RECEIVED],
  ["timeout:b2c:o-1", "", 1, LEASE_END, RECEIVED],
  ["unrecognised:9082634d31e8031158185547fdf1290d605dee3786b9785ddb0e0188eb713241", "", 1, LEASE_END, RECEIVED],
  // The function of INV-3 failed; the one of INV-4 was at work; a crash interrupted the settling of INV-5's failure.
  ["stk:ws_CO_pending:success", stored("INV-3", stk("ws_CO_pending")), 1, RECEIVED, null],
  ["stk:ws_CO_held:success", stored("INV-4", stk("ws_CO_held")), 1, LEASE_END, null],
  ["stk:ws_CO_half:success", "", 1, LEASE_END, RECEIVED],
  ["stk:ws_CO_half", '"settled"', 1, LEASE_END, null],
];

async function writeOlderFile(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "older-"));
  folders.push(folder);
  const file = join(folder, "inbox.db");
  const { DatabaseSync } = await import("node:sqlite");
  const database = new DatabaseSync(file);
  database.exec(OLDER_FILE);
  const insert = database.prepare("INSERT INTO mpesa_inbox VALUES (?, ?, ?, ?, ?)");
  for (const row of ROWS) insert.run(...row);
  database.close();
  return file;
}

/** A handler of this version on such a file. */
async function shop(file: string, options: Partial<CallbackHandlerOptions> = {}) {
  const clock = { time: RECEIVED + 1000 };
  const inbox = await sqliteInbox(file, { now: () => clock.time });
  open.push(inbox);
  const recorded = recording({ inbox, ...options });
  return {
    ...recorded,
    inbox,
    clock,
    references: () => recorded.calls.map(({ reference }) => reference),
    send: async (reference: string, payload: unknown) =>
      (await recorded.handler(post(await recorded.handler.url("stk", { reference }), payload))).status,
  };
}

describe.skipIf(!hasSqlite)("a SQLite inbox of the version without tokens and references", () => {
  test("keeps what was completed: the same callback on its own route is a duplicate", async () => {
    const { handler, send, calls, notices } = await shop(await writeOlderFile());
    expect(await send("INV-1", stk("ws_CO_done"))).toBe(200);
    expect(await send("INV-1", stk("ws_CO_done", 1037))).toBe(200);
    expect(await send("INV-2", stk("ws_CO_failed", 1037))).toBe(200);
    expect(await send("INV-5", stk("ws_CO_half", 1037))).toBe(200);
    expect(await send("INV-8", stk("ws_CO_doubt", 4999))).toBe(200);
    expect(await send("INV-9", { odd: true })).toBe(200);
    await handler(post(await handler.url("timeout", { product: "b2c", reference: "P-1" }), timeout));
    expect(calls).toEqual([]);
    expect(notices.filter(({ type }) => type === "duplicate")).toHaveLength(7);
  });

  test("keeps a failure settled that a crash left half settled, also after a redelivery", async () => {
    const { handler, clock, send, references } = await shop(await writeOlderFile());
    clock.time = LEASE_END + 1;
    await handler.redeliver();
    const before = references();
    expect(await send("INV-5", stk("ws_CO_half", 1037))).toBe(200);
    expect(references()).toEqual(before);
  });

  test("delivers the success that follows a failure of then", async () => {
    const { send, references } = await shop(await writeOlderFile());
    for (let time = 0; time < 2; time += 1) expect(await send("INV-2", stk("ws_CO_failed"))).toBe(200);
    expect(references()).toEqual(["INV-2"]);
  });

  test("proves the reference of a hashed key, which contains it", async () => {
    const { send, references } = await shop(await writeOlderFile());
    for (const reference of ["INV-9", "INV-10"]) await send(reference, { odd: true });
    expect(references()).toEqual(["INV-10"]);
  });

  test("delivers each open delivery once, under the key that a repeated callback has", async () => {
    const keys: unknown[] = [];
    const { handler, inbox, clock, send, references } = await shop(await writeOlderFile(), {
      onNotice: (notice) => keys.push("key" in notice && notice.key),
    });
    expect(await handler.redeliver()).toEqual({ delivered: 1, failed: 0, skipped: 0 });
    clock.time = LEASE_END;
    expect(await handler.redeliver()).toEqual({ delivered: 1, failed: 0, skipped: 0 });
    expect(await inbox.pending(9)).toEqual([]);
    await send("INV-3", stk("ws_CO_pending"));
    await send("INV-4", stk("ws_CO_held", 1037));
    expect(references()).toEqual(["INV-3", "INV-4"]);
    expect(keys).toEqual(["INV-3/stk:ws_CO_pending:success", "INV-4/stk:ws_CO_held"]);
    clock.time += 3_600_000;
    expect(await handler.redeliver()).toEqual({ delivered: 0, failed: 0, skipped: 0 });
  });

  test("delivers an open delivery once, also if the callback is repeated before the redelivery", async () => {
    const { handler, clock, send, references } = await shop(await writeOlderFile());
    clock.time = LEASE_END;
    expect(await send("INV-3", stk("ws_CO_pending"))).toBe(200);
    expect(await send("INV-4", stk("ws_CO_held"))).toBe(200);
    expect(await handler.redeliver()).toEqual({ delivered: 0, failed: 0, skipped: 2 });
    clock.time += 3_600_000;
    expect(await handler.redeliver()).toEqual({ delivered: 0, failed: 0, skipped: 0 });
    expect(references()).toEqual(["INV-3", "INV-4"]);
  });

  test("leaves what a process of then works on to that process, for as long as its lease", async () => {
    const { send, references, notices, clock } = await shop(await writeOlderFile());
    expect(await send("INV-4", stk("ws_CO_held"))).toBe(200);
    expect(references()).toEqual([]);
    expect(notices).toMatchObject([{ type: "duplicate", state: "busy" }]);
    clock.time = LEASE_END;
    expect(await send("INV-4", stk("ws_CO_held"))).toBe(200);
    expect(references()).toEqual(["INV-4"]);
  });

  test("does not let an open delivery of one reference silence another one", async () => {
    const { handler, clock, send, references } = await shop(await writeOlderFile());
    for (const id of ["ws_CO_pending", "ws_CO_held"]) expect(await send("INV-7", stk(id))).toBe(200);
    expect(references()).toEqual(["INV-7", "INV-7"]);
    clock.time = LEASE_END;
    expect(await handler.redeliver()).toEqual({ delivered: 2, failed: 0, skipped: 0 });
    expect(references().sort()).toEqual(["INV-3", "INV-4", "INV-7", "INV-7"]);
  });

  test("is not extended: what arrives now is never taken for a delivery of then", async () => {
    const { send, references } = await shop(await writeOlderFile());
    for (const reference of ["INV-1", "INV-2"]) await send(reference, stk("ws_CO_new"));
    expect(references()).toEqual(["INV-1", "INV-2"]);
  });

  test("forgets what was completed when told to; then it is delivered again", async () => {
    const { inbox, send, references } = await shop(await writeOlderFile());
    expect(await inbox.prune(new Date(RECEIVED + 1))).toBe(7);
    await send("INV-1", stk("ws_CO_done"));
    expect(references()).toEqual(["INV-1"]);
  });

  test("keeps failed redeliveries pending, and delivers them later", async () => {
    let isUp = false;
    const delivered: string[] = [];
    const { handler, inbox, clock } = await shop(await writeOlderFile(), {
      onEvent: ({ reference }) => {
        if (!isUp) throw new Error("down");
        delivered.push(reference);
      },
    });
    clock.time = LEASE_END;
    expect(await handler.redeliver()).toEqual({ delivered: 0, failed: 2, skipped: 0 });
    expect((await inbox.pending(9)).map(({ key }) => key)).toEqual([
      "INV-3/stk:ws_CO_pending:success",
      "INV-4/stk:ws_CO_held:success",
    ]);
    isUp = true;
    expect(await handler.redeliver()).toEqual({ delivered: 2, failed: 0, skipped: 0 });
    expect(delivered).toEqual(["INV-3", "INV-4"]);
  });

  test("opens twice at the same time, and stays usable for a process of then", async () => {
    const file = await writeOlderFile();
    const [one, two] = await Promise.all([shop(file), shop(file)]);
    const { DatabaseSync } = await import("node:sqlite");
    const then = new DatabaseSync(file);
    then.exec("INSERT INTO mpesa_inbox (key, payload, attempts, available_at) VALUES ('stk:then', 'p', 1, 0)");
    then.close();
    const token = tokenOf(await one.inbox.claim("stk:then", "p"));
    expect(await two.inbox.complete("stk:then", token)).toBe(true);
  });
});
