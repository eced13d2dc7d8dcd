import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { sqliteInbox } from "../../src/callbacks/inbox/sqlite.ts";
import { body } from "../callbacks/fixtures.ts";
import { post, recording } from "./setup.ts";

const hasSqlite: boolean = process.getBuiltinModule?.("node:sqlite") !== undefined;
const folder = mkdtempSync(join(tmpdir(), "commits-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/**
 * How many transactions are in a write-ahead log: the last frame of each has the size of the database in its second word.
 * Frames whose salts differ from the header's are left over from before the log was begun anew.
 */
function commitsIn(wal: string): number {
  const log = readFileSync(wal);
  const frameBytes = 24 + log.readUInt32BE(8);
  const salts = log.subarray(16, 24);
  let commits = 0;
  for (let at = 32; at + frameBytes <= log.length; at += frameBytes)
    if (log.subarray(at + 8, at + 16).equals(salts) && log.readUInt32BE(at + 4) > 0) commits += 1;
  return commits;
}

describe.skipIf(!hasSqlite)("the commits of one callback in SQLite", () => {
  let files = 0;
  const count = async (before: readonly unknown[], payload: unknown, fails = false): Promise<number> => {
    files += 1;
    const file = join(folder, `${files}.db`);
    const inbox = await sqliteInbox(file);
    const { handler } = recording({ inbox, ...(fails && { onEvent: () => Promise.reject(new Error("down")) }) });
    const url = await handler.url("stk", { reference: "INV-1" });
    for (const earlier of before) await handler(post(url, earlier));
    const start = commitsIn(`${file}-wal`);
    await handler(post(url, payload));
    const commits = commitsIn(`${file}-wal`) - start;
    await inbox.close();
    return commits;
  };
  const paid = body("stk-paid");
  const failed = body("stk-paid");
  failed.Body.stkCallback.ResultCode = 1037;

  test("are two for a success, which completes its failure as well", async () => {
    expect(await count([], paid)).toBe(2);
    expect(await count([failed], paid)).toBe(2);
  });

  test("are two for a failure and for a function that fails", async () => {
    expect(await count([], failed)).toBe(2);
    expect(await count([], paid, true)).toBe(2);
  });

  test("are none for a duplicate", async () => {
    expect(await count([paid], paid)).toBe(0);
    expect(await count([paid], failed)).toBe(0);
  });

  test("are counted: each claim of its own is one", async () => {
    const file = join(folder, "counted.db");
    const inbox = await sqliteInbox(file);
    const start = commitsIn(`${file}-wal`);
    for (let key = 0; key < 7; key += 1) await inbox.claim(`${key}`, "payload");
    expect(commitsIn(`${file}-wal`) - start).toBe(7);
    await inbox.close();
  });
});
