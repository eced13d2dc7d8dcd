import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import { generate } from "../../src/generate/index.ts";

const here = dirname(fileURLToPath(import.meta.url));

export const repository: string = join(here, "../../..");
export const schemaDir: string = join(repository, "spec");

/** A change of one file of the mini spec: text that occurs exactly once, and what replaces it. */
export interface Edit {
  readonly file: string;
  readonly find: string;
  readonly put: string;
}

/** A folder that is gone after the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "generators-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A copy of the mini spec in a folder named `spec`, with the edits made. */
export function miniSpec(...edits: Edit[]): string {
  const specDir = join(temporaryFolder(), "spec");
  cpSync(join(here, "../fixtures/mini"), specDir, { recursive: true });
  for (const { file, find, put } of edits) {
    const path = join(specDir, file);
    const parts = readFileSync(path, "utf8").split(find);
    if (parts.length !== 2)
      throw new Error(`${file} holds ${JSON.stringify(find)} ${parts.length - 1} times, not once`);
    writeFileSync(path, parts.join(put));
  }
  return specDir;
}

/** Everything that the generators make of the mini spec after the edits. */
export function generateMini(...edits: Edit[]): Promise<ReadonlyMap<string, string>> {
  return generate({ specDir: miniSpec(...edits), schemaDir });
}
