import { defineConfig } from "vitest/config";

/** The tests that `pnpm mutate` runs: those of the SDK, without those that start other processes or try random input for long. */
export default defineConfig({
  test: {
    include: ["packages/sdk/test/**/*.test.ts"],
    exclude: [
      "**/node_modules/**",
      "**/*{fuzz,kill,processes,platforms,bundle,inbox-commits,inbox-examples,inbox-migration}.test.ts",
      "packages/sdk/test/{reconcile,codes}/**",
      "packages/sdk/test/callbacks/{hostile,credential}.test.ts",
      "packages/sdk/test/http/no-leak.test.ts",
      "packages/sdk/test/stk/pace.test.ts",
      "packages/sdk/test/opentelemetry.test.ts",
      "packages/sdk/test/undici.test.ts",
      // Replaces a module, which others in the same process would notice.
      "packages/sdk/test/products/initiator.test.ts",
    ],
    maxWorkers: 1,
    testTimeout: 60_000,
    // Each change starts the tests anew: loading every file's imports anew as well would take most of the time.
    isolate: false,
  },
});
