import { parseArgs } from "node:util";
import { hostOf } from "../callbacks/hosts.ts";
import type { ServerOptions } from "./index.ts";

export const help: string = `Usage: mpesa-simulator [options]

A Daraja on this machine: point a client's base URL at it. The page at / has a phone that answers prompts.

  --port <number>        port to listen on (4020; 0 takes a free one)
  --host <address>       address to listen on (127.0.0.1; 0.0.0.0 or :: for all)
  --state <file>         keep money, prompts and callbacks in this SQLite file
  --seed <text>          the same seed gives the same ids
  --environment <name>   sandbox or production: the rules that differ
  --allow-host <name>    a host name to trust besides localhost: requests may be addressed to it,
                         and callbacks may go to it; may be repeated
  --any-keys             give a token to any consumer key and secret
  --no-rate-limits       do not throttle
  --no-magic             no magic phone numbers and amounts
  --magic                print the table of magic values and stop
  --json                 one JSON object a line instead of text
  --help, --version`;

/** What a command line asks for. */
export interface Command {
  readonly kind: "serve" | "help" | "version" | "magic";
  readonly json: boolean;
  readonly options: ServerOptions;
}

/** @throws Error with one sentence for a flag that is unknown or makes no sense */
export function readCommand(args: readonly string[]): Command {
  const { values } = parse(args);
  const kind = values.help ? "help" : values.version ? "version" : values.magic ? "magic" : "serve";
  const port = values.port === undefined ? undefined : Number(values.port);
  if (port !== undefined && !(/^\d+$/.test(values.port ?? "") && port <= 65_535)) {
    throw new Error(`--port takes a number from 0 to 65535, not "${values.port}"`);
  }
  const { environment } = values;
  if (environment !== undefined && environment !== "sandbox" && environment !== "production") {
    throw new Error(`--environment is sandbox or production, not "${environment}"`);
  }
  const empty =
    (["host", "state", "seed"] as const).find((name) => values[name] === "") ??
    (values["allow-host"]?.includes("") ? "allow-host" : undefined);
  if (empty) throw new Error(`--${empty} needs a value`);
  const noHost = values["allow-host"]?.find((name) => hostOf(name) === undefined);
  if (noHost !== undefined) throw new Error(`--allow-host takes a host name, such as simulator, not "${noHost}"`);
  return {
    kind,
    json: values.json ?? false,
    options: {
      ...(port === undefined ? {} : { port }),
      ...(values.host === undefined ? {} : { host: values.host }),
      ...(values.state === undefined ? {} : { state: values.state }),
      // Without a seed two terminals must not give the same ids.
      seed: values.seed ?? String(Math.random()),
      ...(environment === undefined ? {} : { environment }),
      allowedHosts: values["allow-host"] ?? [],
      allowedCallbackHosts: values["allow-host"] ?? [],
      ...(values["any-keys"] ? { apps: "any" as const } : {}),
      rateLimits: !values["no-rate-limits"],
      magic: !values["no-magic"],
    },
  };
}

function parse(args: readonly string[]) {
  const text = { type: "string" } as const;
  const flag = { type: "boolean" } as const;
  try {
    return parseArgs({
      args: [...args],
      options: {
        port: text,
        host: text,
        state: text,
        seed: text,
        environment: text,
        "allow-host": { ...text, multiple: true },
        "any-keys": flag,
        "no-rate-limits": flag,
        "no-magic": flag,
        magic: flag,
        json: flag,
        help: { ...flag, short: "h" },
        version: flag,
      },
    });
  } catch (error) {
    const { message } = error as Error;
    // A value that begins with a dash: node says so in three sentences.
    const [, option] = /^Option '(--[\w-]+)[^']*' argument is ambiguous/.exec(message) ?? [];
    if (option) throw new Error(`${option} needs a value, and none begins with a dash; --help lists the options`);
    const [first = ""] = message.split(/[.\n]/);
    throw new Error(`${first}; --help lists the options`);
  }
}
