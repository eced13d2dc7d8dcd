import { networkInterfaces } from "node:os";
import { serve } from "@hono/node-server";
import { fields, number, refuse, text, wrongWith } from "../check.ts";
import { hostNames } from "../check-options.ts";
import type { SimulatorOptions } from "../options.ts";
import { createParts, type Simulator } from "../simulator.ts";
import type { StateFile } from "../state/store.ts";
import { createApp } from "./app.ts";
import { gatekeeper } from "./gatekeeper.ts";
import { openStateFile } from "./state-file.ts";

export { openStateFile } from "./state-file.ts";

const place = fields({
  port: number(0, 65_535),
  host: text(),
  state: text("the path of a file"),
  allowedHosts: hostNames,
});

/** A simulator's options, and where it listens. */
export interface ServerOptions extends Omit<SimulatorOptions, "state"> {
  /** 0 takes a free one. @default 4020 */
  port?: number;
  /** Address to listen on; `"0.0.0.0"` or `"::"` for all that this machine has. @default "127.0.0.1" */
  host?: string;
  /**
   * Host names besides `localhost` and `host` by which clients reach the server, such as the name of a service in a
   * compose file; case and port do not matter. IP addresses are always accepted. A request to any other name is
   * answered with 403, because a web page could make a name of its own point here.
   * @default none
   */
  allowedHosts?: readonly string[];
  /** Path of a SQLite file that keeps money, prompts and callbacks over restarts. @default memory only */
  state?: string;
}

/** A simulator that listens. */
export interface SimulatorServer {
  /** `http://127.0.0.1:4020`: an address that works on this machine. */
  readonly url: string;
  /** All addresses at which it can be reached, `url` first: several where it listens on all. */
  readonly urls: readonly string[];
  readonly port: number;
  readonly simulator: Simulator;
  /** Resolves with the reason when the state file can no longer be written. From then on every request is answered with 500. */
  readonly failed: Promise<Error>;
  /** Stops listening and closes the state file. */
  close(): Promise<void>;
}

/**
 * Serves a simulator over HTTP, with the page at `/`. The clock is real unless said otherwise.
 *
 * @example
 * const server = await startServer({ port: 0 });
 * const mpesa = new Mpesa({ baseUrl: server.url, ...server.simulator.credentials });
 * @throws Error with one sentence when the port is taken or the state file cannot be used
 * @throws TypeError that names every option that makes no sense
 */
export async function startServer(options: ServerOptions = {}): Promise<SimulatorServer> {
  refuse(wrongWith(options, "the options", (value) => (value instanceof Object ? undefined : "an object")));
  const { port = 4020, host = "127.0.0.1", state, allowedHosts = [], ...rest } = options;
  refuse(wrongWith({ port, host, state, allowedHosts }, "the options", (value) => place(value, "")));
  const opened = state === undefined ? undefined : await openStateFile(state);
  let fail = (_: Error): void => undefined;
  const failed = new Promise<Error>((resolve) => {
    fail = resolve;
  });
  const file = opened && telling(opened, (error) => fail(error));
  let parts: ReturnType<typeof createParts>;
  try {
    parts = createParts({ clock: "real", ...rest, ...(file ? { state: file } : {}) });
  } catch (error) {
    file?.close();
    throw error;
  }
  const { simulator } = parts;
  const server = serve({ fetch: createApp(parts, gatekeeper([host, ...allowedHosts])).fetch, port, hostname: host });
  await new Promise<void>((resolve, reject) => {
    server.once("listening", resolve);
    server.once("error", (error: NodeJS.ErrnoException) => {
      simulator.close();
      reject(new Error(sentence(error, host, port), { cause: error }));
    });
  });
  const address = server.address();
  const actual = typeof address === "object" && address ? address.port : port;
  const urls = reachable(host).map((one) => `http://${one.includes(":") ? `[${one}]` : one}:${actual}`);
  return {
    url: urls[0] as string,
    urls,
    port: actual,
    simulator,
    failed,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        if ("closeAllConnections" in server) server.closeAllConnections();
        simulator.close();
      }),
  };
}

/** Nobody can go to "all addresses": those that work instead, loopback first. */
function reachable(host: string): string[] {
  if (host !== "0.0.0.0" && host !== "::") return [host];
  const own = Object.values(networkInterfaces())
    .flatMap((all = []) => all)
    // Link-local addresses need a zone, which no browser takes.
    .filter(
      ({ internal, family, address }) => !internal && (family === "IPv4" || (host === "::" && !/^fe80/i.test(address))),
    );
  return [host === "::" ? "::1" : "127.0.0.1", ...own.map(({ address }) => address)];
}

/** The same state file, which tells when it fails. */
function telling(file: StateFile, fail: (error: Error) => void): StateFile {
  return {
    load: () => file.load(),
    save(changes) {
      try {
        file.save(changes);
      } catch (error) {
        fail(error as Error);
        throw error;
      }
    },
    close: () => file.close(),
  };
}

function sentence({ code, message }: NodeJS.ErrnoException, host: string, port: number): string {
  if (code === "EADDRINUSE") return `port ${port} is taken; stop what listens there, or choose another with --port`;
  if (code === "EACCES") return `port ${port} needs more rights than this user has; choose one above 1023`;
  if (code === "EADDRNOTAVAIL" || code === "ENOTFOUND") return `this machine has no address ${host}`;
  return `cannot listen on ${host}:${port}: ${message}`;
}
