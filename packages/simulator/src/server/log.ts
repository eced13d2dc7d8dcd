import { wallClock } from "../engine/time.ts";
import type { Simulator } from "../simulator.ts";
import type { CallbackRecord, FailureRecord, RequestRecord } from "../state/records.ts";

/** Where lines go, and how they may look. */
export interface Output {
  write(line: string): void;
  readonly json: boolean;
  readonly colour: boolean;
}

const codes = { red: 31, green: 32, yellow: 33, cyan: 36, dim: 2 } as const;

/** A line for every request and every delivery of a callback. */
export function logTo(simulator: Simulator, { write, json, colour }: Output): () => void {
  const paint = (kind: keyof typeof codes, text: string): string =>
    colour ? `\u001b[${codes[kind]}m${text}\u001b[0m` : text;
  const time = (at: number): string => {
    const { hour, minute, second } = wallClock(at);
    return paint("dim", `${hour}:${minute}:${second}`);
  };
  const request = ({ at, operation, method, path, status, note }: RequestRecord): string => {
    if (json) {
      const event = { at: new Date(at).toISOString(), event: "request", operation, method, path, status, note };
      return JSON.stringify(event);
    }
    const tone = status === null || status >= 500 ? "red" : status < 300 ? "green" : "yellow";
    const outcome = paint(tone, status === null ? "no answer" : String(status));
    const why = note ? paint("dim", `  ${note}`) : "";
    return `${time(at)} ${paint("cyan", "→")} ${outcome} ${operation ?? `${method} ${path}`}${why}`;
  };
  const callback = ({ name, operation, url, state, attempts }: CallbackRecord): string => {
    const last = attempts.at(-1);
    const at = last?.at ?? simulator.now();
    const { status = null, problem = null } = last ?? {};
    if (json) {
      const event = { at: new Date(at).toISOString(), event: "callback", name, operation, url, state, status, problem };
      return JSON.stringify(event);
    }
    const outcome = paint(state === "delivered" ? "green" : "red", String(status ?? state));
    const why = problem ? paint("dim", `  ${problem}`) : "";
    return `${time(at)} ${paint("cyan", "←")} ${outcome} ${operation} ${name} ${url}${why}`;
  };
  const failure = ({ at, job, operation, about, problem }: FailureRecord): string =>
    json
      ? JSON.stringify({ at: new Date(at).toISOString(), event: "failure", job, operation, about, problem })
      : `${time(at)} ${paint("red", `✕ ${job} failed`)} ${operation ?? ""} ${about}${paint("dim", `  ${problem}`)}`;
  const seen = new Map<string, number>();
  return simulator.subscribe((changes) => {
    for (const { table, key, record } of changes) {
      if (table === "requests" && record) write(request(record as RequestRecord));
      if (table === "failures" && record) write(failure(record as FailureRecord));
      if (table !== "callbacks") continue;
      const { attempts, state } = (record ?? { attempts: [], state: "" }) as CallbackRecord;
      // The same record changes several times; only a further try is news, or that there will be none.
      if (record && (attempts.length > (seen.get(key) ?? 0) || (state === "lost" && !seen.has(key))))
        write(callback(record as CallbackRecord));
      if (record) seen.set(key, attempts.length);
      else seen.delete(key);
    }
  });
}
