import type { OperationInfo } from "@mpesa/raw";
import type { Engine } from "../engine/engine.ts";
import type { Scenario } from "../scenario.ts";
import { BLANK, blank } from "./blank.ts";
import type { Incoming, Reply } from "./call.ts";

export interface Exchanged {
  readonly info: OperationInfo | undefined;
  readonly incoming: Incoming;
  readonly body: unknown;
  readonly reply: Reply | undefined;
  readonly cut: string | undefined;
  readonly scenario: Scenario | null;
  /** The magic value that decided, if one did. */
  readonly magic: string | undefined;
}

export function recordRequest(engine: Engine, { info, incoming, body, reply, cut, scenario, magic }: Exchanged): void {
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
    note: magic ? (told ? `${told} (${magic})` : magic) : (told ?? (scenario ? "as asked for" : null)),
  });
}

/** One refusal repeats the bearer token in its text. */
function withoutToken(answer: unknown, authorization: string | null): unknown {
  const token = authorization?.split(" ").at(-1);
  if (!token || typeof answer !== "object" || answer === null || !("errorMessage" in answer)) return answer;
  return { ...answer, errorMessage: String(answer.errorMessage).replaceAll(token, BLANK) };
}
