import { serve } from "@hono/node-server";
import type { SimulatorOptions } from "../options.ts";
import { createParts, type Simulator } from "../simulator.ts";
import { createApp } from "./app.ts";
import { openStateFile } from "./state-file.ts";

export { openStateFile } from "./state-file.ts";

/** A simulator's options, and where it listens. */
export interface ServerOptions extends Omit<SimulatorOptions, "state"> {
  /** 0 takes a free one. @default 4020 */
  port?: number;
  /** @default "127.0.0.1" */
  host?: string;
  /** Path of a SQLite file that keeps money, prompts and callbacks over restarts. @default memory only */
  state?: string;
}

/** A simulator that listens. */
export interface SimulatorServer {
  /** `http://127.0.0.1:4020` */
  readonly url: string;
  readonly port: number;
  readonly simulator: Simulator;
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
 */
export async function startServer(options: ServerOptions = {}): Promise<SimulatorServer> {
  const { port = 4020, host = "127.0.0.1", state, ...rest } = options;
  const file = state === undefined ? undefined : await openStateFile(state);
  let parts: ReturnType<typeof createParts>;
  try {
    parts = createParts({ clock: "real", ...rest, ...(file ? { state: file } : {}) });
  } catch (error) {
    file?.close();
    throw error;
  }
  const { simulator } = parts;
  const server = serve({ fetch: createApp(parts).fetch, port, hostname: host });
  await new Promise<void>((resolve, reject) => {
    server.once("listening", resolve);
    server.once("error", (error: NodeJS.ErrnoException) => {
      simulator.close();
      reject(new Error(sentence(error, host, port), { cause: error }));
    });
  });
  const address = server.address();
  const actual = typeof address === "object" && address ? address.port : port;
  return {
    url: `http://${host.includes(":") ? `[${host}]` : host}:${actual}`,
    port: actual,
    simulator,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        if ("closeAllConnections" in server) server.closeAllConnections();
        simulator.close();
      }),
  };
}

function sentence({ code, message }: NodeJS.ErrnoException, host: string, port: number): string {
  if (code === "EADDRINUSE") return `port ${port} is taken; stop what listens there, or choose another with --port`;
  if (code === "EACCES") return `port ${port} needs more rights than this user has; choose one above 1023`;
  if (code === "EADDRNOTAVAIL" || code === "ENOTFOUND") return `this machine has no address ${host}`;
  return `cannot listen on ${host}:${port}: ${message}`;
}
