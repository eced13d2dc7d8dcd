/** Why a callback may not go to this URL; nothing when it may. Samples name real hosts, and a test must not call them. */
export function refuseHost(url: string, allowedCallbackHosts: readonly string[]): string | undefined {
  const { hostname } = new URL(url);
  if (isLoopback(hostname) || allowedCallbackHosts.includes(hostname)) return undefined;
  return `callbacks go to this machine only; to let them go to ${hostname}, name it in allowedCallbackHosts (--allow-host)`;
}

/** `shop.example` from `Shop.Example`, `shop.example:8443` or a whole URL; undefined for what names no host. */
export function hostOf(written: string): string | undefined {
  const url = /^[a-z][a-z+.-]*:\/\//i.test(written) ? written : `http://${written}`;
  return URL.canParse(url) ? new URL(url).hostname || undefined : undefined;
}

function isLoopback(hostname: string): boolean {
  return (
    hostname === "localhost" ||
    hostname.endsWith(".localhost") ||
    hostname === "[::1]" ||
    /^127(?:\.\d{1,3}){3}$/.test(hostname)
  );
}
