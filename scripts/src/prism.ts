import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { specFile } from "./document.ts";

/** What to mock or to watch, and where. */
export interface PrismOptions {
  /** An OpenAPI document that stands alone, or the path of one. @default spec/openapi.yml */
  document?: object | string;
  /** A server to stand in front of: Prism passes everything on and names what the document does not allow. @default none, Prism answers */
  upstream?: string;
  /** @default one that is free */
  port?: number;
  /** False shows what Prism logs once it answers. @default true */
  quiet?: boolean;
  /** Milliseconds until it must answer. @default 120000 */
  startTimeoutMs?: number;
}

/** A Prism that is running. */
export interface Prism {
  /** Where it answers, without a slash at the end. */
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** Rejects with one sentence if Prism ends before `close()`; otherwise it stays pending. */
  readonly crashed: Promise<never>;
  /** Ends Prism. Resolves when its process is gone; calling it again does no harm. */
  close(): Promise<void>;
  /** The end of its log. */
  output(): string;
}

const require = createRequire(import.meta.url);
const HOST = "127.0.0.1";
const LOG_LIMIT = 256 * 1024;
const TERMINATION_GRACE_MS = 2_000;

/**
 * Starts a Prism mock or proxy on 127.0.0.1 and waits until it answers.
 *
 * @throws Error with one sentence when the port is busy, the document is wrong or Prism does not start.
 * @example
 * const prism = await startPrism({ port: 4010 });
 * await fetch(`${prism.url}/oauth/v1/generate?grant_type=client_credentials`);
 * await prism.close();
 */
export async function startPrism(options: PrismOptions = {}): Promise<Prism> {
  const { document = specFile, upstream, port = 0, quiet = true, startTimeoutMs = 120_000 } = options;
  const source: Source = typeof document === "string" ? { file: document } : temporaryFile(document);
  const cli = require.resolve("@stoplight/prism-cli");
  // Prism forks a process of its own where NODE_ENV is "production"; nobody would end that one.
  const work = upstream === undefined ? ["mock", source.file] : ["proxy", source.file, upstream];
  const args = [...work, "--host", HOST, "--port", String(port), "--multiprocess=false"];
  const child = spawn(process.execPath, ["--import", guard(source.folder), cli, ...args], {
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  const killNow = (): void => {
    child.kill("SIGKILL");
    removeFolder(source.folder);
  };
  process.on("exit", killNow);

  let log = "";
  let started = false;
  let closing: Promise<void> | undefined;
  const exited = exitOf(child).then((how) => {
    process.off("exit", killNow);
    removeFolder(source.folder);
    return how;
  });
  const crashed = exited.then((how): never | Promise<never> => {
    if (closing) return new Promise<never>(() => undefined);
    throw new Error(failure({ log: log.replaceAll(source.file, shown(document)), port, started, how }));
  });
  crashed.catch(() => undefined);
  const close = (): Promise<void> => {
    closing ??= stop(child, exited);
    return closing;
  };

  const listening = new Promise<string>((resolve) => {
    const take = (chunk: string): void => {
      if (started && !quiet) process.stdout.write(chunk);
      log = (log + stripVTControlCharacters(chunk)).slice(-LOG_LIMIT);
      const address = started ? undefined : /Prism is listening on (http:\/\/\S+)/.exec(log)?.[1];
      if (address) resolve(address);
    };
    child.stdout?.setEncoding("utf8").on("data", take);
    child.stderr?.setEncoding("utf8").on("data", take);
  });
  const deadline = deadlineOf(startTimeoutMs);
  try {
    const url = await Promise.race([listening, crashed, deadline.passed]);
    await Promise.race([answerOf(url), crashed, deadline.passed]);
    started = true;
    return { url, port: Number(new URL(url).port), pid: child.pid ?? 0, crashed, close, output: () => log };
  } catch (error) {
    await close();
    throw error;
  } finally {
    deadline.cancel();
  }
}

interface Source {
  readonly file: string;
  /** Removed with Prism. */
  readonly folder?: string;
}

function temporaryFile(document: object): Source {
  const folder = mkdtempSync(join(tmpdir(), "mpesa-prism-"));
  const file = join(folder, "openapi.json");
  writeFileSync(file, JSON.stringify(document));
  return { file, folder };
}

function removeFolder(folder: string | undefined): void {
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
}

/** Code that runs in Prism's process: from the closed channel it learns that its parent is gone, however that ended. */
function guard(folder: string | undefined): string {
  const code = `import { rmSync } from "node:fs";
process.on("disconnect", () => {
  ${folder === undefined ? "" : `rmSync(${JSON.stringify(folder)}, { recursive: true, force: true });`}
  process.exit(1);
});
// Ctrl-C reaches the whole group; what to do about it is the parent's business.
process.on("SIGINT", () => {});`;
  return `data:text/javascript,${encodeURIComponent(code)}`;
}

/** How the process ended, once all of its output has been read. */
function exitOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("close", (code, signal) => resolve(signal ? `ended by ${signal}` : `exit code ${code}`));
  });
}

/** Resolves with the first answer; a preflight is the one request that Prism does not log. */
function answerOf(url: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = { origin: url, "access-control-request-method": "GET" };
    const unanswered = (error: Error): void => reject(new Error(`Prism does not answer on ${url}: ${error.message}.`));
    request(url, { method: "OPTIONS", headers, agent: false }, (answer) => answer.resume().on("end", resolve))
      .on("error", unanswered)
      .end();
  });
}

async function stop(child: ChildProcess, exited: Promise<unknown>): Promise<void> {
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), TERMINATION_GRACE_MS);
  await exited;
  clearTimeout(timer);
}

function deadlineOf(ms: number): { passed: Promise<never>; cancel(): void } {
  let timer: NodeJS.Timeout | undefined;
  const passed = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`Prism did not answer within ${ms / 1000} seconds.`)), ms);
  });
  passed.catch(() => undefined);
  return { passed, cancel: () => clearTimeout(timer) };
}

function shown(document: object | string): string {
  return typeof document === "string" ? document : "the document";
}

interface Ending {
  readonly log: string;
  readonly port: number;
  readonly started: boolean;
  readonly how: string;
}

/** One sentence out of a log that also holds usage texts and stacks. */
function failure({ log, port, started, how }: Ending): string {
  if (!started && log.includes("EADDRINUSE")) {
    return `Port ${port} is in use by another program: stop that one, or choose another with --port.`;
  }
  const said = /\bfatal {2,}(\S.*)/.exec(log)?.[1] ?? /^\s*(?:[\w.]*Error: |listen )(.+)$/m.exec(log)?.[1];
  const reason = said ? said.trim().replace(/[:.\s]+$/, "") : how;
  return started ? `Prism stopped by itself: ${reason}.` : `Prism could not start: ${reason}.`;
}
