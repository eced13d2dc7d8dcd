import { readdirSync, readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { expect, test } from "vitest";

const source = new URL("../src/", import.meta.url);

async function bundle(contents: string): Promise<{ inputs: string[]; gzipped: number }> {
  const result = await build({
    stdin: { contents, resolveDir: source.pathname, loader: "ts" },
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    write: false,
    metafile: true,
  });
  const [output] = Object.values(result.metafile.outputs);
  const inputs = Object.entries(output?.inputs ?? {}).filter(([, { bytesInOutput }]) => bytesInOutput > 0);
  return { inputs: inputs.map(([name]) => name), gzipped: gzipSync(result.outputFiles[0]?.text ?? "").length };
}

test("fewer than 100 lines of this package are written by hand", () => {
  const files = readdirSync(source).filter((name) => name.endsWith(".ts"));
  const lines = files.flatMap((name) => readFileSync(new URL(name, source), "utf8").trimEnd().split("\n"));
  expect(files).toContain("client.ts");
  expect(lines.length).toBeLessThan(100);
});

test("a client costs neither validators nor codes", async () => {
  const { inputs, gzipped } = await bundle(
    'import { createRawClient } from "./index.ts"; console.log(createRawClient);',
  );
  expect(inputs.filter((name) => /valibot|validators|codes|constraints/.test(name))).toEqual([]);
  expect(inputs.some((name) => name.includes("openapi-fetch"))).toBe(true);
  expect(gzipped).toBeLessThan(4_000);
});

test("a code constant costs no table and no client", async () => {
  const { inputs, gzipped } = await bundle('import { StkResultCode } from "./index.ts"; console.log(StkResultCode);');
  expect(inputs.filter((name) => /openapi-fetch|validators/.test(name))).toEqual([]);
  expect(gzipped).toBeLessThan(1_000);
});
