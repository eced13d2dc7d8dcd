import { fileURLToPath } from "node:url";
import { build } from "esbuild";

/** Bundles the suite for runtimes that have nothing but web standards. */
export async function bundleSuite(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL("./suite.ts", import.meta.url))],
    bundle: true,
    write: false,
    format: "esm",
    // Neutral resolves no module of Node's: one in the published code fails here.
    platform: "neutral",
    target: "es2022",
  });
  return outputFiles[0]?.text ?? "";
}
