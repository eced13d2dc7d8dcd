import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type ChunkingContext, rolldown } from "rolldown";

const packages = fileURLToPath(new URL("../../packages", import.meta.url));
/** A larger module is a table of the spec's, which an entry loads only when it needs the table. */
const MAX_SHARED_BYTES = 16_384;

/**
 * Bundles the published packages into `dist`: one file for each entry of `exports` and `bin`, and chunks for what entries
 * share, so that each class exists once. Importing many small files is what costs most at start. `tsc -b` writes the
 * declarations beside them. Vitest calls this function before its tests, so that none runs against a bundle of older sources.
 */
export default async function bundlePackages(): Promise<void> {
  await Promise.all(["raw", "sdk", "simulator"].map((name) => bundlePackage(join(packages, name))));
}

async function bundlePackage(folder: string): Promise<void> {
  const dist = join(folder, "dist");
  const entries = entriesOf(folder);
  const bundle = await rolldown({
    input: Object.fromEntries(entries.map((entry) => [entry, join(folder, `src/${entry}.ts`)])),
    external: isForeign,
    // Neutral adds nothing of a platform's.
    platform: "neutral",
  });
  const { output } = await bundle.generate({
    dir: dist,
    entryFileNames: "[name].js",
    // One level deep, as the modules that look for files beside them expect.
    chunkFileNames: "chunks/[name]-[hash].js",
    codeSplitting: {
      groups: [
        {
          name: (id, context) => (needsNothing(id, context) ? "shared" : null),
          debugName: "shared",
          minShareCount: 2,
          maxModuleSize: MAX_SHARED_BYTES,
        },
      ],
    },
    sourcemap: true,
    // The package has the sources.
    sourcemapExcludeSources: true,
  });
  await bundle.close();
  for (const file of output) replace(join(dist, file.fileName), file.type === "chunk" ? file.code : file.source);
  const wanted = new Set(output.map(({ fileName }) => join(dist, fileName)));
  for (const name of readdirSync(dist, { recursive: true, encoding: "utf8" }))
    if (/\.js(?:\.map)?$/.test(name) && !wanted.has(join(dist, name))) rmSync(join(dist, name), { force: true });
}

/** The names of the entry points, without `./dist/` and `.js`. */
function entriesOf(folder: string): string[] {
  const { exports, bin = {} } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as {
    readonly exports: Readonly<Record<string, string | { readonly default: string }>>;
    readonly bin?: Readonly<Record<string, string>>;
  };
  const files = Object.values(exports).map((entry) => (typeof entry === "string" ? entry : entry.default));
  return [...files, ...Object.values(bin)].flatMap((file) => /^\.\/dist\/(.+)\.js$/.exec(file)?.[1] ?? []);
}

/** Whether an import leaves the package. */
function isForeign(id: string): boolean {
  return !/^[./]|^[A-Za-z]:/.test(id);
}

/** Whether neither a module nor what it imports loads another package: whoever loads all such modules loads nothing more. */
function needsNothing(id: string, context: ChunkingContext, seen: ReadonlySet<string> = new Set()): boolean {
  if (seen.has(id)) return true;
  const imported = context.getModuleInfo(id)?.importedIds ?? [];
  const known = new Set([...seen, id]);
  return imported.every((one) => !isForeign(one) && needsNothing(one, context, known));
}

/** Writes what changed, in one step: a test that runs at the same time reads the old file or the new one. */
function replace(path: string, content: string | Uint8Array): void {
  try {
    if (readFileSync(path).equals(Buffer.from(content))) return;
  } catch {
    mkdirSync(dirname(path), { recursive: true });
  }
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, content);
  renameSync(draft, path);
}

if (import.meta.main) await bundlePackages();
