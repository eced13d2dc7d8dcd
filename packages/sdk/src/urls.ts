import { environments } from "@mpesa/raw/platform";
import type { Config } from "./config.ts";
import type { Core } from "./core.ts";
import type { MpesaEventHandler } from "./events.ts";
import { parseCallbackUrl } from "./values/callback-url.ts";
import type { Checks } from "./values/checks.ts";
import { bad } from "./values/parsed.ts";
import { urlWarnings } from "./values/url-warnings.ts";

/** Which warnings a client has given: one a kind is a help, one a payment is noise. */
const given = new WeakMap<MpesaEventHandler, Set<string>>();

/** Checks one URL of a call, or the client's default for it. */
export function checkUrl(
  core: Core,
  checks: Checks,
  field: string,
  value: string | URL | undefined,
  fallback?: string | URL,
): string {
  const chosen: unknown = value ?? fallback;
  if (chosen === undefined) {
    return checks.take(field, bad(undefined, "is needed", `Give ${field} to this call or to the client.`));
  }
  const parsed = parseCallbackUrl(chosen);
  if (parsed.ok) warnAboutUrl(core.config, core.emit, field, parsed.value);
  return checks.take(field, parsed);
}

/** Reports what Safaricom's filters may dislike about a URL. */
export function warnAboutUrl(config: Config, emit: MpesaEventHandler, field: string, url: string): void {
  for (const { code, message } of urlWarnings(url, {
    environment: config.environment,
    fromOutside: isSafaricom(config),
  })) {
    const known = given.get(emit) ?? new Set();
    given.set(emit, known);
    const key = `${code} ${message}`;
    if (known.has(key)) continue;
    known.add(key);
    emit({ type: "warning", code, message: `${field} ${message}.` });
  }
}

/** A mock or a simulator reaches any address; Safaricom only public ones. */
function isSafaricom({ baseUrl }: Config): boolean {
  return Object.values<string>(environments).includes(baseUrl);
}
