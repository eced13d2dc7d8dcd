import type { ApiVersion, MpesaOptions } from "../config.ts";
import { type Issue, shapeOf } from "../errors/issue.ts";

/** A record, so that the compiler misses an option that is not in it. */
const OPTIONS: Readonly<Record<keyof MpesaOptions, true>> = {
  environment: true,
  baseUrl: true,
  consumerKey: true,
  consumerSecret: true,
  accessToken: true,
  shortCode: true,
  passkey: true,
  initiator: true,
  initiatorGuard: true,
  callbackUrl: true,
  resultUrl: true,
  timeoutUrl: true,
  apiVersion: true,
  allowSecretsInBrowser: true,
  fetch: true,
  timeoutMs: true,
  maxRetries: true,
  maxQueriesPerSecond: true,
  tokenStore: true,
  now: true,
  onEvent: true,
};
const API_VERSION: Readonly<Record<keyof ApiVersion, true>> = { b2c: true, c2b: true };

/** Names that no option has: a misspelt one would be passed over, and its default used. */
export function nameIssues(options: object): Issue[] {
  const { apiVersion } = options as { apiVersion?: unknown };
  const versions = typeof apiVersion === "object" && apiVersion !== null ? apiVersion : {};
  return [...unknownNames(options, OPTIONS, ""), ...unknownNames(versions, API_VERSION, "apiVersion.")];
}

function unknownNames(given: object, known: object, prefix: string): Issue[] {
  const names = Object.keys(known);
  return Object.entries(given)
    .filter(([name]) => !names.includes(name))
    .map(([name, value]) => {
      const meant = nearest(name, names).map((one) => prefix + one);
      const fix = meant.length > 0 ? `Did you mean ${meant.join(" or ")}?` : `The names are ${names.join(", ")}.`;
      return { field: prefix + name, received: shapeOf(value), rule: "is no option", fix };
    });
}

/** The same name in another spelling; else those that begin or end with it. */
function nearest(name: string, names: readonly string[]): string[] {
  const plain = name.toLowerCase().replace(/[^a-z0-9]/g, "");
  const same = names.filter((one) => one.toLowerCase() === plain);
  if (same.length > 0 || plain === "") return same;
  return names.filter((one) => one.toLowerCase().startsWith(plain) || one.toLowerCase().endsWith(plain));
}
