import type { OperationInfo } from "@mpesa/raw";
import type { Engine } from "../engine/engine.ts";
import type { Scenario } from "../scenario.ts";
import type { Reply } from "./call.ts";
import type { Incoming } from "./gateway.ts";

/** What a person may look at later: everything, with the secrets blanked. */
const secret = ["SecurityCredential", "Password", "access_token"];
const BLANK = "•••";

export interface Exchanged {
  readonly info: OperationInfo | undefined;
  readonly incoming: Incoming;
  readonly body: unknown;
  readonly reply: Reply | undefined;
  readonly cut: string | undefined;
  readonly scenario: Scenario | null;
}

export function recordRequest(engine: Engine, { info, incoming, body, reply, cut, scenario }: Exchanged): void {
  const id = String(engine.serial());
  const told = cut ? `${cut}${reply ? ", after processing" : ""}` : (reply?.note ?? null);
  engine.store.requests.put(id, {
    id,
    at: engine.now(),
    operation: info?.id ?? null,
    method: incoming.method,
    path: incoming.url.pathname,
    body: blank(body),
    status: cut ? null : (reply?.status ?? null),
    answer: blank(withoutToken(reply?.body, incoming.authorization)),
    note: told ?? (scenario ? "as asked for" : null),
  });
}

function blank(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value ?? null;
  const found = secret.filter((key) => key in value);
  return found.length === 0 ? value : { ...value, ...Object.fromEntries(found.map((key) => [key, BLANK])) };
}

/** One refusal repeats the bearer token in its text. */
function withoutToken(answer: unknown, authorization: string | null): unknown {
  const token = authorization?.split(" ").at(-1);
  if (!token || typeof answer !== "object" || answer === null || !("errorMessage" in answer)) return answer;
  return { ...answer, errorMessage: String(answer.errorMessage).replaceAll(token, BLANK) };
}
