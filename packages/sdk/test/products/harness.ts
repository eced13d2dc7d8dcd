import { type OperationInfo, operationTable } from "@mpesa/raw";
import { type Clock, Mpesa, type MpesaEvent, type MpesaOptions } from "../../src/index.ts";
import { acceptanceOf } from "../support/spec.ts";

export type Json = Record<string, unknown>;

/** A request that reached the gateway of a test; token requests are left out. */
export interface Sent {
  readonly operation: OperationInfo;
  readonly headers: Headers;
  readonly body: Json;
}

/** What the gateway of a test does with the nth request: an answer, or a thrown network error. */
export type Answer = (sent: Sent, nth: number) => Response | Promise<Response>;

export const SECRET = {
  consumerKey: "a-consumer-key-of-a-test",
  consumerSecret: "a-consumer-secret-of-a-test",
  passkey: "bfb279f9aa9bdbcf158e97dd71a467cd2e0c893059b10f78e6b72ada1ed2c919",
  credential: `${"Q".repeat(342)}==`,
} as const;

/** 6 October 2026, 09:52:19 in Nairobi. */
export const NOW: number = Date.parse("2026-10-06T06:52:19Z");

/** A clock on which every pause is over at once. */
export const hurried: Clock = {
  now: () => NOW,
  setTimeout: (callback) => setTimeout(callback, 0),
  clearTimeout: (handle) => clearTimeout(handle as NodeJS.Timeout),
};

export const options = {
  environment: "sandbox",
  consumerKey: SECRET.consumerKey,
  consumerSecret: SECRET.consumerSecret,
  shortCode: "600992",
  passkey: SECRET.passkey,
  initiator: { name: "testapi", securityCredential: SECRET.credential },
  callbackUrl: "https://example.com/outcome/4b1f7c",
  resultUrl: "https://example.com/result/4b1f7c",
  timeoutUrl: "https://example.com/timeout/4b1f7c",
  maxRetries: 0,
  clock: { now: () => NOW, setTimeout, clearTimeout },
} as const satisfies MpesaOptions;

const byPath = new Map(Object.values<OperationInfo>(operationTable).map((one) => [one.path, one]));

export function json(body: unknown, status = 200): Response {
  return new Response(JSON.stringify(body), { status, headers: { "content-type": "application/json" } });
}

/** The accepted answer of the spec. */
export const accept: Answer = ({ operation, body }) => json(acceptanceOf(operation.id, body));

export const daraja =
  (status: number, errorCode: string, errorMessage: string): Answer =>
  () =>
    json({ requestId: "4788-81090592-4", errorCode, errorMessage }, status);

/** A client whose requests end in `answer`. */
export function connect(answer: Answer = accept, more: Partial<MpesaOptions> = {}) {
  const sent: Sent[] = [];
  const events: MpesaEvent[] = [];
  const gateway = gatewayFetch(sent, answer);
  const mpesa = new Mpesa({ ...options, fetch: gateway, onEvent: (event) => void events.push(event), ...more });
  const warnings = (): string[] =>
    events.flatMap((event) => (event.type === "warning" ? [`${event.code}: ${event.message}`] : []));
  return { mpesa, sent, events, warnings };
}

export function gatewayFetch(sent: Sent[], answer: Answer): typeof globalThis.fetch {
  return async (input, init) => {
    const request = new Request(input, init);
    const operation = byPath.get(new URL(request.url).pathname);
    if (!operation) throw new Error(`no operation at ${request.url}`);
    if (operation.id === "generateToken")
      return json({ access_token: "c9SQxWWhmdVRlyh0zh8gZDTkubVF", expires_in: "3599" });
    const one = { operation, headers: request.headers, body: (await request.json()) as Json };
    sent.push(one);
    return answer(one, sent.length);
  };
}

/** The error that a call ends with. */
export async function failure(call: () => Promise<unknown>): Promise<Error & Json> {
  try {
    await call();
  } catch (error) {
    return error as Error & Json;
  }
  throw new Error("the call did not fail");
}

/** The fields of a validation or configuration error. */
export function fieldsOf(error: Json): string[] {
  return (error["issues"] as { field: string }[]).map(({ field }) => field);
}
