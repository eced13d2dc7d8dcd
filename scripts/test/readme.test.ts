import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { root } from "../src/steps.ts";

const read = (path: string): string => readFileSync(join(root, path), "utf8");

test("the README's first example is the file that the demo runs", () => {
  expect(read("README.md")).toContain(`\`\`\`ts\n${read("examples/stk-push.ts").trimEnd()}\n\`\`\``);
});

test("the README lists every script of package.json, and no other", () => {
  const { scripts } = JSON.parse(read("package.json")) as { scripts: Record<string, string> };
  const listed = [...read("README.md").matchAll(/^\| `([a-z]+)` \| /gm)].map(([, name]) => name);
  expect(listed.sort()).toEqual(Object.keys(scripts).sort());
});

test("the README and the CI script name the same package manager", () => {
  const [pnpm] = /npx -y pnpm@\d+\.\d+\.\d+/.exec(read(".ci/run")) ?? [];
  for (const command of ["demo", "test"]) expect(read("README.md")).toContain(`${pnpm} ${command}`);
});
