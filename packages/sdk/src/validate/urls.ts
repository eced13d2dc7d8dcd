import type { MpesaEnvironment } from "@mpesa/raw";
import { stkPushRequestConstraints } from "@mpesa/raw/constraints";
import { environments, callbackUrl as filters } from "@mpesa/raw/platform";
import type { MpesaEventHandler } from "../events.ts";
import { invalid, type Parsed, type Parser, valid } from "./schema.ts";

/** The beginning that the wire asks for; a parser also forgives a missing slash, and the URL goes out as it was typed. */
const SCHEME = new RegExp(stkPushRequestConstraints.CallBackURL.pattern);
/** Hosts that only the machine itself or its own network can reach. */
const PRIVATE_HOST =
  /^(?:localhost|.*\.localhost|0\.0\.0\.0|127\..*|10\..*|192\.168\..*|172\.(?:1[6-9]|2\d|3[01])\..*|169\.254\..*|\[::1\]|\[f[cde].*\])$/;

/** What the warnings about a URL depend on. */
export interface UrlClient {
  readonly config: { readonly environment?: MpesaEnvironment | undefined; readonly baseUrl: string };
  readonly emit: MpesaEventHandler;
}

/** Something about a URL that Safaricom may reject, though it need not. */
interface UrlWarning {
  readonly code: "callbackUrlScheme" | "callbackUrlWord" | "callbackUrlTunnel" | "callbackUrlCase" | "callbackUrlHost";
  /** What was found, never the URL: its path may be a secret. */
  readonly message: string;
}

/** What each client was warned of (one warning of a kind is a help, one a payment is noise), and the last URL of each parameter. */
const memories = new WeakMap<MpesaEventHandler, { warned: Set<string>; last: Map<string, string> }>();

function memoryOf(emit: MpesaEventHandler) {
  const known = memories.get(emit);
  if (known) return known;
  const memory = { warned: new Set<string>(), last: new Map<string, string>() };
  memories.set(emit, memory);
  return memory;
}

/** The URL of one parameter of a call. What Safaricom's filters may dislike about it becomes a warning. */
export function urlParameter(name: string): Parser<string, UrlClient> {
  return (value, client) => {
    const { last } = memoryOf(client.emit);
    if (typeof value === "string" && last.get(name) === value) return valid(value);
    const parsed = parseUrl(value);
    if (!parsed.ok) return parsed;
    const { text, url } = parsed.value;
    warn(client, name, text, url);
    last.set(name, text);
    return valid(text);
  };
}

/** A URL that Safaricom could call. Only what can never work is an issue. */
export function parseCallbackUrl(value: unknown): Parsed<string> {
  const parsed = parseUrl(value);
  return parsed.ok ? valid(parsed.value.text) : parsed;
}

/** Reports what Safaricom's filters may dislike about a URL that has passed. */
export function warnAboutUrl(client: UrlClient, name: string, text: string): void {
  warn(client, name, text, new URL(text));
}

/** The URL as it was written, and its parts. */
function parseUrl(value: unknown): Parsed<{ text: string; url: URL }> {
  const rule = "must be an absolute http or https URL";
  const text = value instanceof URL ? value.href : value;
  if (text === undefined || text === null) return invalid(text, "is required", "Pass an absolute http or https URL.");
  if (typeof text !== "string" || text === "")
    return invalid(value, rule, 'Pass a URL such as "https://example.com/payments/abc".');
  if (!SCHEME.test(text)) return invalid(value, rule, "Begin it with https:// in small letters.");
  if (/[\s\\\p{Cc}]/u.test(text))
    return invalid(
      value,
      "must not contain whitespace, backslashes or control characters",
      "Write these characters percent-encoded.",
    );
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return invalid(value, rule, "Check its host and port.");
  }
  if (url.username || url.password)
    return invalid(value, "must not contain a user name or password", "Put an unguessable path into it instead.");
  if (url.hash) return invalid(value, "must not contain a fragment", "Use the path: the part after # is never sent.");
  if (!isHost(url.hostname, text.replace(SCHEME, "")))
    return invalid(value, "must name a host", "Write the whole name, or all four numbers of an address.");
  return valid({ text, url });
}

/** No part of a name may be empty, and a number is no name: a parser reads `https://1` as the address 0.0.0.1. */
function isHost(hostname: string, written: string): boolean {
  if (/^\d+(?:\.\d+){3}$/.test(hostname)) return written.startsWith(hostname);
  return !/^\.|\.\.|^$/.test(hostname);
}

function warn({ config, emit }: UrlClient, name: string, text: string, url: URL): void {
  const { warned } = memoryOf(emit);
  for (const { code, message } of warningsOf(text, url, config)) {
    const key = `${code} ${message}`;
    if (warned.has(key)) continue;
    warned.add(key);
    emit({ type: "warning", code, message: `${name} ${message}.` });
  }
}

/** The filters differ between products, so nothing here is an error. */
function warningsOf(
  text: string,
  { protocol, hostname }: URL,
  { environment, baseUrl }: UrlClient["config"],
): UrlWarning[] {
  const found: UrlWarning[] = [];
  const scheme = protocol.slice(0, -1);
  const schemes: readonly string[] = environment ? filters.schemes[environment] : [scheme];
  if (!schemes.includes(scheme)) {
    const message = `is ${protocol}//, and ${environment} calls only ${schemes.join(" or ")}`;
    found.push({ code: "callbackUrlScheme", message });
  }
  const lower = text.toLowerCase();
  const words = filters.forbiddenWords.filter((word) => lower.includes(word));
  if (words.length > 0) {
    const which = words.map((word) => `"${word}"`).join(", ");
    const message = `contains ${which}, which Safaricom's filter rejects in some products (certainly in C2B)`;
    found.push({ code: "callbackUrlWord", message });
  }
  const tunnel = filters.tunnelHosts.find((host) => hostname.includes(host));
  if (tunnel)
    found.push({ code: "callbackUrlTunnel", message: `points to a ${tunnel} tunnel, which Safaricom blocks` });
  const written = /^[a-z]+:\/\/([^/?#]*)/i.exec(text)?.[1] ?? "";
  if (/[A-Z]/.test(written)) {
    const message = "has capital letters in its host, and Safaricom has rejected such a URL";
    found.push({ code: "callbackUrlCase", message });
  }
  // A mock or a simulator reaches any address; Safaricom only public ones.
  if (Object.values<string>(environments).includes(baseUrl) && PRIVATE_HOST.test(hostname))
    found.push({ code: "callbackUrlHost", message: "points to an address that Safaricom cannot reach" });
  return found;
}
