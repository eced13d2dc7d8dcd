import { constants, createHash, publicEncrypt } from "node:crypto";
import { type OperationInfo, operationTable } from "@mpesa/raw";
import * as validators from "@mpesa/raw/validators";
import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { sha256 } from "../src/engine/sha256.ts";
import { createSimulator } from "../src/index.ts";
import { bench, exampleRequests, goodRequest } from "./support/daraja.ts";

const posts = (Object.values(operationTable) as readonly OperationInfo[]).filter(({ method }) => method === "POST");
const schema = (name: string) =>
  (validators as unknown as Record<string, v.GenericSchema>)[
    `${name[0]?.toLowerCase()}${name.slice(1)}Schema`
  ] as v.GenericSchema;

describe.each(posts.map((info) => [info.id, info] as const))("%s", (id, info) => {
  it("takes the spec's examples, and what it answers and calls back fits the spec", async () => {
    for (const request of exampleRequests(id)) {
      const { daraja, send, received } = bench();
      daraja.customer("254722000000").always("pay");
      if (id === "c2bSimulateV1" || id === "c2bSimulateV2") {
        await send("c2bRegisterV2", { ...goodRequest("c2bRegisterV2"), ShortCode: request["ShortCode"] });
      }
      const { status, body } = await send(id, request);
      if (id === "stkQuery") expect([400, 500]).toContain(status);
      else {
        expect(status, JSON.stringify(body)).toBe(200);
        expect(v.is(schema(info.response), body), JSON.stringify(body)).toBe(true);
      }
      await daraja.settled();
      const made = daraja.callbacks.map(({ name, body: payload }) => ({ name, payload }));
      for (const { name, payload } of made) {
        const own =
          info.callbacks.find((one) => one.name === name)?.schema ??
          (name === "validation" ? "C2bValidation" : "C2bConfirmation");
        const checked = v.safeParse(schema(own), payload);
        expect(
          checked.issues?.map(({ path, message }) => [path?.map(({ key }) => key).join("."), message]) ?? [],
          JSON.stringify(payload),
        ).toEqual([]);
      }
      if (info.callbacks.length > 0 && !id.startsWith("c2b")) expect(received).toHaveLength(1);
      if (id.startsWith("c2bSimulate"))
        expect(daraja.callbacks.map(({ name }) => name)).toEqual(["validation", "confirmation"]);
    }
  });

  it("names the first field that is wrong, and does nothing", async () => {
    const { daraja, send } = bench();
    const good = goodRequest(id);
    const schemaFields = Object.keys(good);
    for (const field of schemaFields) {
      const { status, body } = await send(id, { ...good, [field]: { not: "a value" } });
      expect(status, field).toBe(400);
      expect(body).toMatchObject({ errorCode: "400.002.02", errorMessage: `Bad Request - Invalid ${field}` });
    }
    await daraja.settled();
    expect(daraja.callbacks).toEqual([]);
  });

  it("refuses a missing, an unknown and an expired token", async () => {
    const { daraja, send, token } = bench();
    const raw = (headers: Record<string, string>) =>
      daraja.fetch(`https://daraja.test${info.path}`, {
        method: "POST",
        headers: { "content-type": "application/json", ...headers },
        body: JSON.stringify(goodRequest(id)),
      });
    expect((await raw({})).status).toBe(404);
    const unknown = await raw({ authorization: "Bearer nobody" });
    expect([401, 404]).toContain(unknown.status);
    const early = await token();
    expect([401, 404]).not.toContain((await raw({ authorization: `Bearer ${early}` })).status);
    await daraja.advance(3_600_000);
    expect((await raw({ authorization: `Bearer ${early}` })).status).toBe(unknown.status);
    expect((await send(id, goodRequest(id))).status).not.toBe(unknown.status);
  });
});

describe("what stands in front", () => {
  it("keeps the misspelling: the right spelling is refused by the wrong one's name", async () => {
    const { send } = bench();
    const { RecieverIdentifierType: type, ...rest } = goodRequest("b2bPayment");
    const { status, body } = await send("b2bPayment", { ...rest, ReceiverIdentifierType: type });
    expect(status).toBe(400);
    expect(body["errorMessage"]).toBe("Bad Request - Invalid RecieverIdentifierType");
  });

  it("answers wrong keys with 400 and nothing", async () => {
    const { daraja } = bench();
    const answer = await daraja.fetch("https://daraja.test/oauth/v1/generate?grant_type=client_credentials", {
      headers: { authorization: `Basic ${btoa("a:b")}` },
    });
    expect([answer.status, await answer.text()]).toEqual([400, ""]);
  });

  it("tells a wrong grant type, a wrong method, an unknown path and a body that is no JSON apart", async () => {
    const { daraja, token } = bench();
    const code = async (path: string, init: RequestInit) =>
      ((await (await daraja.fetch(`https://daraja.test${path}`, init)).json()) as { errorCode: string }).errorCode;
    const authorization = `Bearer ${await token()}`;
    expect(
      await code("/oauth/v1/generate?grant_type=password", { headers: { authorization: `Basic ${btoa("a:b")}` } }),
    ).toBe("400.008.02");
    expect(await code("/oauth/v1/generate", { headers: { authorization } })).toBe("400.008.01");
    expect(await code("/mpesa/stkpush/v1/processrequest", {})).toBe("405.001");
    expect(await code("/mpesa/nothing", { method: "POST" })).toBe("404.001.01");
    expect(
      await code("/mpesa/stkpush/v1/processrequest", {
        method: "POST",
        body: "{",
        headers: { authorization, "content-type": "application/json" },
      }),
    ).toBe("400.002.05");
    expect(
      await code("/mpesa/stkpush/v1/processrequest", { method: "POST", body: "{}", headers: { authorization } }),
    ).toBe("400.002.05");
  });

  it("throttles where a throttle was measured", async () => {
    const { daraja, send } = bench({ rateLimits: true });
    const query = { ...goodRequest("stkQuery") };
    expect((await send("stkQuery", query)).status).not.toBe(429);
    const second = await send("stkQuery", query);
    expect(second.status).toBe(429);
    expect(second.text).toContain("SpikeArrestViolation");
    await daraja.advance(12_000);
    expect((await send("stkQuery", query)).status).not.toBe(429);
  });

  it("blanks secrets in what it records", async () => {
    const { daraja, send } = bench();
    const request = goodRequest("b2cPaymentV3");
    await send("b2cPaymentV3", request);
    const kept = JSON.stringify(daraja.requests);
    expect(kept).not.toContain(String(request["SecurityCredential"]));
    expect(kept).toContain("SecurityCredential");
  });
});

describe("secrets", () => {
  const credential = String(goodRequest("b2cPaymentV3")["SecurityCredential"]);

  it("are posted back by a queue that gives up, and shown nowhere", async () => {
    const { daraja, send, received } = bench();
    const heard: unknown[] = [];
    daraja.subscribe((changes) => void heard.push(changes));
    daraja.next("b2c", { timeout: true });
    await send("b2cPaymentV3", goodRequest("b2cPaymentV3"));
    await daraja.settled();
    expect(received[0]?.body["SecurityCredential"]).toBe(credential);
    expect(daraja.callbacks[0]?.body).toMatchObject({ SecurityCredential: "•••", PartyB: expect.anything() });
    expect(JSON.stringify([daraja.callbacks, daraja.requests, heard])).not.toContain(credential);
    await daraja.replay(daraja.callbacks[0]?.id ?? "");
    expect(received[1]?.body["SecurityCredential"]).toBe(credential);
  });

  it.each([
    ["cut short", (json: string) => json.slice(0, -1)],
    ["in a list", (json: string) => `[${json}]`],
    ["deeper down", (json: string) => `{"inner":[${json}]}`],
    ["spelt otherwise", (json: string) => json.replace("SecurityCredential", "securitycredential")],
    ["as a text within JSON", (json: string) => JSON.stringify(json)],
    ["in a form", () => `Initiator=a&SecurityCredential=${credential}&Remarks=b`],
  ])("are blanked in a body that is not as it should be: %s", async (_, spoil) => {
    const { daraja, token } = bench();
    await daraja.fetch("https://daraja.test/mpesa/b2c/v3/paymentrequest", {
      method: "POST",
      headers: { authorization: `Bearer ${await token()}`, "content-type": "application/json" },
      body: spoil(JSON.stringify(goodRequest("b2cPaymentV3"))),
    });
    const kept = JSON.stringify(daraja.requests.at(-1));
    expect(kept).not.toContain(credential.slice(0, 20));
    expect(kept).toContain("•••");
  });
});

describe("initiators", () => {
  const seal = (daraja: { publicKey: string }, password: string) =>
    publicEncrypt({ key: daraja.publicKey, padding: constants.RSA_PKCS1_PADDING }, Buffer.from(password)).toString(
      "base64",
    );
  const results = (received: readonly { body: Record<string, unknown> }[]) =>
    received.map(({ body }) => (body["Result"] as Record<string, unknown>)["ResultCode"]);

  it("opens credentials made with its own key, and locks after three wrong ones", async () => {
    const { daraja, send, received } = bench();
    const ask = async (password: string) => {
      await send("accountBalance", { ...goodRequest("accountBalance"), SecurityCredential: seal(daraja, password) });
      await daraja.settled();
    };
    for (const password of [
      "Safaricom999!*!",
      "wrong",
      "Safaricom999!*!",
      "wrong",
      "wrong",
      "wrong",
      "Safaricom999!*!",
    ])
      await ask(password);
    expect(results(received)).toEqual(["0", 2001, "0", 2001, 2001, 2001, 8006]);
  });

  it("takes only the agreed credential where one was agreed on", async () => {
    const agreed = String(goodRequest("accountBalance")["SecurityCredential"]);
    const initiators = [{ name: "testapi", password: "x", securityCredential: agreed }];
    const { daraja, send, received } = bench({ organisations: [{ shortCode: "600998", initiators }] });
    await send("accountBalance", goodRequest("accountBalance"));
    await send("accountBalance", { ...goodRequest("accountBalance"), SecurityCredential: `B${agreed.slice(1)}` });
    await send("accountBalance", { ...goodRequest("accountBalance"), Initiator: "somebody" });
    await daraja.settled();
    expect(results(received)).toEqual(["0", 2001, 2001]);
  });
});

it.each([
  [{ clock: "fast" }, "clock must be virtual or real"],
  [{ environment: "moon" }, "environment must be sandbox or production"],
  [{ startAt: Number.NaN }, "startAt must be a number"],
  [{ startAt: 1e20 }, "startAt must be a number from 0 to"],
  [{ organisations: [{ shortCode: "600111", balance: -1 }] }, "organisations[0].balance must be a number from 0 to"],
  [
    { organisations: [{ shortCode: 600123 }] },
    'organisations[0].shortCode must be a text of 5 to 7 digits, such as "600111", not 600123',
  ],
  [{ organisations: {} }, "organisations must be a list"],
  [
    { organisations: [{ shortCode: "600111", initiators: [{ name: "a" }] }] },
    "organisations[0].initiators[0].password is missing",
  ],
  [{ customers: [{ phone: "0712345678", balance: Number.NaN }] }, "customers[0].balance must be a number"],
  [
    { customers: [{ phone: "0712345678", balance: 600_000 }] },
    "customers[0].balance must be a number from 0 to 500000, not 600000",
  ],
  [{ customers: [{ balance: 1 }] }, "customers[0].phone is missing"],
  [{ sead: 1 }, 'there is no field "sead" (did you mean "seed"?)'],
  [{ delays: { promptMS: 5 } }, 'there is no field "delays.promptMS" (did you mean "promptMs"?)'],
  [{ fetch: 5 }, "fetch must be a function, not 5"],
  [{ apps: [] }, 'apps must be a list of at least one app, or "any", not a list'],
  [{ allowedCallbackHosts: [""] }, "allowedCallbackHosts[0] must be a host name"],
  [{ state: {} }, "state must be a state file"],
  [5, "the options must be an object, not 5"],
  [null, "the options must be an object, not null"],
])("options that make no sense are refused: %j", (options, sentence) => {
  expect(() => createSimulator(options as object)).toThrow(sentence);
});

it("names all options that make no sense at once, and shows no secret", () => {
  const options = { seed: true, magic: "on", apps: [{ consumerKey: 7, consumerSecret: "hunter2", extra: 1 }] };
  let message = "";
  try {
    createSimulator(options as object);
  } catch (error) {
    message = (error as TypeError).message;
  }
  expect(message.split("; ")).toEqual([
    "seed must be a number or a text, not a value of type boolean",
    "magic must be true or false, not a text of 2 characters",
    "apps[0].consumerKey must be a text that is not empty, not 7",
    'there is no field "apps[0].extra" (known are consumerKey, consumerSecret)',
  ]);
});

it("a token outlives a short history", async () => {
  const one = bench({ history: 0 });
  expect((await one.send("qrGenerate", goodRequest("qrGenerate"))).status).toBe(200);
});

it("its SHA-256 is SHA-256", () => {
  for (const text of ["", "254708374149", "x".repeat(55), "x".repeat(56), "x".repeat(200)]) {
    expect(sha256(text)).toBe(createHash("sha256").update(text).digest("hex"));
  }
});
