import { defineConfig } from "vitest/config";

const folders = process.env["MUTATE_TESTS"]?.split(",") ?? ["*"];

/**
 * The tests that `pnpm mutate` runs, without those that start other processes, try random input for long, or wait for a real
 * network. A survivor that concerns what they test is looked at by hand.
 */
export default defineConfig({
  test: {
    include: folders.map((folder) => `packages/sdk/test/${folder}/**/*.test.ts`),
    exclude: [
      "**/node_modules/**",
      "**/*{fuzz,kill,processes,platforms,bundle,inbox-commits,inbox-examples,inbox-migration}.test.ts",
      "packages/sdk/test/callbacks/{hostile,credential}.test.ts",
      "packages/sdk/test/http/no-leak.test.ts",
      // Replaces a module, which others in the same process would notice.
      "packages/sdk/test/products/initiator.test.ts",
    ],
    maxWorkers: 1,
    testTimeout: 60_000,
    // Each change starts the tests anew: loading every file's imports anew as well would take most of the time.
    isolate: false,
  },
});
