import { inspect } from "node:util";
import { type OperationId, type OperationInfo, operationTable } from "@mpesa/raw";
import fc from "fast-check";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { Core } from "../../src/core.ts";
import { parseOptions } from "../../src/options.ts";
import { base64 } from "../../src/redact.ts";
import {
  type Behaviour,
  type FaultServer,
  json,
  page,
  type ReceivedRequest,
  reset,
  startFaultServer,
} from "../support/fault-server.ts";
import { type Sender, senders } from "../support/fetches.ts";
import { examplesOf } from "../support/spec.ts";

// The worst gateway there could be: it sends back all that it got, in every place an SDK might quote from, and with it
// what a proxy makes of URLs and IDs.
const echo = ({ body, headers }: ReceivedRequest): string =>
  `${body} ${JSON.stringify(headers)} ${mangled(body).join(" ")}`;

/** URLs without their host, in the spellings and pieces that routers, proxies and other languages write; IDs likewise. */
function mangled(body: string): string[] {
  const values = Object.entries(JSON.parse(body || "{}") as Record<string, unknown>);
  return values.flatMap(([name, value]) => {
    if (typeof value !== "string") return [];
    if (/ID$/.test(name)) return [value.toUpperCase(), value.toLowerCase(), encodeURIComponent(value), `<${value}>`];
    if (!/url$/i.test(name)) return [];
    const { pathname, search } = new URL(value);
    const path = value.slice(value.indexOf(pathname));
    const cut = path.slice(path.indexOf("/", 1));
    return [path, pathname, pathname + search, decodeURIComponent(path), cut, ...path.split("/")].flatMap((one) => [
      one,
      encodeURIComponent(one),
      encodeURIComponent(one).toLowerCase(),
      encodeURIComponent(encodeURIComponent(one)),
      one.replaceAll("/", "\\/"),
      one.replaceAll("-", "%2D"),
      JSON.stringify({ host: "example.com", path: one }),
      base64(one),
    ]);
  });
}
const answers: Record<string, (request: ReceivedRequest) => Behaviour> = {
  "a refusal": (request) =>
    json(400, {
      requestId: echo(request),
      errorCode: "400.002.02",
      errorMessage: `Bad Request - Invalid ${echo(request)}`,
    }),
  "an unknown code": (request) =>
    json(500, { requestId: echo(request), errorCode: echo(request), errorMessage: echo(request) }),
  "a stale token": (request) =>
    json(401, {
      requestId: "1",
      errorCode: "401.002.01",
      errorMessage: `Invalid Access Token - ${request.headers.authorization}`,
    }),
  "a fault": (request) =>
    json(429, { fault: { faultstring: echo(request), detail: { errorcode: echo(request), reason: echo(request) } } }),
  "a page": (request) => page(503, `<html>${echo(request)}</html>`),
  "an odd acceptance": (request) => json(200, { ResponseCode: echo(request), ResponseDescription: echo(request) }),
  "nothing at all": () => reset,
};

let server: FaultServer;
let answer: (request: ReceivedRequest) => Behaviour;
beforeAll(async () => {
  server = await startFaultServer((request) => answer(request));
});
afterAll(() => server.close());
beforeEach(() => void vi.spyOn(Math, "random").mockReturnValue(0));
afterEach(() => void vi.restoreAllMocks());

const key = fc.string({
  minLength: 8,
  maxLength: 48,
  unit: fc.constantFrom(..."abcdefghijkLMNOPQRSTUVWXYZ0123456789+/=&%$#!*"),
});
const secret = fc.record({
  consumerKey: key,
  consumerSecret: key,
  passkey: key,
  token: key,
  password: key,
  credential: key,
  callbackPath: fc.stringMatching(/^[a-f0-9]{32}$/),
  signature: fc.stringMatching(/^[a-f0-9]{64}$/),
  shortPath: fc.stringMatching(/^[a-f][0-9][a-f0-9]{6}$/),
  queryToken: fc.stringMatching(/^[A-Za-z0-9_-]{22}$/),
  phone: fc.integer({ min: 0, max: 99_999_999 }).map((tail) => `2547${String(tail).padStart(8, "0")}`),
});

const rows = senders.flatMap((sender) =>
  Object.entries(answers).map(([name, behave]) => ({ ...sender, name, behave })),
);

describe.each(rows)("$sender, with $name", ({ fetch, behave }) => {
  test("no secret reaches an error or an event", async () => {
    answer = behave;
    const operations: readonly OperationInfo[] = Object.values(operationTable).filter(
      ({ method }) => method === "POST",
    );
    const property = fc.asyncProperty(secret, fc.constantFrom(...operations), async (secrets, { id }) => {
      const seen = await seenByOthers(id as Exclude<OperationId, "generateToken">, secrets, fetch);
      for (const [name, value] of Object.entries(secrets)) {
        const forms = name === "phone" ? [value, `0${value.slice(3)}`, value.slice(3)] : writtenForms(value);
        for (const form of forms) expect(seen.includes(form), `${name} as ${form}`).toBe(false);
      }
    });
    await fc.assert(property, { numRuns: 40 });
  });
});

function writtenForms(value: string): string[] {
  const encoded = encodeURIComponent(value);
  const bare = base64(value).replace(/=+$/, "");
  const lowerCase = encoded.replace(/%../g, (octet) => octet.toLowerCase());
  return [value, base64(value), bare, bare.replaceAll("+", "-").replaceAll("/", "_"), encoded, lowerCase];
}

async function seenByOthers(
  id: Exclude<OperationId, "generateToken">,
  secrets: Record<string, string>,
  fetch: Sender["fetch"],
): Promise<string> {
  const { consumerKey, consumerSecret, passkey, token, password, credential, callbackPath, phone } = secrets as Record<
    string,
    string
  > & { phone: string };
  const { signature, shortPath, queryToken } = secrets;
  const events: unknown[] = [];
  const core = new Core(
    parseOptions({
      baseUrl: server.url,
      fetch,
      accessToken: () => token as string,
      maxRetries: 1,
      // A duration such as 1.0799999999 looks like a phone number by chance.
      onEvent: (event) => events.push("durationMs" in event ? { ...event, durationMs: 0 } : event),
    }),
  );
  for (const one of [consumerKey, consumerSecret, passkey]) core.redactor.add(one as string);
  const body = {
    ...examplesOf(id).request,
    Password: password,
    SecurityCredential: credential,
    PartyA: phone,
    PhoneNumber: Number(phone),
    CheckoutRequestID: `ws_CO_07022023155508743${phone.slice(3)}`,
    OriginatorConversationID: `payout-0${phone.slice(3)}-1`,
    OriginalConversationID: `20261006095220${phone}`,
    RequestRefID: `ref_${phone}`,
    AccountReference: `A${phone.slice(3)}`,
    National: phone.slice(3),
    Written: writtenForms(passkey as string),
    CallBackURL: `https://example.com/hooks/${callbackPath}`,
    ResultURL: `https://pay.example.com/hooks/b2c/494e56-18f-${signature}`,
    QueueTimeOutURL: `https://example.com/timeouts/${shortPath}?token=${queryToken}`,
    ConfirmationURL: `https://example.com/c2b%20in/${callbackPath}/${shortPath}`,
    ValidationURL: `https://example.com/hooks/${callbackPath}`,
    callbackUrl: `https://example.com/hooks/${callbackPath}`,
    Extra: `${consumerKey}:${consumerSecret} ${passkey}`,
  };
  const context = { options: undefined };
  const thrown = await core.request(id, body as never, context).then(
    () => expect.unreachable("no answer of this server is an acceptance"),
    (error: unknown) => error,
  );
  const { message, stack, cause } = thrown as Error;
  return [
    String(thrown),
    message,
    stack,
    JSON.stringify(thrown),
    inspect(thrown, { depth: 9, showHidden: true }),
    inspect(cause, { depth: 9 }),
    JSON.stringify(events),
    inspect(events, { depth: 9 }),
  ].join("\n");
}
