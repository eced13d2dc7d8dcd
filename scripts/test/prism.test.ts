import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { type Prism, type PrismOptions, startPrism } from "../src/prism.ts";
import { freePort, isFree, script, source, withBusyPort } from "./support/process.ts";

const started: Prism[] = [];
// A folder of our own: other tests run Prism at the same time.
const temporary = mkdtempSync(join(tmpdir(), "mpesa-test-"));
const ping = {
  openapi: "3.1.0",
  info: { title: "Ping", version: "1" },
  paths: {
    "/ping": {
      get: { responses: { "200": { description: "Pong", content: { "application/json": { example: { pong: 1 } } } } } },
    },
  },
};

beforeAll(() => {
  for (const name of ["TMPDIR", "TEMP", "TMP"]) vi.stubEnv(name, temporary);
});

afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(temporary, { recursive: true });
});

afterEach(async () => {
  await Promise.all(started.splice(0).map((prism) => prism.close()));
});

async function start(options: PrismOptions = {}): Promise<Prism> {
  const prism = await startPrism({ document: ping, ...options });
  started.push(prism);
  return prism;
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

function childrenOf(pid: number): string[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ").filter(Boolean);
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  await expect.poll(condition, { interval: 20 }).toBe(true);
}

function temporaryFiles(): string[] {
  return readdirSync(temporary);
}

describe("startPrism", () => {
  test("answers on a free port of the loopback address, and leaves nothing behind", async () => {
    const prism = await start({ port: await freePort() });
    expect(prism.url).toBe(`http://127.0.0.1:${prism.port}`);
    expect(await (await fetch(`${prism.url}/ping`)).json()).toEqual({ pong: 1 });
    await until(() => prism.output().includes("Request received"));
    await prism.close();
    expect(isRunning(prism.pid)).toBe(false);
    expect(await isFree(prism.port)).toBe(true);
    expect(temporaryFiles()).toEqual([]);
    await prism.close();
  });

  test("takes the port that it is given, or a free one", async () => {
    const port = await freePort();
    expect((await start({ port })).port).toBe(port);
    expect((await start()).port).not.toBe(port);
  });

  test.skipIf(process.platform !== "linux")("stays one process where NODE_ENV is production", async () => {
    vi.stubEnv("NODE_ENV", "production");
    const { pid } = await start();
    vi.stubEnv("NODE_ENV", "test");
    expect(childrenOf(pid)).toEqual([]);
  });

  test("a busy port is one sentence", async () => {
    await withBusyPort(async (port) => {
      const sentence = `Port ${port} is in use by another program: stop that one, or choose another with --port.`;
      await expect(start({ port })).rejects.toThrow(new Error(sentence));
    });
  });

  test.each<[string, PrismOptions, string]>([
    [
      "a document without operations",
      { document: { openapi: "3.1.0" } },
      "Prism could not start: No operations found in the current file.",
    ],
    [
      "a document that is not there",
      { document: "/nowhere/openapi.yml" },
      'Prism could not start: Error opening file "/nowhere/openapi.yml".',
    ],
    [
      "a reference that leads nowhere",
      { document: { ...ping, paths: { "/ping": { get: { responses: { "200": { $ref: "#/nowhere" } } } } } } },
      'Prism could not start: at "#/paths/~1ping/get/responses/200", token "nowhere" in "#/nowhere" does not exist.',
    ],
  ])("%s is one sentence", async (_, options, sentence) => {
    await expect(start(options)).rejects.toThrow(new Error(sentence));
    expect(temporaryFiles()).toEqual([]);
  });

  test("gives up in time, and ends what it started", async () => {
    await expect(start({ startTimeoutMs: 1 })).rejects.toThrow(new Error("Prism did not answer within 0.001 seconds."));
  });

  test("a crash later is one sentence", async () => {
    const prism = await start();
    process.kill(prism.pid, "SIGKILL");
    await expect(prism.crashed).rejects.toThrow(new Error("Prism stopped by itself: ended by SIGKILL."));
    await prism.close();
  });

  test("closing is no crash", async () => {
    const prism = await start();
    await prism.close();
    const later = new Promise((resolve) => setTimeout(resolve, 50, "pending"));
    expect(await Promise.race([prism.crashed, later])).toBe("pending");
  });

  test("one that does not listen to SIGTERM is ended all the same", async () => {
    const prism = await start();
    process.kill(prism.pid, "SIGSTOP");
    await prism.close();
    expect(isRunning(prism.pid)).toBe(false);
  });

  test.each([
    "process.kill(process.pid, 'SIGKILL')",
    "process.kill(process.pid, 'SIGINT')",
    "process.exit(3)",
    "throw new Error('oops')",
  ])("Prism ends with its parent: %s", async (end) => {
    const prismFile = JSON.stringify(join(source, "prism.ts"));
    const code = `import { startPrism } from ${prismFile};
        const { pid } = await startPrism({ document: ${JSON.stringify(ping)} });
        process.stdout.write(String(pid), () => { ${end} });`;
    const parent = spawn(process.execPath, ["--input-type=module", "-e", code], {
      stdio: ["ignore", "pipe", "ignore"],
    });
    let pid = "";
    parent.stdout.on("data", (chunk) => {
      pid += chunk;
    });
    await once(parent, "close");
    expect(pid).toMatch(/^\d+$/);
    await until(() => !isRunning(Number(pid)));
    expect(temporaryFiles()).toEqual([]);
  });
});

describe("mock", () => {
  test("says where it is, answers, and ends with the signal of Ctrl-C", async () => {
    const port = await freePort();
    const mock = spawn(process.execPath, [join(source, "mock.ts"), "--", "--port", String(port)]);
    let said = "";
    mock.stdout.on("data", (chunk) => {
      said += chunk;
    });
    await until(() => said.includes("Ctrl-C ends it."));
    expect(said).toContain(`http://127.0.0.1:${port}`);
    expect((await fetch(`http://127.0.0.1:${port}/nowhere`)).status).toBe(404);
    mock.kill("SIGINT");
    expect(await once(mock, "exit")).toEqual([0, null]);
    expect(await isFree(port)).toBe(true);
  });

  test.each([
    [["--prot", "4010"], "The only option is --port: npx -y pnpm@12.21.0 mock --port 4010.\n"],
    [["4010"], "The only option is --port: npx -y pnpm@12.21.0 mock --port 4010.\n"],
    [["--port", "many"], "--port must be a number from 1 to 65535: npx -y pnpm@12.21.0 mock --port 4010.\n"],
    [["--port", "70000"], "--port must be a number from 1 to 65535: npx -y pnpm@12.21.0 mock --port 4010.\n"],
  ])("refuses %j with one sentence", async (args, stderr) => {
    expect(await script("mock.ts", ...args)).toEqual({ code: 1, stdout: "", stderr });
  });

  test("a busy port is one sentence", async () => {
    await withBusyPort(async (port) => {
      const ended = await script("mock.ts", "--port", String(port));
      expect(ended).toMatchObject({ code: 1, stdout: "", stderr: expect.stringMatching(/^Port \d+ is in use .*\n$/) });
    });
  });
});
