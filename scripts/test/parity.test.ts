import { execFile } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { generateMini, repository, temporaryFolder } from "./support/mini.ts";

const run = promisify(execFile);

/** Compiles the generated mini files, one of them tampered with, and gives what the compiler says. */
async function compile(name?: string, find?: string, put?: string): Promise<string> {
  const folder = temporaryFolder();
  for (const path of ["src/generated", "test/generated"]) mkdirSync(join(folder, path), { recursive: true });
  cpSync(join(repository, "packages/raw/src/open-string.ts"), join(folder, "src/open-string.ts"));
  cpSync(join(repository, "tsconfig.base.json"), join(folder, "base.json"));
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
  for (const [file, content] of await generateMini()) {
    // Nothing that is imported from a package can be found from a temporary folder.
    if (file.endsWith("validators.ts")) continue;
    if (file === name && content.split(find ?? "").length !== 2) throw new Error(`${file} does not hold ${find} once`);
    writeFileSync(join(folder, file), file === name ? content.replace(find ?? "", put ?? "") : content);
  }
  const options = {
    extends: "./base.json",
    compilerOptions: { noEmit: true, composite: false },
    include: ["src", "test"],
  };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(options));
  try {
    await run(process.execPath, [join(repository, "node_modules/typescript/bin/tsc"), "-p", folder]);
    return "";
  } catch (error) {
    return (error as { stdout: string }).stdout;
  }
}

const heyApi = "test/generated/heyapi-types.ts";
const names = "src/generated/names.ts";
const operations = "src/generated/operations.ts";

describe("the generated files", () => {
  it("compile under the strictest options", async () => {
    expect(readFileSync(join(repository, "tsconfig.base.json"), "utf8")).toContain('"isolatedDeclarations": true');
    expect(await compile()).toBe("");
  });

  it.each([
    ["another type", heyApi, "errorMessage?: string", "errorMessage?: number", "types"],
    ["an optional key less", heyApi, "errorMessage?: string;", "", "keys"],
    ["an optional key more", heyApi, "errorMessage?: string;", "errorMessage?: string; more?: string;", "keys"],
    ["a required key", heyApi, "errorMessage?: string", "errorMessage: string", "types"],
    ["a key less inside of an object", heyApi, "faultstring: string;", "", "types"],
    ["another literal", heyApi, "'CustomerBuyGoodsOnline'", "'CustomerBuysGoodsOnline'", "types"],
    ["any", heyApi, "export type DarajaError = {", "export type DarajaError = any; type Old = {", "any or never"],
    ["never", heyApi, "export type DarajaError = {", "export type DarajaError = never; type Old = {", "any or never"],
    ["a route with another body", names, "body: StkQueryRequest", "body: StkPushRequest", "types"],
    ["a route with fewer errors", names, "DarajaError | GatewayFault", "DarajaError", "types"],
    ["an operation with an unknown retry class", operations, 'retry: "never"', 'retry: "often"', "RetryClass"],
  ])("stop compiling with %s", async (_name, file, find, put, reason) => {
    const output = await compile(file, find, put);
    expect(output).toContain("parity.test-d.ts");
    expect(output).toContain(reason);
  });
});
