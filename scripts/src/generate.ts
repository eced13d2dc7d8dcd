import { relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { documentLimits } from "./generate/documented-limits.ts";
import { generate } from "./generate/index.ts";
import { loadSpec } from "./generate/load.ts";
import { SpecError } from "./generate/problem.ts";
import { generateSdk } from "./generate/sdk.ts";
import { compare, driftSentence, write } from "./generate/write.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const usage = "Usage: node scripts/src/generate.ts [--check] [--spec ./spec] [--out ./packages/raw]";

process.exitCode = await main();

async function main(): Promise<number> {
  let values: { check?: boolean; spec?: string; out?: string };
  try {
    ({ values } = parseArgs({
      options: { check: { type: "boolean" }, spec: { type: "string" }, out: { type: "string" } },
    }));
  } catch (error) {
    console.error(`${(error as Error).message}\n${usage}`);
    return 1;
  }
  const specDir = values.spec === undefined ? resolve(root, "spec") : resolve(values.spec);
  const outDir = values.out === undefined ? resolve(root, "packages/raw") : resolve(values.out);
  const prefix = `${relative(process.cwd(), outDir).replaceAll("\\", "/") || "."}/`;
  try {
    const files = new Map(await generate({ specDir, schemaDir: resolve(root, "spec") }));
    if (values.out === undefined) {
      const { document } = loadSpec({ specDir, schemaDir: resolve(root, "spec") });
      for (const [name, source] of documentLimits(document, resolve(root, "packages/sdk/src")))
        files.set(`../sdk/src/${name}`, source);
      for (const [name, content] of generateSdk(resolve(root, "packages/sdk"))) files.set(`../sdk/${name}`, content);
    }
    if (values.check === true) {
      const sentence = driftSentence(compare(files, outDir), prefix);
      if (sentence === undefined) return 0;
      console.error(sentence);
      return 1;
    }
    const { stale, missing, superfluous } = write(files, outDir);
    const changed = [...stale, ...missing, ...superfluous];
    console.log(
      changed.length === 0 ? "Generated files are up to date." : changed.map((name) => prefix + name).join("\n"),
    );
    return 0;
  } catch (error) {
    if (!(error instanceof SpecError)) throw error;
    const count = error.problems.length;
    console.error(`${error.message}\nThe spec has ${count} problem${count === 1 ? "" : "s"}; nothing was written.`);
    return 1;
  }
}
