import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const root: string = fileURLToPath(new URL("../..", import.meta.url));

/** One command of a run, and what to do when it fails. */
export interface Step {
  readonly name: string;
  readonly command: readonly [file: string, ...args: string[]];
  /** Read when the command has failed. */
  readonly advice: string | (() => string);
  readonly env?: Readonly<Record<string, string>>;
}

/** The JavaScript file behind a tool's command, so that no shell and no PATH is needed. */
export function bin(tool: string, command: string = tool): string {
  const folder = join(root, "node_modules", tool);
  const { bin: bins } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as {
    bin: string | Record<string, string>;
  };
  const file = typeof bins === "string" ? bins : bins[command];
  if (file === undefined) throw new Error(`${tool} has no command ${command}`);
  return join(folder, file);
}

/** Runs a step with its output shown; true when it exits with 0. */
export function run({ name, command: [file, ...args], advice, env }: Step): Promise<boolean> {
  console.log(`\n── ${name}`);
  return new Promise((resolve) => {
    const child = spawn(file, args, { cwd: root, stdio: "inherit", env: { ...process.env, ...env } });
    child.on("error", (error) => {
      console.error(`${name} could not be started: ${error.message}`);
      resolve(false);
    });
    child.on("exit", (code) => {
      if (code !== 0) console.error(`✗ ${name}. ${typeof advice === "string" ? advice : advice()}`);
      resolve(code === 0);
    });
  });
}

export const build: Step = {
  name: "build",
  command: [process.execPath, bin("typescript", "tsc"), "-b"],
  advice: "Correct the types that the compiler names.",
};

export const bundle: Step = {
  name: "bundle",
  command: [process.execPath, "scripts/src/bundle.ts"],
  advice: "Correct what esbuild names.",
};

export const checks: readonly Step[] = [
  {
    name: "types",
    command: [process.execPath, bin("typescript", "tsc"), "-b", "tsconfig.check.json"],
    advice: "Correct the types that the compiler names.",
  },
  {
    name: "lint and format",
    command: [process.execPath, bin("@biomejs/biome", "biome"), "check", "--error-on-warnings"],
    advice: "Run `npx -y pnpm@12.21.0 exec biome check --write` and correct the rest by hand.",
  },
  {
    name: "dead code and dependencies",
    command: [process.execPath, bin("knip")],
    advice: "Remove what nothing uses, or say in knip.json who does.",
  },
];

export const drift: Step = {
  name: "generated files",
  command: [process.execPath, "scripts/src/generate.ts", "--check"],
  advice: "Run `npx -y pnpm@12.21.0 generate` and commit the result.",
};

/** Tests of whatever reads a clock, under host time zones far from Nairobi's and from each other. */
export const timeZones: readonly Step[] = ["Pacific/Kiritimati", "America/St_Johns"].map((zone) => ({
  name: `tests under the time zone ${zone}`,
  command: [
    process.execPath,
    bin("vitest"),
    "run",
    ...["values", "stk", "products", "pull", "callbacks", "handler/signed-path"].map(
      (part) => `packages/sdk/test/${part}`,
    ),
  ],
  advice: "What fails here and not under your own time zone depends on the host's clock settings; the SDK must not.",
  env: { TZ: zone, MPESA_FUZZ_RUNS: "2000" },
}));
