import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { bin, build, bundle, checks, drift, root, run, type Step, timeZones } from "./steps.ts";
import { readReport } from "./vitest-report.ts";

const results = join(root, "test-results");
const report = join(results, "vitest.json");
const vitest: Step = {
  name: "tests",
  command: [
    process.execPath,
    bin("vitest"),
    "run",
    "--reporter=default",
    "--reporter=json",
    `--outputFile.json=${report}`,
    ...process.argv.slice(2),
  ],
  advice: () => readReport(report).advice,
};

let passed = 0;
let failed = 0;
const count = (ok: boolean): boolean => {
  if (ok) passed++;
  else failed++;
  return ok;
};

mkdirSync(results, { recursive: true });
rmSync(report, { force: true });
// Drift first: a build of stale files would only blame their readers.
count(await run(drift));
const built = count(await run(build)) && count(await run(bundle));
for (const step of checks) count(await run(step));
if (built) {
  const green = await run(vitest);
  const counts = readReport(report);
  passed += counts.passed;
  // Vitest also fails for errors outside of any test; such a run must not count as clean.
  failed += green ? counts.failed : Math.max(1, counts.failed);
  for (const step of timeZones) count(await run(step));
}
writeFileSync(join(results, "counts.json"), JSON.stringify({ passed, failed }));
console.log(`\n${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
