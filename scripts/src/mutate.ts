/**
 * Mutation testing with Stryker: changes the logic of the source, one place at a time, and runs the tests that reach the place.
 * A change that no test notices survives: either a test is missing, or the code is not needed.
 *
 *     npx -y pnpm@12.21.0 mutate                                  # everything, on an idle machine
 *     npx -y pnpm@12.21.0 mutate packages/sdk/src/auth            # one folder
 *     npx -y pnpm@12.21.0 mutate packages/sdk/src/http/decide.ts  # one file
 *
 * Exits with 1 when fewer than 85 % of the changes in a folder are noticed. The survivors are printed, and reports that show
 * them in the code are in test-results/mutation. What neither the source nor its tests changed since the last run is not tried
 * again. Sources are changed in copies below .stryker-tmp.
 *
 * `http/decide.ts`, 135 changes, took seven minutes on two cores with seven busy processes. Start with one folder: `callbacks` is
 * half of everything.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { bin, bundle, root, run } from "./steps.ts";

const SOURCE = "packages/sdk/src";
/**
 * What money, secrets and callbacks depend on, and the folders below `packages/sdk/test` whose tests must notice a change there. Nearly
 * all tests reach the transport; to run them all for each change would take hours.
 */
const TESTS: Readonly<Record<string, readonly string[]>> = {
  http: ["http", "products"],
  auth: ["auth", "products"],
  callbacks: ["callbacks", "handler"],
  validate: ["validate", "products"],
};
const LEAST_PERCENT = 85;
/** Texts, tables and patterns are compared with the spec by other tests; here it is about decisions: conditions, comparisons, sums. */
const EXCLUDED = [
  "StringLiteral",
  "ObjectLiteral",
  "ArrayDeclaration",
  "Regex",
  "ArrowFunction",
  "BlockStatement",
  "MethodExpression",
];

const named = process.argv.slice(2).filter((one) => one !== "--");
const targets = named.length > 0 ? named : Object.keys(TESTS).map((name) => `${SOURCE}/${name}`);
for (const target of targets) {
  if (!existsSync(join(root, target)))
    throw new Error(`${target} does not exist. Name a folder or file below the root.`);
  if (!testsOf(target)) throw new Error(`${target} is in none of ${Object.keys(TESTS).join(", ")} of ${SOURCE}.`);
}
mkdirSync(join(root, "test-results/mutation"), { recursive: true });
// The other packages are imported as they were bundled.
if (!(await run(bundle))) process.exitCode = 1;
else for (const target of targets) if (!mutate(target)) process.exitCode = 1;

function testsOf(target: string): readonly string[] | undefined {
  return TESTS[target.replace(`${SOURCE}/`, "").split("/")[0] ?? ""];
}

/** Runs Stryker on one folder or file; true when enough of its changes are noticed. */
function mutate(target: string): boolean {
  console.log(`\n── ${target}`);
  const name = target.replaceAll(/\W+/g, "-");
  const file = join(root, `test-results/mutation/${name}.json`);
  const config = {
    testRunner: "vitest",
    // Threads start sooner, but cannot change the time zone of their process, as the tests of times do.
    vitest: {
      configFile: "vitest.mutate.config.ts",
      pool: testsOf(target)?.includes("validate") ? "forks" : "threads",
    },
    plugins: ["@stryker-mutator/vitest-runner"],
    mutate: [statSync(join(root, target)).isDirectory() ? `${target}/**/*.ts` : target],
    mutator: { excludedMutations: EXCLUDED },
    ignorePatterns: ["/docs", "/test-results", "/bench", "**/dist", "*.tsbuildinfo"],
    // Stryker rewrites this file with the compiler's API, which TypeScript 7 lacks; Vitest reads none.
    tsconfigFile: "no-tsconfig",
    coverageAnalysis: "perTest",
    // What runs while a module is loaded is a table or a pattern, and each change of it would need all tests.
    ignoreStatic: true,
    incremental: true,
    incrementalFile: `test-results/mutation/${name}-incremental.json`,
    concurrency: 2,
    timeoutMS: 20_000,
    thresholds: { high: 95, low: LEAST_PERCENT, break: LEAST_PERCENT },
    reporters: ["progress-append-only", "clear-text", "html"],
    clearTextReporter: { reportTests: false, allowColor: false },
    htmlReporter: { fileName: `test-results/mutation/${name}.html` },
  };
  writeFileSync(file, JSON.stringify(config));
  const { status } = spawnSync(process.execPath, [bin("@stryker-mutator/core", "stryker"), "run", file], {
    cwd: root,
    stdio: "inherit",
    env: { ...process.env, MUTATE_TESTS: testsOf(target)?.join(",") },
  });
  return status === 0;
}
