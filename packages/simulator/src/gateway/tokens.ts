import type { OperationId } from "@mpesa/raw";
import { ErrorCode, HttpSignal } from "@mpesa/raw/codes";
import { invalidTokenCodes, tokenLifetimeSeconds } from "@mpesa/raw/platform";
import { textOf } from "../codes.ts";
import type { Engine } from "../engine/engine.ts";
import { accessToken } from "../engine/ids.ts";
import type { TokenRecord } from "../state/records.ts";
import type { Reply } from "./call.ts";
import { refusal } from "./refusals.ts";

/** Answers a token request: Basic authentication with an app's keys. */
export function issueToken(engine: Engine, url: URL, authorization: string | null): Reply {
  const basic = /^Basic +(\S+)$/i.exec(authorization ?? "")?.[1];
  if (!basic) return refusal(engine, ErrorCode.InvalidAuthenticationType);
  if (url.searchParams.get("grant_type") !== "client_credentials") return refusal(engine, ErrorCode.InvalidGrantType);
  const [consumerKey, consumerSecret] = decode(basic);
  const { apps } = engine.settings;
  const known =
    apps === "any"
      ? consumerKey !== "" && consumerSecret !== ""
      : apps.some((app) => app.consumerKey === consumerKey && app.consumerSecret === consumerSecret);
  if (!known) return refusal(engine, HttpSignal.WrongConsumerKeys);
  const token = accessToken(engine.random);
  const expiresAt = engine.now() + tokenLifetimeSeconds * 1000;
  engine.store.tokens.put(token, { token, consumerKey, expiresAt });
  return { status: 200, body: { access_token: token, expires_in: String(tokenLifetimeSeconds) } };
}

/** The token of a request, or the refusal of it in the words of that operation. */
export function checkToken(engine: Engine, operation: OperationId, authorization: string | null): TokenRecord | Reply {
  const bearer = /^Bearer +(\S+)$/i.exec(authorization ?? "")?.[1];
  if (!bearer) return refusal(engine, ErrorCode.InvalidAuthenticationHeader);
  const record = engine.store.tokens.get(bearer);
  if (record && record.expiresAt > engine.now()) return record;
  const code = (invalidTokenCodes as Readonly<Record<string, string>>)[operation] ?? invalidTokenCodes.others;
  const text = textOf("error", code).replace("<token>", bearer);
  return { ...refusal(engine, code, text), note: record ? "the token has expired" : "the token is unknown" };
}

function decode(basic: string): [string, string] {
  try {
    const text = atob(basic);
    const colon = text.indexOf(":");
    return colon < 0 ? [text, ""] : [text.slice(0, colon), text.slice(colon + 1)];
  } catch {
    return ["", ""];
  }
}
