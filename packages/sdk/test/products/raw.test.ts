import { type OperationInfo, operationTable } from "@mpesa/raw";
import { describe, expect, it } from "vitest";
import { Mpesa } from "../../src/index.ts";
import { reset, startFaultServer, token } from "../support/fault-server.ts";
import { acceptanceOf, examplesOf } from "../support/spec.ts";
import { type Answer, accept, connect, daraja, failure, gatewayFetch, json, options, type Sent } from "./harness.ts";

const posts = Object.values<OperationInfo>(operationTable).filter(({ method }) => method === "POST");
const post = (mpesa: Mpesa, id: OperationInfo["id"], more = {}) =>
  mpesa.raw.POST(operationTable[id].path as never, { body: examplesOf(id).request, ...more } as never);
const broken: Answer = () => Promise.reject(new TypeError("fetch failed"));

describe("mpesa.raw", () => {
  it.each(posts)("$id goes out as it is, with the client's token", async ({ id }) => {
    const { mpesa, sent } = connect();
    const { data, error, response } = await post(mpesa, id);
    expect(sent[0]?.operation.id).toBe(id);
    expect(sent[0]?.body).toEqual(examplesOf(id).request);
    expect(sent[0]?.headers.get("authorization")).toBe("Bearer c9SQxWWhmdVRlyh0zh8gZDTkubVF");
    expect(data).toEqual(acceptanceOf(id, sent[0]?.body));
    expect(error).toBeUndefined();
    expect(response.status).toBe(200);
  });

  it.each([
    ["POST without init", (mpesa: Mpesa) => mpesa.raw.POST("/mpesa/b2c/v3/paymentrequest", undefined as never)],
    ["POST with a text", (mpesa: Mpesa) => mpesa.raw.POST("/mpesa/b2c/v3/paymentrequest", "{}" as never)],
    ["GET without init", (mpesa: Mpesa) => mpesa.raw.GET("/oauth/v1/generate", undefined as never)],
    ["POST of nothing", (mpesa: Mpesa) => mpesa.raw.POST(undefined as never, undefined as never)],
  ])("%s rejects, sends nothing, and says what is missing", async (_, call) => {
    const { mpesa, sent } = connect();
    const rejection = call(mpesa).catch((error: unknown) => error);
    expect(String(await rejection)).toMatch(/TypeError: The second parameter must be an object: \{ body \}/);
    expect(sent).toEqual([]);
  });

  it("gets a token with the client's keys", async () => {
    const { mpesa } = connect();
    const { data } = await mpesa.raw.GET("/oauth/v1/generate", {
      params: { query: { grant_type: "client_credentials" } },
    });
    expect(data).toMatchObject({ access_token: "c9SQxWWhmdVRlyh0zh8gZDTkubVF" });
  });

  it.each(posts)("$id leaves as often as its retry class allows when the answer is lost", async ({ id, retry }) => {
    const { mpesa, sent } = connect(broken, { maxRetries: 1 });
    const error = await failure(() => post(mpesa, id));
    expect(error["type"]).toBe("MpesaOutcomeUnknownError");
    expect(sent).toHaveLength(retry === "safe" ? 2 : 1);
  });

  it("renews a stale token and repeats once, for money too", async () => {
    const stale: Answer = (one, nth) =>
      (nth === 1 ? daraja(404, "404.001.03", "Invalid Access Token") : accept)(one, nth);
    const { mpesa, sent } = connect(stale);
    expect((await post(mpesa, "stkPush")).data).toEqual(examplesOf("stkPush").answer);
    expect(sent).toHaveLength(2);
  });

  it.each([
    ["a refusal", 400],
    ["a fault", 500],
  ])("gives %s back as error", async (_, status) => {
    const body = { requestId: "1", errorCode: "400.002.02", errorMessage: "Bad Request - Invalid Amount" };
    const { data, error, response } = await post(connect(() => json(body, status)).mpesa, "stkPush");
    expect({ data, error, status: response.status }).toEqual({ data: undefined, error: body, status });
  });

  it("gives an error with 200 back as the data it is", async () => {
    const body = { requestId: "1", errorCode: "500.001.1001", errorMessage: "" };
    expect((await post(connect(() => json(body)).mpesa, "stkQuery")).data).toEqual(body);
  });

  it.each([
    ["a page with 200", "<html></html>", 200],
    ["an empty 200", "", 200],
    ["a truncated 200", '{"ResponseCode":"0', 200],
  ])("throws for %s: nobody knows what became of it", async (_, content, status) => {
    const { mpesa, sent } = connect(() => new Response(content, { status }), { maxRetries: 0 });
    expect((await failure(() => post(mpesa, "b2cPaymentV3")))["type"]).toBe("MpesaOutcomeUnknownError");
    expect(sent).toHaveLength(1);
  });

  it("gives a page of the firewall back as text", async () => {
    const { error, response } = await post(
      connect(() => new Response("<html></html>", { status: 503 })).mpesa,
      "b2cPaymentV3",
    );
    expect({ error, status: response.status }).toEqual({ error: "<html></html>", status: 503 });
  });

  it("keeps the ids and hides the secrets of the body", async () => {
    const body = examplesOf("b2cPaymentV3").request ?? {};
    const secret = String(body["SecurityCredential"]);
    const leaking: Answer = () => Promise.reject(new TypeError(`failed on ${secret} for ${body["PartyB"]}`));
    const error = await failure(() => post(connect(leaking).mpesa, "b2cPaymentV3"));
    expect(error["ids"]).toMatchObject({ originatorConversationId: body["OriginatorConversationID"] });
    expect(`${error.message} ${String(error.cause)} ${error.stack}`).not.toMatch(/36UIwpaq|254708374149/);
  });

  it("takes neither another fetch nor another address from a call", async () => {
    const urls: string[] = [];
    const stolen: unknown[] = [];
    const sent: Sent[] = [];
    const gateway = gatewayFetch(sent, accept);
    const { mpesa } = connect(accept, {
      fetch: (input, init) => {
        urls.push(String(input));
        return gateway(input, init);
      },
    });
    const fetch = (request: unknown) => {
      stolen.push(request);
      return Promise.resolve(json({}));
    };
    await post(mpesa, "stkQuery", { fetch, baseUrl: "http://127.0.0.1:1" });
    expect(stolen).toEqual([]);
    expect(sent).toHaveLength(1);
    expect(new Set(urls.map((url) => new URL(url).origin))).toEqual(new Set(["https://sandbox.safaricom.co.ke"]));
  });

  it("stops with its signal, and says that it may have been processed", async () => {
    const abort = new AbortController();
    const { mpesa } = connect(() => {
      setTimeout(() => abort.abort(), 5);
      return new Promise(() => undefined);
    });
    const error = await failure(() => post(mpesa, "stkPush", { signal: abort.signal }));
    expect(error["type"]).toBe("MpesaOutcomeUnknownError");
  });

  it("throws for a path that the spec does not have, and sends nothing", async () => {
    const { mpesa, sent } = connect();
    await expect(mpesa.raw.POST("/mpesa/other" as never, { body: {} } as never)).rejects.toThrow(TypeError);
    expect(sent).toEqual([]);
  });

  it("keeps a money call single against a real server that resets", async () => {
    const server = await startFaultServer(({ path }) => (path.startsWith("/oauth") ? token : reset));
    try {
      const mpesa = new Mpesa({ ...options, baseUrl: server.url, maxRetries: 2 });
      expect((await failure(() => post(mpesa, "b2bPayment")))["type"]).toBe("MpesaOutcomeUnknownError");
      expect(server.received.filter(({ path }) => path.includes("b2b"))).toHaveLength(1);
    } finally {
      await server.close();
    }
  });
});
