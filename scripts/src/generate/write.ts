import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** The folders that contain only generated files. */
const folders = ["src/generated", "test/generated"];

/**
 * The differences between the files on disk and the generated files, as paths relative to the folder of the package.
 */
export interface Drift {
  readonly stale: readonly string[];
  readonly missing: readonly string[];
  readonly superfluous: readonly string[];
}

/** Compares the generated files with the files in the folder. */
export function compare(files: ReadonlyMap<string, string>, outDir: string): Drift {
  const stale: string[] = [];
  const missing: string[] = [];
  for (const [name, content] of files) {
    const path = join(outDir, name);
    if (!existsSync(path)) missing.push(name);
    else if (readFileSync(path, "utf8") !== content) stale.push(name);
  }
  const superfluous = folders.flatMap((folder) => filesIn(outDir, folder)).filter((name) => !files.has(name));
  return { stale, missing, superfluous };
}

/**
 * Writes the generated files and deletes every other file in their folders. Files that are already correct stay
 * unchanged.
 */
export function write(files: ReadonlyMap<string, string>, outDir: string): Drift {
  const drift = compare(files, outDir);
  for (const name of [...drift.stale, ...drift.missing]) {
    const path = join(outDir, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, files.get(name) ?? "");
  }
  for (const name of drift.superfluous) rmSync(join(outDir, name));
  return drift;
}

/** Returns the differences as one sentence with the command to run, or `undefined` without differences. */
export function driftSentence(drift: Drift, prefix: string): string | undefined {
  const parts = (["stale", "missing", "superfluous"] as const)
    .filter((kind) => drift[kind].length > 0)
    .map((kind) => `${kind}: ${drift[kind].map((name) => prefix + name).join(", ")}`);
  if (parts.length === 0) return undefined;
  return `Generated files do not match the spec (${parts.join("; ")}): run \`npx -y pnpm@12.21.0 generate\` and commit the result.`;
}

function filesIn(outDir: string, folder: string): string[] {
  const root = join(outDir, folder);
  if (!existsSync(root)) return [];
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(outDir.length + 1)
        .replaceAll("\\", "/"),
    )
    .sort();
}
