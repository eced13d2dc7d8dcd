import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const canRun = process.getBuiltinModule?.("node:sqlite") !== undefined && process.features.typescript;
const CHILD = fileURLToPath(new URL("claim-child.ts", import.meta.url));
const KEYS = 300;

test.skipIf(!canRun)(
  "of claims in several processes at the same time, one is new; the file may be new, too",
  async () => {
    const folder = mkdtempSync(join(tmpdir(), "claims-"));
    // Late enough for all to be there: the claims are the race, and opening a new file is another one before it.
    const startAt = Date.now() + 1500;
    const start = (): Promise<{ stdout: string }> =>
      promisify(execFile)(process.execPath, [CHILD, join(folder, "inbox.db"), String(KEYS), String(startAt)]);
    try {
      const outputs = await Promise.all([start(), start(), start()]);
      const claims = outputs.map(({ stdout }) => JSON.parse(stdout) as string[]);
      expect(claims.flat()).toHaveLength(KEYS);
      expect(new Set(claims.flat()).size).toBe(KEYS);
      // They did run at the same time.
      expect(claims.filter((mine) => mine.length > 0).length).toBeGreaterThan(1);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
);
