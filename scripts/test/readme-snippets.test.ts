import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { bin, root } from "../src/steps.ts";

/** What the examples take from the reader's own program. */
const surroundings = `
declare global {
  const mpesa: import("@mpesa/sdk").Mpesa;
  const daraja: import("@mpesa/simulator").Simulator;
  const body: import("@mpesa/raw").QrRequest;
  const request: Request;
  const originatorConversationId: string;
  const consumerKey: string, consumerSecret: string, passkey: string, securityCredential: string;
  const callbackSecret: string, password: string, sessionToken: string;
  const callbackUrl: string, resultUrl: string, timeoutUrl: string;
  function markPaid(reference: string, receipt: string): Promise<void>;
  function accountExists(account: string): Promise<boolean>;
  function myCallbackHandler(request: Request): Promise<Response>;
  function push(): Promise<import("@mpesa/sdk").StkPushResult>;
}
export {};
`;

/** Where the packages are that the examples import. */
const packages = {
  "@mpesa/raw": "packages/raw",
  "@mpesa/sdk": "packages/sdk",
  "@mpesa/simulator": "packages/simulator",
  unstorage: "packages/sdk/node_modules/unstorage",
  valibot: "packages/raw/node_modules/valibot",
};

test.each(["README.md", "packages/raw/README.md", "packages/sdk/README.md", "packages/simulator/README.md"])(
  "the examples of %s compile",
  (file) => {
    const folder = join(root, "test-results", "readme", file.replaceAll("/", "-"));
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    const blocks = [...readFileSync(join(root, file), "utf8").matchAll(/^```ts\n(.*?)^```$/gms)].map(
      ([, code]) => code,
    );
    expect(blocks).not.toEqual([]);
    // "export {}" makes a module of each, so that one may define what another takes as given.
    for (const [index, code] of blocks.entries())
      writeFileSync(join(folder, `example-${index + 1}.ts`), `${code}export {};\n`);
    writeFileSync(join(folder, "surroundings.ts"), surroundings);
    for (const [name, path] of Object.entries(packages)) {
      const link = join(folder, "node_modules", name);
      mkdirSync(dirname(link), { recursive: true });
      symlinkSync(join(root, path), link, "junction");
    }
    const config = {
      extends: "../../../tsconfig.examples.json",
      compilerOptions: { noUnusedLocals: false },
      include: ["*.ts"],
    };
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config));
    const { stdout, status } = spawnSync(process.execPath, [bin("typescript", "tsc"), "-p", folder], {
      encoding: "utf8",
    });
    expect({ status, stdout }).toEqual({ status: 0, stdout: "" });
  },
);
