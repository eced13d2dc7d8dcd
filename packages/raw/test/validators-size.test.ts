import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { describe, expect, test } from "vitest";

const validators = fileURLToPath(new URL("../src/generated/validators.ts", import.meta.url));

/** Bytes of a minified bundle with one schema: all of it, and what is not valibot's own. */
async function sizeOf(schema: string): Promise<{ total: number; own: number }> {
  const { metafile } = await build({
    stdin: { contents: `export { ${schema} } from ${JSON.stringify(validators)};`, resolveDir: "." },
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    write: false,
    metafile: true,
  });
  const [output] = Object.values(metafile.outputs);
  const own = Object.entries(output?.inputs ?? {}).filter(([path]) => !path.includes("valibot"));
  return {
    total: output?.bytes ?? Number.NaN,
    own: own.reduce((sum, [, { bytesInOutput }]) => sum + bytesInOutput, 0),
  };
}

describe("one schema brings no other into a bundle", () => {
  test.each(["stkCallbackSchema", "stkQueryRequestSchema", "tokenResponseSchema"])(
    "%s stays under 6 kB, valibot included",
    async (schema) => {
      const { total, own } = await sizeOf(schema);
      expect(total).toBeLessThan(6_000);
      expect(own).toBeGreaterThan(50);
    },
  );

  // Its many kinds of limits need 6 kB of valibot alone.
  test("stkPushRequestSchema stays under 700 bytes beside valibot", async () => {
    const { own } = await sizeOf("stkPushRequestSchema");
    expect(own).toBeLessThan(700);
    expect(own).toBeGreaterThan(300);
  });
});
