import { version } from "./generated/version.ts";

/** The parts of a global scope that tell one kind of host from another. */
interface Scope {
  readonly window?: { readonly document?: unknown };
  readonly process?: { readonly versions?: Readonly<Record<string, unknown>>; readonly type?: unknown };
  readonly navigator?: { readonly userAgent?: unknown; readonly product?: unknown };
  readonly Deno?: unknown;
  readonly Bun?: unknown;
  readonly EdgeRuntime?: unknown;
  readonly WebSocketPair?: unknown;
  readonly WorkerGlobalScope?: unknown;
  readonly importScripts?: unknown;
}

/** Whether `fetch` is, or may be, one that repeats a payment by itself: a browser's, also inside Electron, and React Native's. */
export function hasRepeatingFetch(scope: object = globalThis): boolean {
  const { process, navigator } = scope as Scope;
  return isBrowser(scope) || process?.type === "renderer" || navigator?.product === "ReactNative";
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

/** Your application, as Safaricom's logs show it. */
export interface MpesaAppInfo {
  /** 1 to 100 printable ASCII characters. */
  name: string;
  /** 1 to 100 printable ASCII characters. */
  version?: string;
  /** An absolute http or https URL. */
  url?: string;
}

/**
 * Returns the value of the User-Agent header: this SDK and its version, then the application. `undefined` in browsers,
 * which ignore the header or ask the server first whether it may be sent.
 */
export function userAgent({ appInfo }: { readonly appInfo?: MpesaAppInfo }): string | undefined {
  if (isBrowser()) return undefined;
  const sdk = `mpesa-sdk/${version}`;
  if (!appInfo) return sdk;
  const { name, version: appVersion, url } = appInfo;
  return `${sdk} ${name}${appVersion === undefined ? "" : `/${appVersion}`}${url === undefined ? "" : ` (${url})`}`;
}
