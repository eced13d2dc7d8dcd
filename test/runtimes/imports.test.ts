import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";

const run = promisify(execFile);
const packages = fileURLToPath(new URL("../../packages", import.meta.url));

/** Entries that load a library which uses globals when it is loaded. */
const FOREIGN: Readonly<Record<string, string>> = { "@mpesa/sdk/undici": "undici", "@mpesa/simulator/server": "hono" };
/** Globals that a package must keep as they were when it was loaded: a test runner may replace the timers afterwards. */
const KEPT: Readonly<Record<string, readonly string[]>> = { simulator: ["setTimeout", "clearTimeout"] };

/** Imports an entry after every global of the platform has become a getter that notes who reads it. */
const PROBE = `
import { runInNewContext } from "node:vm";
const language = new Set(["globalThis", "global", ...runInNewContext("Object.getOwnPropertyNames(globalThis)")]);
const touched = new Set();
for (const name of Object.getOwnPropertyNames(globalThis)) {
  const own = Object.getOwnPropertyDescriptor(globalThis, name);
  if (language.has(name) || !own.configurable) continue;
  Object.defineProperty(globalThis, name, {
    configurable: true,
    get() {
      // Node's own modules read globals, too.
      if (/file:/.test(new Error().stack.split("\\n")[2])) touched.add(name);
      return own.get ? own.get.call(globalThis) : own.value;
    },
    set(value) {
      touched.add("set " + name);
      own.value = value;
    },
  });
}
await import(ENTRY);
const { writeSync } = await import("node:fs");
writeSync(1, JSON.stringify([...touched]));
`;

describe.each(["raw", "sdk", "simulator"])("@mpesa/%s", (name) => {
  const { exports } = JSON.parse(readFileSync(join(packages, name, "package.json"), "utf8")) as {
    readonly exports: Readonly<Record<string, string | { readonly default: string }>>;
  };
  const entries = Object.entries(exports).flatMap(([path, target]) =>
    typeof target === "string" ? [] : [{ entry: `@mpesa/${name}${path.slice(1)}`, file: target.default }],
  );

  test.each(entries)("importing $entry touches no global of the platform", async ({ entry, file }) => {
    if (FOREIGN[entry]) return console.log(`${entry}: skipped, since ${FOREIGN[entry]} touches some`);
    const code = PROBE.replace("ENTRY", JSON.stringify(join(packages, name, file)));
    const { stdout } = await run(process.execPath, ["--input-type=module", "-e", code]);
    expect(JSON.parse(stdout)).toEqual(KEPT[name] ?? []);
  });
});
