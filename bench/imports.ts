/** The time that importing an entry adds to a bare start of Node, each in a process of its own. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { atMost, type Row } from "./table.ts";

const RUNS = 25;
const CEILING_MS = 12;
/** The last entry loads undici, whoever imports it: it has no ceiling. */
const ENTRIES = ["@mpesa/sdk", "@mpesa/sdk/callbacks", "@mpesa/sdk/codes", "@mpesa/sdk/undici"];

/** One row for each entry. */
export function imports(): Row[] {
  return ENTRIES.map((entry) => {
    // Each pair shares its noisy moment.
    const added = Array.from({ length: RUNS }, () => startMs(`import ${JSON.stringify(entry)}`) - startMs(""));
    const median = added.sort((a, b) => a - b)[Math.floor(RUNS / 2)] as number;
    const limit = entry.endsWith("undici") ? {} : atMost(CEILING_MS, median, "ms");
    return { what: `import ${entry}, above bare Node`, measured: `${median.toFixed(1)} ms`, ...limit };
  });
}

function startMs(code: string): number {
  const started = performance.now();
  const { status, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", code], {
    cwd: fileURLToPath(new URL(".", import.meta.url)),
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(stderr);
  return performance.now() - started;
}
