import type { MpesaEnvironment } from "@mpesa/raw";
import { callbackUrl as rules } from "@mpesa/raw/platform";

/** Something about a URL that Safaricom may refuse, though it need not. */
export interface UrlWarning {
  readonly code: "callbackUrlScheme" | "callbackUrlWord" | "callbackUrlTunnel" | "callbackUrlCase" | "callbackUrlHost";
  /** What was found, never the URL: its path may be a secret. */
  readonly message: string;
}

/** Hosts that only the machine itself or its own network can reach. */
const PRIVATE_HOST =
  /^(?:localhost|.*\.localhost|0\.0\.0\.0|127\..*|10\..*|192\.168\..*|172\.(?:1[6-9]|2\d|3[01])\..*|169\.254\..*|\[::1\]|\[f[cde].*\])$/;

/** What Safaricom's filters may dislike about a URL. The filters differ between products, so nothing here is an error. */
export function urlWarnings(
  url: string,
  { environment, fromOutside }: { environment: MpesaEnvironment | undefined; fromOutside: boolean },
): UrlWarning[] {
  const { protocol, hostname } = new URL(url);
  const found: UrlWarning[] = [];
  const schemes: readonly string[] = environment ? rules.schemes[environment] : [protocol.slice(0, -1)];
  if (!schemes.includes(protocol.slice(0, -1))) {
    found.push({
      code: "callbackUrlScheme",
      message: `is ${protocol}//, and ${environment} calls only ${schemes.join(" or ")}`,
    });
  }
  const lower = url.toLowerCase();
  const words = rules.forbiddenWords.filter((word) => lower.includes(word));
  if (words.length > 0) {
    const which = words.map((word) => `"${word}"`).join(", ");
    found.push({
      code: "callbackUrlWord",
      message: `contains ${which}, which Safaricom's filter refuses in some products (C2B surely)`,
    });
  }
  const tunnel = rules.tunnelHosts.find((host) => hostname.includes(host));
  if (tunnel)
    found.push({ code: "callbackUrlTunnel", message: `points to a ${tunnel} tunnel, which Safaricom blocks` });
  const written = /^[a-z]+:\/\/([^/?#]*)/i.exec(url)?.[1] ?? "";
  if (/[A-Z]/.test(written)) {
    found.push({
      code: "callbackUrlCase",
      message: "has capital letters in its host, after which one such URL was refused",
    });
  }
  if (fromOutside && PRIVATE_HOST.test(hostname)) {
    found.push({ code: "callbackUrlHost", message: "points to an address that Safaricom cannot reach" });
  }
  return found;
}
