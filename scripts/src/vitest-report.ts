import { readFileSync } from "node:fs";

/** What vitest's JSON reporter wrote about a run. */
export interface VitestReport {
  readonly passed: number;
  readonly failed: number;
  /** Where to look if the run failed. */
  readonly advice: string;
}

/** Reads the report of a run. A report that is missing or broken counts as one failure. */
export function readReport(file: string): VitestReport {
  try {
    const { numPassedTests, numFailedTests, testResults } = JSON.parse(readFileSync(file, "utf8")) as {
      numPassedTests: number;
      numFailedTests: number;
      testResults: { status: string }[];
    };
    const hasFailedFile = testResults.some(({ status }) => status === "failed");
    return { passed: numPassedTests, failed: numFailedTests, advice: adviceFor(numFailedTests > 0, hasFailedFile) };
  } catch {
    return { passed: 0, failed: 1, advice: "Vitest stopped before it wrote a report. Its last lines say why." };
  }
}

function adviceFor(hasFailedTest: boolean, hasFailedFile: boolean): string {
  if (hasFailedTest) return "The failing tests are listed above.";
  if (hasFailedFile) return "No test failed, but a file or a hook did: see the error above.";
  return "No test failed, but an error happened outside of the tests, or no test was found: see the message above.";
}
