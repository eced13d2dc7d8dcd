import { createRawClient, type OperationInfo } from "@mpesa/raw";
import type { Json, JsonObject } from "@mpesa/scripts/json";
import { type Prism, startPrism } from "@mpesa/scripts/prism";
import { type Receiver, startReceiver } from "@mpesa/scripts/receiver";
import { type Sample, withUrls } from "./plan.ts";

/** An answer of the mock. */
interface Answer {
  readonly status: number;
  readonly body: unknown;
  /** What Prism found wrong, as it wrote it; undefined when nothing. */
  readonly violations: string | undefined;
  /** Where a callback of this request arrives, by the field that held its URL. */
  callbackPath(urlField: string): string;
}

interface SendOptions {
  readonly authorised?: boolean;
  /** The example to answer with. */
  readonly answer?: string;
}

/** Prism and a receiver of callbacks, both on the loopback address. */
export interface Mock {
  readonly prism: Prism;
  readonly receiver: Receiver;
  send(operation: OperationInfo, sample: Sample, options?: SendOptions): Promise<Answer>;
  close(): Promise<void>;
}

/** What answers behind Prism, where Prism itself does not. */
export interface Upstream {
  readonly url: string;
  /** An access token that it takes. */
  readonly token: string;
}

/** Starts both; `replyOf` gives the answer to a callback by operation and URL field. */
export async function startMock(
  document: JsonObject,
  replyOf: (operation: string, urlField: string) => Json,
  upstream?: Upstream,
): Promise<Mock> {
  const receiver = await startReceiver((path) => {
    const [, operation = "", , urlField = ""] = path.split("/");
    return replyOf(operation, urlField);
  });
  const prism = await startPrism({ document, ...(upstream && { upstream: upstream.url }) });
  const raw = createRawClient({ baseUrl: prism.url });
  let count = 0;
  return {
    prism,
    receiver,
    close: async () => {
      await prism.close();
      await receiver.close();
    },
    send: async (operation, { body, query }, { authorised = true, answer } = {}) => {
      // Prism also fires the callbacks of refused requests, some of them late: every request has paths of its own.
      count += 1;
      const prefix = `/${operation.id}/${count}`;
      const headers = {
        ...(authorised && {
          Authorization:
            operation.auth === "basic" ? `Basic ${btoa("key:secret")}` : `Bearer ${upstream?.token ?? "sample"}`,
        }),
        ...(answer && { Prefer: `example=${answer}` }),
      };
      const init = {
        headers,
        ...(body && { body: withUrls(body, (field) => `${receiver.url}${prefix}/${field}`) }),
        ...(query && { params: { query } }),
      };
      // The table decides at run time which of the client's typed paths is called.
      const call = raw[operation.method] as (path: string, init: object) => ReturnType<typeof raw.POST>;
      const { data, error, response } = await call(operation.path, init);
      return {
        status: response.status,
        body: data ?? error,
        violations: response.headers.get("sl-violations") ?? undefined,
        callbackPath: (field) => `${prefix}/${field}`,
      };
    },
  };
}

/** Whether Prism's findings name a field, as the place of a finding or as the key that is missing. */
export function names(violations: string | undefined, field: string): boolean {
  const findings = JSON.parse(violations ?? "[]") as { location: string[]; message: string }[];
  return findings.some(
    ({ location, message }) =>
      location[0] === "request" && (location.includes(field) || message.includes(`'${field}'`)),
  );
}
