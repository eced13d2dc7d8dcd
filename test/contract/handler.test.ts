import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createRawClient, type OperationInfo, operationTable } from "@mpesa/raw";
import * as validators from "@mpesa/raw/validators";
import { loadDocument } from "@mpesa/scripts/document";
import { type Prism, startPrism } from "@mpesa/scripts/prism";
import {
  accept,
  type CallbackEvent,
  type CallbackHandler,
  type CallbackKind,
  createCallbackHandler,
  type ResultKind,
} from "@mpesa/sdk/callbacks";
import { toNodeListener } from "@mpesa/sdk/callbacks/node";
import * as v from "valibot";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type Plan, planOperation, withUrls } from "./plan.ts";

const operations: readonly OperationInfo[] = Object.values<OperationInfo>(operationTable).filter(
  ({ callbacks }) => callbacks.length > 0,
);
/** The kinds by the name that the spec gives to their payload; a timeout's kind is its product's. */
const kinds: Readonly<Record<string, CallbackKind>> = {
  StkCallback: "stk",
  UssdCallback: "ussd",
  C2bValidation: "c2bValidation",
  C2bConfirmation: "c2bConfirmation",
  B2cResult: "b2c",
  PochiResult: "pochi",
  B2bResult: "b2b",
  TaxResult: "tax",
  BalanceResult: "balance",
  StatusResult: "status",
  ReversalResult: "reversal",
};
const document = loadDocument();
const planOf = (operation: OperationInfo): Plan => planOperation(operation, { document, validators });

let prism: Prism;
let shop: Shop;

beforeAll(async () => {
  shop = await openShop();
  prism = await startPrism({ document });
});

afterAll(async () => {
  await prism?.close();
  await shop?.close();
});

beforeEach(() => {
  shop.events.length = 0;
});

describe.each(operations)("$id", (operation) => {
  test("its callbacks pass the signed handler and are acknowledged as the spec says", async () => {
    const { requests, callbacks } = planOf(operation);
    expect(callbacks).not.toEqual([]);
    for (const [at, request] of requests.entries()) {
      const reference = `${operation.id} ${at}`;
      const urls = await urlsOf(operation, reference);
      await send(operation, request, (field) => urls.get(field));
      for (const info of operation.callbacks) {
        const url = urls.get(info.urlField) ?? "";
        const { examples } = callbacks.find(({ name }) => name === info.name) as Plan["callbacks"][0];
        const fired = await shop.answerTo(url);
        expect({ name: info.name, ...fired, problems: problemsOf(info.reply, fired.body) }).toMatchObject({
          name: info.name,
          status: 200,
          problems: [],
        });
        expect(shop.take(reference, kindOf(operation, info.name))).toHaveLength(1);
        // The others too, so that chance does not decide whether a mistake is found.
        for (const payload of examples) {
          const answer = await post(url, payload);
          expect({ payload, ...answer, problems: problemsOf(info.reply, answer.body) }).toMatchObject({
            payload,
            status: 200,
            problems: [],
          });
          const events = shop.take(reference, kindOf(operation, info.name));
          expect(events).toMatchObject([{ raw: withoutCredential(payload) }]);
          expect(events[0]?.kind === "timeout").toBe(info.name === "timeout" || isTimedOut(payload));
        }
      }
      expect(shop.events).toEqual([]);
    }
  });

  test("its callbacks to an altered path are 404 and reach nobody", async () => {
    const [request] = planOf(operation).requests;
    const urls = await urlsOf(operation, `${operation.id} altered`);
    for (const alter of alterations) {
      const altered = new Map([...urls].map(([field, url]) => [field, alter(url)]));
      await send(operation, request as Plan["requests"][0], (field) => altered.get(field));
      for (const [field, url] of altered) {
        expect(url).not.toBe(urls.get(field));
        expect(await shop.answerTo(url)).toEqual({ status: 404, body: undefined });
      }
    }
    expect(shop.events).toEqual([]);
  });
});

/** The kind of a callback's URL, and the product where it is a timeout. */
function kindOf(operation: OperationInfo, name: string): { kind: CallbackKind; product?: ResultKind } {
  const schemaOf = (wanted: string): string | undefined =>
    operation.callbacks.find((callback) => callback.name === wanted)?.schema;
  const kind = kinds[schemaOf(name === "timeout" ? "result" : name) ?? ""];
  if (!kind) throw new Error(`no kind is known for the ${name} of ${operation.id}`);
  return name === "timeout" ? { kind: "timeout", product: kind as ResultKind } : { kind };
}

/** A signed URL for every callback of an operation, by the field that takes it. */
async function urlsOf(operation: OperationInfo, reference: string): Promise<Map<string, string>> {
  const urls = new Map<string, string>();
  for (const { name, urlField } of operation.callbacks) {
    const { kind, product } = kindOf(operation, name);
    const url =
      kind === "timeout"
        ? await shop.handler.url(kind, { reference, product: product as ResultKind })
        : await shop.handler.url(kind, { reference });
    urls.set(urlField, url);
  }
  return urls;
}

async function send(
  operation: OperationInfo,
  { body }: Plan["requests"][0],
  urlOf: (field: string) => string | undefined,
): Promise<void> {
  const raw = createRawClient({ baseUrl: prism.url });
  const call = raw[operation.method] as (path: string, init: object) => ReturnType<typeof raw.POST>;
  const headers = { Authorization: "Bearer sample" };
  const { response } = await call(operation.path, {
    headers,
    body: withUrls(body ?? {}, (field) => urlOf(field) ?? `${shop.url}/no-callback`),
  });
  expect({ status: response.status, violations: response.headers.get("sl-violations") }).toEqual({
    status: 200,
    violations: null,
  });
}

/** What is wrong with an acknowledgement. */
function problemsOf(reply: string | null, body: unknown): string[] {
  const name = `${reply?.charAt(0).toLowerCase()}${reply?.slice(1)}Schema`;
  const validator = (validators as Readonly<Record<string, unknown>>)[name] as v.GenericSchema | undefined;
  if (!validator || v.is(validator, null)) throw new Error(`there is no validator for ${reply}`);
  return (v.safeParse(validator, body).issues ?? []).map((issue) => `${v.getDotPath(issue)}: ${issue.message}`);
}

/** Another signature, another reference, another kind. */
const alterations: readonly ((url: string) => string)[] = [
  (url) => url.replace(/.$/, (last) => (last === "0" ? "1" : "0")),
  (url) => url.replace(/\/(?=[\da-f]+-)/, "/00"),
  (url) => url.replace(/[\w-]+(?=\/[^/]*$)/, (kind) => (kind === "ussd" ? "stk" : "ussd")),
];

/** The credential that a timeout echoes is kept nowhere. */
function withoutCredential(payload: unknown): unknown {
  if (typeof payload !== "object" || payload === null) return payload;
  return "SecurityCredential" in payload ? { ...payload, SecurityCredential: "[redacted]" } : payload;
}

/** A result that reports a queue timeout is a timeout of its route's product. */
function isTimedOut(payload: unknown): boolean {
  return /timed out/i.test(JSON.stringify(payload)) && Object.hasOwn(payload as object, "Result");
}

interface Answer {
  readonly status: number;
  /** Parsed JSON; undefined where there is none. */
  readonly body: unknown;
}

/** A server with the real handler behind the Node adapter. */
interface Shop {
  readonly url: string;
  readonly handler: CallbackHandler;
  /** What reached the functions and was not taken yet. */
  readonly events: CallbackEvent[];
  /** The events of one URL, of the right kind, once. */
  take(reference: string, route: { kind: CallbackKind; product?: ResultKind }): CallbackEvent[];
  /** The first answer to a URL, given or to be given. */
  answerTo(url: string): Promise<Answer>;
  close(): Promise<void>;
}

async function openShop(): Promise<Shop> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks`;
  const events: CallbackEvent[] = [];
  const take = (event: CallbackEvent): void => void events.push(event);
  const handler = createCallbackHandler({
    baseUrl: url,
    secrets: ["3Jc0m1WqXv7yQ2nB8tLr5sZk9HdGfUeA"],
    on: {
      c2bValidation: (event) => {
        take(event);
        return accept({ thirdPartyTransId: "1234567890" });
      },
    },
    onEvent: take,
  });
  const answers = new Map<string, PromiseWithResolvers<Answer>>();
  const answerOf = (path: string): PromiseWithResolvers<Answer> => {
    const known = answers.get(path) ?? Promise.withResolvers<Answer>();
    answers.set(path, known);
    return known;
  };
  const watched: CallbackHandler = Object.assign(async (request: Request, context?: unknown) => {
    const response = await handler(request, context);
    answerOf(new URL(request.url).pathname).resolve(await read(response.clone()));
    return response;
  }, handler);
  const listener = toNodeListener(watched);
  server.on("request", (request, response) => void listener(request, response));
  return {
    url,
    handler,
    events,
    take(reference, { kind, product }) {
      const isWanted = (event: CallbackEvent): boolean =>
        event.reference === reference &&
        event.route === kind &&
        (event.kind === "timeout" ? event.product === (product ?? kind) : event.kind === kind);
      const wanted = events.filter(isWanted);
      events.splice(0, events.length, ...events.filter((event) => !isWanted(event)));
      return wanted;
    },
    async answerTo(target) {
      const { pathname } = new URL(target);
      const late = new Promise<never>((_, reject) => {
        setTimeout(reject, 60_000, new Error(`no callback came to ${pathname}`)).unref();
      });
      return Promise.race([answerOf(pathname).promise, late]);
    },
    async close() {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function post(url: string, payload: unknown): Promise<Answer> {
  const headers = { "content-type": "application/json" };
  return read(await fetch(url, { method: "POST", headers, body: JSON.stringify(payload) }));
}

async function read(response: Response): Promise<Answer> {
  const text = await response.text();
  return { status: response.status, body: text === "" ? undefined : JSON.parse(text) };
}
