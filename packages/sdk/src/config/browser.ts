/** The parts of a global scope that tell one kind of host from another. */
interface Scope {
  readonly window?: { readonly document?: unknown };
  readonly process?: { readonly versions?: Readonly<Record<string, unknown>> };
  readonly navigator?: { readonly userAgent?: unknown };
  readonly Deno?: unknown;
  readonly Bun?: unknown;
  readonly EdgeRuntime?: unknown;
  readonly WebSocketPair?: unknown;
  readonly WorkerGlobalScope?: unknown;
  readonly importScripts?: unknown;
}

/** Whether this is a page or a worker of a browser, where everything a script holds is open to its user. */
export function isBrowser(scope: object = globalThis): boolean {
  const { window, process, navigator, Deno, Bun, EdgeRuntime, WebSocketPair, WorkerGlobalScope, importScripts } =
    scope as Scope;
  const onServer = [Deno, Bun, EdgeRuntime, WebSocketPair, process?.versions?.["node"]].some(
    (sign) => sign !== undefined,
  );
  if (onServer || navigator?.userAgent === "Cloudflare-Workers") return false;
  const isPage = window?.document !== undefined;
  const isWorker = typeof WorkerGlobalScope === "function" && typeof importScripts === "function";
  return isPage || isWorker;
}
