/**
 * Mutation testing with Stryker: changes the logic of the source, one place at a time, and runs the tests that reach the place.
 * A change that no test notices survives: either a test is missing, or the code is not needed.
 *
 *     npx -y pnpm@12.21.0 mutate                                     # everything, on an idle machine
 *     npx -y pnpm@12.21.0 mutate packages/sdk/src/auth               # one folder
 *     npx -y pnpm@12.21.0 mutate packages/sdk/src/http/decide.ts
 *
 * Exits with 1 when fewer than 85 % of the changes are noticed. The survivors are printed, and a report with the code is in
 * test-results/mutation.html. Sources are changed in a copy below .stryker-tmp.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { bin, bundle, root, run } from "./steps.ts";

/** What money, secrets and callbacks depend on; a folder that does not exist has been renamed. */
const FOLDERS = ["http", "auth", "callbacks", "validate"].map((name) => `packages/sdk/src/${name}`);
const LEAST_PERCENT = 85;
/** Texts, tables and patterns are compared with the spec by other tests; here it is about decisions. */
const EXCLUDED = ["StringLiteral", "ObjectLiteral", "ArrayDeclaration", "Regex", "ArrowFunction"];

const targets = process.argv.slice(2).filter((one) => one !== "--");
const folders = targets.length > 0 ? targets : FOLDERS;
for (const folder of folders)
  if (!existsSync(join(root, folder)))
    throw new Error(`${folder} does not exist. Name a folder or a file below the root.`);

const config = {
  testRunner: "vitest",
  // A thread cannot change the time zone of its process, as some tests do.
  vitest: { configFile: "vitest.mutate.config.ts", pool: "forks" },
  plugins: ["@stryker-mutator/vitest-runner"],
  mutate: folders.map((one) => (statSync(join(root, one)).isDirectory() ? `${one}/**/*.ts` : one)),
  mutator: { excludedMutations: EXCLUDED },
  // The raw package is imported as it was built; only the SDK's sources and tests are needed beside it.
  ignorePatterns: ["/docs", "/test-results", "/bench", "**/dist", "*.tsbuildinfo"],
  // Stryker rewrites this file with the compiler's API, which TypeScript 7 lacks; Vitest reads none.
  tsconfigFile: "no-tsconfig",
  coverageAnalysis: "perTest",
  // What runs while a module is loaded is a table or a pattern, and each change of it would need all tests.
  ignoreStatic: true,
  concurrency: 2,
  timeoutMS: 20_000,
  thresholds: { high: 95, low: LEAST_PERCENT, break: LEAST_PERCENT },
  reporters: ["progress-append-only", "clear-text", "html"],
  clearTextReporter: { reportTests: false, allowColor: false },
  htmlReporter: { fileName: "test-results/mutation.html" },
};

if (await run(bundle)) {
  mkdirSync(join(root, "test-results"), { recursive: true });
  const file = join(root, "test-results/stryker.json");
  writeFileSync(file, JSON.stringify(config));
  const { status } = spawnSync(process.execPath, [bin("@stryker-mutator/core", "stryker"), "run", file], {
    cwd: root,
    stdio: "inherit",
  });
  process.exitCode = status ?? 1;
} else process.exitCode = 1;
