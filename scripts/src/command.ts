import { parseArgs } from "node:util";

/** Reads `--port`. @throws Error with one sentence for anything else. */
export function readPort(args: readonly string[], usage: string): number | undefined {
  // pnpm hands a separating "--" on to the script.
  const own = args[0] === "--" ? args.slice(1) : args;
  let text: string | undefined;
  try {
    text = parseArgs({ args: [...own], options: { port: { type: "string" } } }).values.port;
  } catch {
    throw new Error(`The only option is --port: ${usage}.`);
  }
  if (text === undefined) return undefined;
  const port = Number(text);
  if (/^\d+$/.test(text) && port > 0 && port < 65_536) return port;
  throw new Error(`--port must be a number from 1 to 65535: ${usage}.`);
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
