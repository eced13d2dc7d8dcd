import { type ChildProcess, execFile, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterEach } from "vitest";

/** The command line's entry. */
export const cli: string = fileURLToPath(new URL("../../src/server/cli.ts", import.meta.url));
/** For state files; removed at the end. */
export const folder: string = mkdtempSync(join(tmpdir(), "simulator-"));
const started: ChildProcess[] = [];
afterEach(() => {
  for (const child of started.splice(0)) child.kill("SIGKILL");
});
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));

/** Runs the command line to its end. */
export async function run(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  try {
    return { code: 0, ...(await promisify(execFile)(process.execPath, [cli, ...args], { timeout: 100_000 })) };
  } catch (error) {
    return error as { code: number; stdout: string; stderr: string };
  }
}

/** A simulator in its own process, and what it has printed so far. */
export interface Launched {
  readonly url: string;
  readonly child: ChildProcess;
  readonly lines: string[];
}

/** A server of its own process, as JSON lines. */
export const launch = (...args: string[]): Promise<Launched> =>
  listening(spawn(process.execPath, [cli, "--port", "0", "--json", "--no-rate-limits", ...args]));

export function listening(child: ReturnType<typeof spawn>): Promise<Launched> {
  started.push(child);
  const lines: string[] = [];
  let rest = "";
  return new Promise((resolve, reject) => {
    let said = "";
    child.stderr?.on("data", (text) => {
      said += String(text);
    });
    child.once("exit", () => reject(new Error(said)));
    child.stdout?.on("data", (text) => {
      const parts = `${rest}${String(text)}`.split("\n");
      rest = parts.pop() ?? "";
      lines.push(...parts);
      if (lines[0]) resolve({ url: (JSON.parse(lines[0]) as { url: string }).url, child, lines });
    });
  });
}

/** Ends a process in such a way that it can put nothing in order. */
export async function kill({ child }: Launched): Promise<void> {
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGKILL");
  await ended;
}

export async function tokenOf(url: string): Promise<string> {
  const headers = { authorization: `Basic ${btoa("simulator-key:simulator-secret")}` };
  const answer = await fetch(`${url}/oauth/v1/generate?grant_type=client_credentials`, { headers });
  return ((await answer.json()) as { access_token: string }).access_token;
}

export const post = (url: string, token: string, path: string, body: unknown): Promise<Response> =>
  fetch(`${url}${path}`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify(body),
  });

export const state = async (url: string): Promise<Record<string, Record<string, unknown>[]>> =>
  (await (await fetch(`${url}/_simulator/state`)).json()) as Record<string, Record<string, unknown>[]>;
