import { build, checks, run } from "./steps.ts";

let passed = true;
for (const step of [build, ...checks]) passed = (await run(step)) && passed;
process.exitCode = passed ? 0 : 1;
