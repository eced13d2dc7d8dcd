import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, expect, test } from "vitest";
import { createCallbackHandler } from "../../src/callbacks/index.ts";
import { body } from "../callbacks/fixtures.ts";
import { SECRET, sleep } from "./setup.ts";

// Node runs the child's TypeScript and has the database from some version on.
const canRun = process.getBuiltinModule?.("node:sqlite") !== undefined && process.features.typescript;
const CHILD = fileURLToPath(new URL("kill-child.ts", import.meta.url));
const KILLS = 6;
const SENDERS = 8;
/** Longer than any pause of a busy machine: a lease that ends under a running function rightly lets it run twice. */
const LEASE_MS = 3_000;
let running: ChildProcess | undefined;
const folders: string[] = [];

afterEach(() => {
  running?.kill("SIGKILL");
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

test.skipIf(!canRun).each(["first", "last"])(
  "killed at random under load, acknowledging %s: nothing acknowledged is lost, nothing completed runs again",
  // Seven starts of a process, one after the other, and then the end of a lease.
  { timeout: 600_000 },
  async (acknowledge) => {
    const folder = mkdtempSync(join(tmpdir(), "kill-"));
    folders.push(folder);
    const database = join(folder, "inbox.db");
    const log = join(folder, "log");
    writeFileSync(log, "");
    const { url } = createCallbackHandler({ baseUrl: "http://localhost/hooks", secrets: [SECRET] });
    const path = new URL(await url("stk", { reference: "INV-1" })).pathname;
    const acknowledged = new Set<string>();
    let sent = 0;
    let answers = 0;

    const start = async (): Promise<{ child: ChildProcess; port: number; exited: Promise<unknown> }> => {
      const child = spawn(process.execPath, [CHILD, database, log, SECRET, String(LEASE_MS), acknowledge], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      running = child;
      const exited = new Promise((resolve) => child.once("exit", resolve));
      const line = await new Promise<string>((resolve) => child.stdout?.once("data", (data) => resolve(String(data))));
      return { child, port: Number(line), exited };
    };

    const sendUntil = async (port: number, isOver: () => boolean): Promise<void> => {
      while (!isOver()) {
        // Every fourth is an old one once more, as Safaricom might.
        const isOld = Math.random() < 0.25;
        sent += isOld ? 0 : 1;
        const id = `ws_CO_${isOld ? Math.floor(Math.random() * sent) : sent}`;
        try {
          const response = await fetch(`http://127.0.0.1:${port}${path}`, { method: "POST", body: stk(id) });
          if (response.status !== 200) continue;
          acknowledged.add(`INV-1/stk:${id}:success`);
          answers += 1;
        } catch {
          // Killed before it answered: nothing was promised.
        }
      }
    };

    for (let kill = 0; kill < KILLS; kill += 1) {
      const { child, port, exited } = await start();
      let isOver = false;
      const senders = Array.from({ length: SENDERS }, () => sendUntil(port, () => isOver));
      // By count, since disks differ in speed; then somewhere inside of what is under way.
      const enough = answers + 10 + Math.random() * 10;
      while (answers < enough) await sleep(5);
      await sleep(Math.random() * 50);
      child.kill("SIGKILL");
      await exited;
      isOver = true;
      await Promise.all(senders);
    }

    const { child, exited } = await start();
    const lines = (): string[] => readFileSync(log, "utf8").split("\n").filter(Boolean);
    const missing = (): string[] => {
      const ran = new Set(lines().filter((line) => line.startsWith("ran ")));
      return [...acknowledged].filter((key) => !ran.has(`ran ${key}`));
    };
    await expect.poll(missing, { interval: 100 }).toEqual([]);
    child.kill("SIGKILL");
    await exited;

    const completed = new Set<string>();
    const starts = new Map<string, number>();
    for (const line of lines()) {
      const [step, key = ""] = line.split(" ");
      if (step === "completed") completed.add(key);
      if (step !== "started") continue;
      expect(completed.has(key), `${key} ran after it was completed`).toBe(false);
      starts.set(key, (starts.get(key) ?? 0) + 1);
    }
    // The test would prove nothing without load, interruptions and redeliveries.
    expect(acknowledged.size).toBeGreaterThan(30);
    expect([...starts.values()].filter((count) => count > 1).length).toBeGreaterThan(0);
  },
);

function stk(id: string): string {
  const payload = body("stk-paid");
  payload.Body.stkCallback.CheckoutRequestID = id;
  return JSON.stringify(payload);
}
