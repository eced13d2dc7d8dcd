import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";

/** A database server of the test's own, or why there is none. */
export type Started = { readonly port: number; stop(): Promise<void> } | { readonly missing: string };

/** Redis, with every write on the disk before it is answered. */
export async function startRedis(): Promise<Started> {
  const program = find("redis-server", []);
  if (!program) return { missing: "no redis-server on this machine" };
  const folder = mkdtempSync(join(tmpdir(), "redis-"));
  const port = await freePort();
  const flags = { port, bind: "127.0.0.1", dir: folder, save: "", appendonly: "yes", appendfsync: "always" };
  const values = Object.entries(flags).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const server = spawn(program, values, { stdio: ["ignore", "pipe", "ignore"] });
  await outputOf(server, "stdout", "Ready to accept connections");
  return { port, stop: () => stop(server, folder) };
}

/** PostgreSQL with a fresh cluster, user and database `shop`. */
export async function startPostgres(): Promise<Started> {
  const installed = existsSync("/usr/lib/postgresql") ? readdirSync("/usr/lib/postgresql") : [];
  const program = (name: string): string | undefined =>
    find(
      name,
      installed.map((version) => `/usr/lib/postgresql/${version}/bin`),
    );
  const [postgres, initdb] = [program("postgres"), program("initdb")];
  if (!postgres || !initdb) return { missing: "no postgres on this machine" };
  const folder = mkdtempSync(join(tmpdir(), "postgres-"));
  // The server refuses to run as root.
  const user = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
  if (user.uid) chownSync(folder, user.uid, user.gid);
  const port = await freePort();
  const data = join(folder, "data");
  try {
    execFileSync(initdb, ["-D", data, "-U", "shop", "-A", "trust", "-E", "UTF8", "--no-sync"], {
      ...user,
      stdio: "ignore",
      cwd: folder,
    });
  } catch {
    rmSync(folder, { recursive: true, force: true });
    return { missing: "initdb does not run on this machine" };
  }
  const server = spawn(postgres, ["-D", data, "-p", String(port), "-h", "127.0.0.1", "-k", folder], {
    ...user,
    stdio: ["ignore", "ignore", "pipe"],
    cwd: folder,
  });
  await outputOf(server, "stderr", "ready to accept connections");
  return { port, stop: () => stop(server, folder) };
}

function find(program: string, more: readonly string[]): string | undefined {
  const folders = [...(process.env["PATH"] ?? "").split(delimiter), ...more];
  return folders.map((folder) => join(folder, program)).find((file) => existsSync(file));
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

function outputOf(server: ChildProcess, stream: "stdout" | "stderr", text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let seen = "";
    server[stream]?.on("data", (data) => {
      seen += data;
      if (seen.includes(text)) resolve();
    });
    server.once("exit", (code) => reject(new Error(`ended with ${code}: ${seen}`)));
  });
}

async function stop(server: ChildProcess, folder: string): Promise<void> {
  const exited = new Promise((resolve) => server.once("exit", resolve));
  server.kill("SIGINT");
  await exited;
  rmSync(folder, { recursive: true, force: true });
}
