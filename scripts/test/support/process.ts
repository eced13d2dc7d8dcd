import { execFile } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { join } from "node:path";

export const source: string = join(import.meta.dirname, "../../src");

export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs one of the scripts to its end. */
export function script(name: string, ...args: string[]): Promise<Ended> {
  const { NO_COLOR: _, FORCE_COLOR: __, ...env } = process.env;
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [join(source, name), ...args], { env }, (_error, stdout, stderr) => {
      resolve({ code: child.exitCode, stdout, stderr });
    });
  });
}

/** A port that another program holds while `use` runs. */
export async function withBusyPort<T>(use: (port: number) => Promise<T>): Promise<T> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  try {
    return await use((server.address() as { port: number }).port);
  } finally {
    server.close();
  }
}

/** A free port below those that systems hand out by themselves, so that no other program gets it in the meantime. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 10_000 + Math.floor(Math.random() * 20_000);
    if (await isFree(port)) return port;
  }
}

export function isFree(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}
