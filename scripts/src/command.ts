import { parseArgs } from "node:util";

/** What a command line says. */
export interface CommandLine {
  readonly port: number | undefined;
  /** The flags that were given. */
  readonly flags: readonly string[];
}

/** Reads `--port` and the given flags. @throws Error with one sentence for anything else. */
export function readCommandLine(args: readonly string[], usage: string, flags: readonly string[] = []): CommandLine {
  // pnpm hands a separating "--" on to the script.
  const own = args[0] === "--" ? args.slice(1) : args;
  const options = Object.fromEntries(flags.map((flag) => [flag, { type: "boolean" }] as const));
  let values: Readonly<Record<string, string | boolean | undefined>>;
  try {
    values = parseArgs({ args: [...own], options: { ...options, port: { type: "string" } } }).values;
  } catch {
    const names = ["port", ...flags].map((name) => `--${name}`).join(" and ");
    throw new Error(`The only ${flags.length > 0 ? "options are" : "option is"} ${names}: ${usage}.`);
  }
  const given = flags.filter((flag) => values[flag]);
  const { port: text } = values;
  if (text === undefined) return { port: undefined, flags: given };
  const port = Number(text);
  if (/^\d+$/.test(String(text)) && port > 0 && port < 65_536) return { port, flags: given };
  throw new Error(`--port must be a number from 1 to 65535: ${usage}.`);
}

/** Resolves when somebody asks the process to end. */
export function untilStopped(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => resolve());
  });
}

/** Runs a command; a failure is one sentence on the error stream and exit code 1. */
export async function runCommand(command: () => Promise<void>): Promise<void> {
  try {
    await command();
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  }
}
