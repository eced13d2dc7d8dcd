#!/usr/bin/env node
import { readFileSync } from "node:fs";
import { magicTable } from "../magic-table.ts";
import { help, readCommand } from "./arguments.ts";
import { startServer } from "./index.ts";
import { logTo } from "./log.ts";

const print = (line: string): void => void process.stdout.write(`${line}\n`);

function fail(error: unknown): void {
  process.stderr.write(`mpesa-simulator: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

try {
  const { kind, json, options } = readCommand(process.argv.slice(2));
  if (kind === "help") print(help);
  else if (kind === "magic") process.stdout.write(magicTable());
  else if (kind === "version")
    print(
      (JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as { version: string }).version,
    );
  else await serve(json, options);
} catch (error) {
  fail(error);
}

async function serve(json: boolean, options: Parameters<typeof startServer>[0]): Promise<void> {
  const server = await startServer(options);
  const { simulator, url, urls } = server;
  logTo(simulator, { write: print, json, colour: process.stdout.isTTY === true && !process.env["NO_COLOR"] });
  const { consumerKey, consumerSecret, shortCode, passkey } = simulator.credentials;
  if (json) print(JSON.stringify({ event: "listening", url, consumerKey, consumerSecret, shortCode, passkey }));
  else {
    print(`Daraja is at ${url} – open it in a browser for the phone.`);
    if (urls.length > 1) print(`  From elsewhere: ${urls.slice(1).join(", ")}`);
    print(
      `  consumer key ${consumerKey}, secret ${consumerSecret}, short code ${shortCode} with the sandbox's passkey`,
    );
    print("  Ctrl-C stops it.");
  }
  // Going on would acknowledge what the next start knows nothing of.
  void server.failed.then((error) => {
    fail(error);
    return server.close().then(() => process.exit());
  });
  let stopping = false;
  const stop = (): void => {
    if (stopping) process.exit(130);
    stopping = true;
    void server.close().then(() => process.exit(0));
  };
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
}
