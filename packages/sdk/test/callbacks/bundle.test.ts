import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { type BuildResult, build, type Metafile, type PluginBuild } from "esbuild";
import { beforeAll, describe, expect, test } from "vitest";

const source = fileURLToPath(new URL("../../src/callbacks/", import.meta.url));
const packages = fileURLToPath(new URL("../../../", import.meta.url));

/** A bundle as a user's build makes it, from the sources. */
async function bundle(contents: string): Promise<{ code: string; inputs: string[]; gzipped: number }> {
  const result: BuildResult<{ write: false; metafile: true }> = await build({
    stdin: { contents, resolveDir: source, loader: "ts" },
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    write: false,
    metafile: true,
    plugins: [
      {
        name: "sources",
        setup: (hooks: PluginBuild) => {
          hooks.onResolve({ filter: /^@mpesa\/raw\// }, ({ path }: { path: string }) => ({
            path: `${packages}raw/src/generated/${path.slice("@mpesa/raw/".length)}.ts`,
            sideEffects: false,
          }));
        },
      },
    ],
  });
  const code = result.outputFiles[0]?.text ?? "";
  return {
    code,
    inputs: Object.keys((result.metafile as Metafile).inputs),
    gzipped: gzipSync(code, { level: 9 }).length,
  };
}

describe("the callbacks entry", () => {
  let entry: Awaited<ReturnType<typeof bundle>>;
  beforeAll(async () => {
    entry = await bundle('export * from "./index.ts";');
  });

  test.each([
    "openapi-fetch",
    "/http/",
    "/auth/",
    "valibot",
    "generated/validators.ts",
    "node:",
    "callbacks/node/",
    "callbacks/inbox/",
  ])("holds nothing of %s", (part) => {
    expect(entry.inputs.filter((input) => input.includes(part))).toEqual([]);
  });

  test("contains the codes of callbacks, and those of no other product", () => {
    expect(entry.code).toContain("The customer cancelled the prompt");
    expect(entry.code).not.toContain("The short code is not valid for the pull transactions API");
  });

  test.each([/\brequire\(/, /\bnode:/, /\bBuffer\b/, /\bprocess\b/, /\beval\(/, /openapi-fetch/])(
    "has no %s in its text",
    (pattern) => {
      expect(entry.code).not.toMatch(pattern);
    },
  );
});

describe("the size of the entry", () => {
  // 4.7 kB of it are the sentences of the codes, 1.4 kB the readable tables of fields: see docs/decisions/0008.
  test("stays under 17 kB gzipped, every parser, the handler and signed URLs together", async () => {
    const { gzipped } = await bundle('export * from "./index.ts";');
    expect(gzipped).toBeLessThan(17_000);
  });
});

describe("the parsers alone", () => {
  test("stay under 12.9 kB gzipped, codes of every product included", async () => {
    const { gzipped } = await bundle(
      'export * from "./phone-number-matches.ts"; export { parseCallback, parseStkCallback, parseB2cResult, parsePochiResult, parseB2bResult, ' +
        "parseTaxResult, parseBalanceResult, parseStatusResult, parseReversalResult, parseTimeout, parseC2bValidation, parseC2bConfirmation, " +
        'parseUssdCallback, parsePullNotification } from "./index.ts";',
    );
    expect(gzipped).toBeLessThan(12_900);
  });

  test("one parser leaves the handler out", async () => {
    const { inputs, code } = await bundle('export { parseStkCallback } from "./index.ts";');
    expect(inputs.length).toBeGreaterThan(0);
    expect(code).not.toContain("HMAC");
  });
});
