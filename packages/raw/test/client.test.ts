import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createRawClient, type RawClientOptions, type StkQueryRequest } from "../src/index.ts";

const body: StkQueryRequest = {
  BusinessShortCode: 174379,
  Password: "MTc0Mzc5",
  Timestamp: "20261006095219",
  CheckoutRequestID: "ws_CO_061020260952191",
};

let server: Server;
let baseUrl: string;
let answer: { status: number; text: string; chunked?: boolean };

beforeAll(async () => {
  server = createServer((request, response) => {
    request.resume().on("end", () => {
      response.writeHead(answer.status, answer.chunked ? {} : { "content-length": Buffer.byteLength(answer.text) });
      if (answer.chunked) response.write("");
      response.end(answer.text);
    });
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.close());

describe.each([false, true])("an answer, chunked %s,", (chunked) => {
  test.each([
    ["JSON", 200, '{"ResponseCode":"0"}', { data: { ResponseCode: "0" } }],
    ["HTML", 200, "<html>busy</html>", { error: "<html>busy</html>" }],
    ["JSON that breaks off", 200, '{"ResponseCode":"0', { error: '{"ResponseCode":"0' }],
    ["nothing", 200, "", { error: undefined }],
    ["an error", 500, '{"errorCode":"500.001.1001"}', { error: { errorCode: "500.001.1001" } }],
    ["HTML", 503, "<html>busy</html>", { error: "<html>busy</html>" }],
    ["nothing", 400, "", { error: undefined }],
  ])("that holds %s under %i comes back as it is", async (_, status, text, expected) => {
    answer = { status, text, chunked };
    const raw = createRawClient({ baseUrl });
    const { response, ...rest } = await raw.POST("/mpesa/stkpushquery/v1/query", { body });
    expect(rest).toEqual(expected);
    expect(response.status).toBe(status);
  });
});

test.each([undefined, {}, { environment: "toString" }, { environment: "Sandbox" }])(
  "options %j are refused",
  (options) => {
    expect(() => createRawClient(options as RawClientOptions)).toThrow(
      'createRawClient requires baseUrl, or environment "sandbox" or "production"',
    );
  },
);

test("middleware and headers take part, and a redirect is not followed", async () => {
  answer = { status: 200, text: "{}" };
  const seen: string[] = [];
  const raw = createRawClient({
    baseUrl,
    headers: { "x-shop": "1" },
    middleware: [
      {
        onRequest: ({ request, schemaPath }) => {
          seen.push(schemaPath, request.headers.get("x-shop") ?? "", request.redirect);
          return undefined;
        },
      },
    ],
  });
  expect((await raw.POST("/mpesa/stkpushquery/v1/query", { body })).data).toEqual({});
  expect(seen).toEqual(["/mpesa/stkpushquery/v1/query", "1", "manual"]);
});
