import { fork, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { sqliteInbox } from "../../src/callbacks/inbox/sqlite.ts";
import { tokenOf } from "./setup.ts";

const canRun = process.getBuiltinModule?.("node:sqlite") !== undefined && process.features.typescript;
const CHILD = fileURLToPath(new URL("claim-child.ts", import.meta.url));
const LATE_CHILD = fileURLToPath(new URL("late-child.ts", import.meta.url));
const KEYS = 300;

test.skipIf(!canRun)(
  "of claims in several processes at the same time, one is new; the file may be new, too",
  async () => {
    const folder = mkdtempSync(join(tmpdir(), "claims-"));
    const children = [1, 2, 3].map(() =>
      fork(CHILD, [join(folder, "inbox.db"), String(KEYS)], { stdio: ["ignore", "pipe", "inherit", "ipc"] }),
    );
    try {
      // All open a file that is not there yet, which is a race of its own.
      await Promise.all(children.map((child) => once(child, "message")));
      for (const child of children) child.send("go");
      const outputs = await Promise.all(children.map((child) => text(child.stdout as NodeJS.ReadableStream)));
      const claims = outputs.map((output) => JSON.parse(output) as string[]);
      expect(claims.flat()).toHaveLength(KEYS);
      expect(new Set(claims.flat()).size).toBe(KEYS);
      // They did run at the same time.
      expect(claims.filter((mine) => mine.length > 0).length).toBeGreaterThan(1);
    } finally {
      for (const child of children) child.kill();
      rmSync(folder, { recursive: true, force: true });
    }
  },
);

test.skipIf(!canRun)("a process whose lease has run out can neither finish nor free what another one has", async () => {
  const folder = mkdtempSync(join(tmpdir(), "late-"));
  const file = join(folder, "inbox.db");
  const child = spawn(process.execPath, [LATE_CHILD, file], { stdio: ["pipe", "pipe", "inherit"] });
  try {
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    expect((await lines.next()).value).toBe("claimed");
    // An hour ahead, so that the lease is over without waiting.
    const inbox = await sqliteInbox(file, { now: () => Date.now() + 3_600_000 });
    const token = tokenOf(await inbox.claim("a", "payload"));
    child.stdin.write("go\n");
    expect((await lines.next()).value).toBe("[false,false]");
    expect(await inbox.pending(9)).toEqual([]);
    expect(await inbox.claim("a", "payload")).toEqual({ state: "busy" });
    expect(await inbox.claim("b", "payload")).toMatchObject({ state: "new" });
    expect(await inbox.complete("a", token)).toBe(true);
    await inbox.close();
  } finally {
    child.kill("SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  }
});
