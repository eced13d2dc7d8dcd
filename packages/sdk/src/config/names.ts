import type { ApiVersion, MpesaOptions } from "../config.ts";
import type { Issue } from "../errors/issue.ts";
import { under } from "../validate/schema.ts";
import { unknownNames } from "../validate/unknown-names.ts";

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

/** Names that no option has: a misspelt one would be ignored, and its default used. */
export function nameIssues(options: object): Issue[] {
  const { apiVersion } = options as { apiVersion?: unknown };
  const versions = typeof apiVersion === "object" && apiVersion !== null ? apiVersion : {};
  return [
    ...unknownNames(options, Object.keys(OPTIONS), "option"),
    ...under("apiVersion", unknownNames(versions, Object.keys(API_VERSION), "option")),
  ];
}
