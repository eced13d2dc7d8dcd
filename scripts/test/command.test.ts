import { execFile } from "node:child_process";
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { miniSpec, repository, temporaryFolder } from "./support/mini.ts";

const run = promisify(execFile);

interface Result {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function command(cwd: string, ...args: string[]): Promise<Result> {
  try {
    return {
      code: 0,
      ...(await run(process.execPath, [join(repository, "scripts/src/generate.ts"), ...args], { cwd })),
    };
  } catch (error) {
    return error as Result;
  }
}

function tree(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}

const advice = "run `npx -y pnpm@12.21.0 generate` and commit the result.";

it("--check is silent on fresh files and names what is stale, missing or superfluous, without touching it", async () => {
  const cwd = temporaryFolder();
  const args = ["--spec", miniSpec(), "--out", "raw"];
  expect((await command(cwd, ...args)).code).toBe(0);
  expect(await command(cwd, ...args, "--check")).toMatchObject({ code: 0, stdout: "", stderr: "" });

  appendFileSync(join(cwd, "raw/src/generated/codes.ts"), "// by hand\n");
  rmSync(join(cwd, "raw/src/generated/names.ts"));
  writeFileSync(join(cwd, "raw/test/generated/old.ts"), "");
  const before = tree(cwd);
  expect(await command(cwd, ...args, "--check")).toMatchObject({
    code: 1,
    stderr: `Generated files do not match the spec (stale: raw/src/generated/codes.ts; missing: raw/src/generated/names.ts; superfluous: raw/test/generated/old.ts): ${advice}\n`,
  });
  expect(tree(cwd)).toEqual(before);
  expect(readFileSync(join(cwd, "raw/src/generated/codes.ts"), "utf8")).toContain("// by hand");

  expect((await command(cwd, ...args)).stdout.trim().split("\n")).toEqual([
    "raw/src/generated/codes.ts",
    "raw/src/generated/names.ts",
    "raw/test/generated/old.ts",
  ]);
  expect((await command(cwd, ...args, "--check")).code).toBe(0);
});

it("leaves files that are right already untouched", async () => {
  const cwd = temporaryFolder();
  const args = ["--spec", miniSpec(), "--out", "raw"];
  await command(cwd, ...args);
  const file = join(cwd, "raw/src/generated/schema.ts");
  const { mtimeMs } = statSync(file);
  expect((await command(cwd, ...args)).stdout).toBe("Generated files are up to date.\n");
  expect(statSync(file).mtimeMs).toBe(mtimeMs);
});

it("writes nothing when the spec is wrong", async () => {
  const cwd = temporaryFolder();
  mkdirSync(join(cwd, "raw"));
  const spec = miniSpec({ file: "openapi.yml", find: "x-mpesa-retry: never", put: "x-mpesa-retry: sometimes" });
  const result = await command(cwd, "--spec", spec, "--out", "raw");
  expect(result.code).toBe(1);
  expect(result.stderr).toBe(
    "spec/openapi.yml: paths./pay/v1/push.post: x-mpesa-retry is sometimes, not one of safe, deduplicated, never\n" +
      "The spec has 1 problem; nothing was written.\n",
  );
  expect(tree(join(cwd, "raw"))).toEqual([]);
});

it("explains an argument that it does not know", async () => {
  const cwd = temporaryFolder();
  const result = await command(cwd, "--chekc");
  expect(result.code).toBe(1);
  expect(result.stderr).toContain("--chekc");
  expect(result.stderr).toContain("Usage:");
  expect(existsSync(join(cwd, "raw"))).toBe(false);
});
