import { relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { documentLimits } from "./generate/documented-limits.ts";
import { generate } from "./generate/index.ts";
import { loadSpec } from "./generate/load.ts";
import { generateMagic } from "./generate/magic.ts";
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
  const prefix = prefixOf(outDir);
  const simulator = resolve(root, "packages/simulator");
  // The table of magic values belongs to the repository's own spec.
  const makesMagic = values.spec === undefined && values.out === undefined;
  try {
    const files = new Map(await generate({ specDir, schemaDir: resolve(root, "spec") }));
    if (values.out === undefined) {
      const { document } = loadSpec({ specDir, schemaDir: resolve(root, "spec") });
      for (const [name, source] of documentLimits(document, resolve(root, "packages/sdk/src")))
        files.set(`../sdk/src/${name}`, source);
      for (const [name, content] of generateSdk(resolve(root, "packages/sdk"))) files.set(`../sdk/${name}`, content);
    }
    if (values.check === true) {
      const sentence =
        driftSentence(compare(files, outDir), prefix) ??
        (makesMagic ? driftSentence(compare(await magicFile(), simulator), prefixOf(simulator)) : undefined);
      if (sentence === undefined) return 0;
      console.error(sentence);
      return 1;
    }
    const { stale, missing, superfluous } = write(files, outDir);
    const changed = [...stale, ...missing, ...superfluous].map((name) => prefix + name);
    if (makesMagic) {
      const magic = write(await magicFile(), simulator);
      changed.push(...[...magic.stale, ...magic.missing].map((name) => prefixOf(simulator) + name));
    }
    console.log(changed.length === 0 ? "Generated files are up to date." : changed.join("\n"));
    return 0;
  } catch (error) {
    if (!(error instanceof SpecError)) throw error;
    const count = error.problems.length;
    console.error(`${error.message}\nThe spec has ${count} problem${count === 1 ? "" : "s"}; nothing was written.`);
    return 1;
  }
}

async function magicFile(): Promise<ReadonlyMap<string, string>> {
  return new Map([["MAGIC.md", await generateMagic()]]);
}

function prefixOf(folder: string): string {
  return `${relative(process.cwd(), folder).replaceAll("\\", "/") || "."}/`;
}
