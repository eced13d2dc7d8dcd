import { readFileSync } from "node:fs";
import { type OperationId, type OperationInfo, operationTable } from "@mpesa/raw";
import { parse } from "yaml";
import { createSimulator, type Simulator, type SimulatorOptions } from "../../src/index.ts";

const spec = new URL("../../../../spec/", import.meta.url);
const document = parse(readFileSync(new URL("openapi.yml", spec), "utf8"));

/** The spec's own example requests of an operation. */
export function exampleRequests(operation: OperationId): Record<string, unknown>[] {
  const { method, path }: OperationInfo = operationTable[operation];
  const examples = document.paths[path][method.toLowerCase()].requestBody?.content["application/json"].examples ?? {};
  return Object.values(examples as Record<string, { $ref: string }>).map(
    ({ $ref }) => parse(readFileSync(new URL($ref, spec), "utf8")).value,
  );
}

/** A request that the operation takes as it is. */
export function goodRequest(operation: OperationId): Record<string, unknown> {
  const [example] = exampleRequests(operation);
  if (!example) throw new Error(`the spec has no example request for ${operation}`);
  // The sample's own number never answers.
  return operation === "stkPush" ? { ...example, PartyA: 254712345678, PhoneNumber: 254712345678 } : example;
}

export interface Received {
  readonly url: string;
  readonly headers: Headers;
  readonly body: Record<string, unknown>;
}

export interface Bench {
  readonly daraja: Simulator;
  /** What the merchant's endpoint got. */
  readonly received: Received[];
  token(): Promise<string>;
  send(operation: OperationId, body: unknown): Promise<{ status: number; body: Record<string, unknown>; text: string }>;
}

/** A simulator with a merchant's endpoint that accepts everything. */
export function bench(
  options: SimulatorOptions & { answer?: (received: Received) => Response | Promise<Response> } = {},
): Bench {
  const received: Received[] = [];
  const { answer, ...rest } = options;
  const daraja = createSimulator({
    allowedCallbackHosts: ["example.com"],
    fetch: async (request) => {
      const one = { url: request.url, headers: request.headers, body: await request.json() };
      received.push(one);
      return answer ? answer(one) : Response.json({ ResultCode: 0, ResultDesc: "Accepted" });
    },
    ...rest,
  });
  let token: string | undefined;
  let fetchedAt = 0;
  const fetchToken = async (): Promise<string> => {
    const { consumerKey, consumerSecret } = daraja.credentials;
    const headers = { authorization: `Basic ${btoa(`${consumerKey}:${consumerSecret}`)}` };
    const response = await daraja.fetch("https://daraja.test/oauth/v1/generate?grant_type=client_credentials", {
      headers,
    });
    return ((await response.json()) as { access_token: string }).access_token;
  };
  return {
    daraja,
    received,
    token: fetchToken,
    async send(operation, body) {
      if (token === undefined || daraja.now() - fetchedAt > 3_000_000)
        [token, fetchedAt] = [await fetchToken(), daraja.now()];
      const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
      const response = await daraja.fetch(`https://daraja.test${operationTable[operation].path}`, {
        method: "POST",
        headers,
        body: JSON.stringify(body),
      });
      const text = await response.text();
      return { status: response.status, text, body: text.startsWith("{") ? JSON.parse(text) : {} };
    },
  };
}
