import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    globalSetup: "scripts/src/bundle.ts",
    include: ["packages/*/test/**/*.test.ts", "scripts/test/**/*.test.ts", "test/**/*.test.ts"],
    // Two cores: more workers only wait for each other.
    maxWorkers: 2,
    // They end what hangs, and measure nothing: a busy machine takes ten times as long as a quiet one.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    expect: { poll: { timeout: 100_000 } },
  },
});
