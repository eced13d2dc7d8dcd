import { type OperationId, operationTable } from "@mpesa/raw";
import * as validators from "@mpesa/raw/validators";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Mpesa } from "../../src/index.ts";
import {
  json as answerJson,
  type FaultServer,
  type ReceivedRequest,
  startFaultServer,
  token,
} from "../support/fault-server.ts";
import { acceptanceOf, examplesOf } from "../support/spec.ts";
import { calls } from "./calls.ts";
import { options } from "./harness.ts";

let server: FaultServer;
let mpesa: Mpesa;

beforeAll(async () => {
  const ids = new Map<string, OperationId>(Object.values(operationTable).map(({ path, id }) => [path, id]));
  server = await startFaultServer(({ path, body }) => {
    const id = ids.get(path);
    if (id === undefined) throw new Error(`no operation at ${path}`);
    return id === "generateToken" ? token : answerJson(200, acceptanceOf(id, JSON.parse(body)));
  });
  mpesa = new Mpesa({ ...options, baseUrl: server.url });
});

afterAll(() => server.close());

async function requestOf({ run }: (typeof calls)[number]): Promise<ReceivedRequest> {
  await mpesa.auth.token();
  const before = server.received.length;
  await run(mpesa);
  const [request, ...more] = server.received.slice(before);
  expect(more).toEqual([]);
  return request as ReceivedRequest;
}

/** Headers that the platform's fetch adds by itself. */
const PLATFORM = [
  "host",
  "connection",
  "accept",
  "accept-language",
  "sec-fetch-mode",
  "user-agent",
  "accept-encoding",
  "content-length",
];

describe("on the wire", () => {
  it("has a call for every operation", () => {
    const called = new Set(calls.map(({ operation }) => operation));
    expect(
      Object.keys(operationTable).filter((id) => id !== "generateToken" && !called.has(id as OperationId)),
    ).toEqual([]);
  });

  it("asks for a token with the two keys", async () => {
    await mpesa.auth.token();
    const [first] = server.received;
    expect(first?.path).toBe(operationTable.generateToken.path);
    const basic = Buffer.from(`${options.consumerKey}:${options.consumerSecret}`).toString("base64");
    expect(first?.headers.authorization).toBe(`Basic ${basic}`);
  });

  it.each(calls)("$name", async (call) => {
    const { method, path, headers, body } = await requestOf(call);
    expect({ method, path }).toEqual({
      method: operationTable[call.operation].method,
      path: operationTable[call.operation].path,
    });
    const own = Object.entries(headers).filter(([name]) => !PLATFORM.includes(name));
    const lines = own.map(([name, value]) => `${name}: ${value}`).sort();
    const text = `${method} ${path}\n${lines.join("\n")}\n\n${JSON.stringify(JSON.parse(body), null, 2)}\n`;
    const file = call.name.replace(/[^a-z0-9]+/gi, "-").toLowerCase();
    await expect(text.replaceAll(options.initiator.securityCredential, "<344 characters>")).toMatchFileSnapshot(
      `./snapshots/${file}.http`,
    );
  });

  it.each(calls)("$name is what the spec takes", async (call) => {
    const body = JSON.parse((await requestOf(call)).body) as Record<string, unknown>;
    const schema = operationTable[call.operation].request;
    const validator = Object.entries(validators).find(
      ([name]) => name.toLowerCase() === `${schema}Schema`.toLowerCase(),
    );
    const result = await validator?.[1]["~standard"].validate(body);
    expect(result).toMatchObject({ value: body });
    expect(result?.issues).toBeUndefined();
  });

  // Other forms of the same request have samples of their own, some of which write numbers as text.
  const firsts = calls.filter(({ operation }, at) => calls.findIndex((one) => one.operation === operation) === at);
  it.each(firsts)("$name writes numbers as the spec's first sample does", async (call) => {
    const body = JSON.parse((await requestOf(call)).body) as Record<string, unknown>;
    const sample = examplesOf(call.operation).request ?? {};
    const types = (of: object) => Object.fromEntries(Object.entries(of).map(([name, value]) => [name, typeof value]));
    const common = Object.keys(body).filter((name) => name in sample);
    expect(common.length).toBeGreaterThan(2);
    expect(types(body)).toMatchObject(types(Object.fromEntries(common.map((name) => [name, sample[name]]))));
    expect(Object.keys(body).filter((name) => !(name in sample))).toEqual([]);
  });

  it("carries letters beyond ASCII intact", async () => {
    const before = server.received.length;
    await mpesa.stk.push({ payTo: { account: "Café Ñandú" }, phoneNumber: "0708374149", amount: 1 });
    await mpesa.b2c.pay({ phoneNumber: "0708374149", amount: 10, remarks: "Résumé 日本 😀" });
    const [push, pay] = server.received.slice(before).map(({ body }) => JSON.parse(body) as Record<string, unknown>);
    expect(push?.["AccountReference"]).toBe("Café Ñandú");
    expect(pay?.["Remarks"]).toBe("Résumé 日本 😀");
  });
});
