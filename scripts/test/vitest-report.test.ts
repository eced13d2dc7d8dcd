import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { bin, root } from "../src/steps.ts";
import { readReport } from "../src/vitest-report.ts";

// Below the repository, so that the files find vitest.
const results = join(root, "test-results");
mkdirSync(results, { recursive: true });
const folder = mkdtempSync(join(results, "vitest-"));
afterAll(() => rmSync(folder, { recursive: true }));

test.each([
  [
    "a test that fails",
    'test("one", () => expect(1).toBe(2)); test("two", () => undefined);',
    { passed: 1, failed: 1, advice: "The failing tests are listed above." },
  ],
  [
    "an error outside of every test",
    'test("one", () => void setTimeout(() => { throw new Error("late"); })); test("two", () => new Promise((resolve) => setTimeout(resolve, 200)));',
    {
      passed: 2,
      failed: 0,
      advice: expect.stringMatching(/^No test failed, but an error happened outside of the tests/),
    },
  ],
  [
    "a file that cannot be loaded",
    'throw new Error("down");',
    { passed: 0, failed: 0, advice: expect.stringMatching(/^No test failed, but a file or a hook did/) },
  ],
])("the advice fits %s", (_what, code, expected) => {
  writeFileSync(join(folder, "one.test.ts"), `import { expect, test } from "vitest";\n${code}\nvoid expect;\n`);
  writeFileSync(join(folder, "vitest.config.ts"), "export default {};\n");
  const report = join(folder, "report.json");
  const args = ["run", "--root", folder, "--reporter=json", `--outputFile.json=${report}`];
  const { status } = spawnSync(process.execPath, [bin("vitest"), ...args], { encoding: "utf8" });
  expect(status).toBe(1);
  expect(readReport(report)).toEqual(expected);
});

test("a report that was not written is a failure", () => {
  expect(readReport(join(folder, "none.json"))).toMatchObject({
    failed: 1,
    advice: expect.stringContaining("stopped"),
  });
});
