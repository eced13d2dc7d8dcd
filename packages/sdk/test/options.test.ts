import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { Mpesa, type MpesaEvent, type MpesaOptions } from "../src/index.ts";
import { optionTable } from "../src/options.ts";
import { connect, failure, fieldsOf, options, SECRET } from "./products/harness.ts";

const keys = { consumerKey: SECRET.consumerKey, consumerSecret: SECRET.consumerSecret };
const make = (more: unknown): Promise<Error & Record<string, unknown>> =>
  failure(async () => new Mpesa(more as MpesaOptions));

describe("a client", () => {
  it.each([
    ["nothing", {}, ["environment", "consumerKey", "consumerSecret"]],
    ["another environment", { ...keys, environment: "live" }, ["environment"]],
    ["a base URL with a query", { ...keys, baseUrl: "https://example.com/?a" }, ["baseUrl"]],
    ["one key", { environment: "sandbox", consumerKey: "k" }, ["consumerSecret"]],
    ["the same key twice", { environment: "sandbox", consumerKey: "same", consumerSecret: "same" }, ["consumerSecret"]],
    ["a key with a line end", { environment: "sandbox", ...keys, consumerKey: "key\n" }, ["consumerKey"]],
    ["keys and a token", { environment: "sandbox", ...keys, accessToken: () => "t" }, ["accessToken"]],
    ["a token that is no function", { environment: "sandbox", accessToken: "t" }, ["accessToken"]],
    ["a short code with letters", { environment: "sandbox", ...keys, shortCode: "6009x2" }, ["shortCode"]],
    ["a blank passkey", { environment: "sandbox", ...keys, passkey: " " }, ["passkey"]],
    [
      "a password as passkey",
      { environment: "sandbox", ...keys, passkey: btoa(`174379${SECRET.passkey}20261006095219`) },
      ["passkey"],
    ],
    [
      "wrong URLs",
      { environment: "sandbox", ...keys, callbackUrl: "a", resultUrl: "b", timeoutUrl: "c" },
      ["callbackUrl", "resultUrl", "timeoutUrl"],
    ],
    [
      "other versions",
      { environment: "sandbox", ...keys, apiVersion: { b2c: "v2", c2b: "v3" } },
      ["apiVersion.b2c", "apiVersion.c2b"],
    ],
    [
      "a wrong initiator",
      { environment: "sandbox", ...keys, initiator: { name: "" } },
      ["initiator.name", "initiator.password"],
    ],
    ["a clock without timers", { environment: "sandbox", ...keys, clock: { now: Date.now } }, ["clock"]],
    ["half a logger", { environment: "sandbox", ...keys, logger: { info: () => undefined } }, ["logger"]],
    ["an unknown log level", { environment: "sandbox", ...keys, logLevel: "verbose" }, ["logLevel"]],
    ["an application without name", { environment: "sandbox", ...keys, appInfo: { version: "1" } }, ["appInfo.name"]],
    [
      "an application that no header can carry",
      { environment: "sandbox", ...keys, appInfo: { name: "Shop\r\nX: 1", version: "1 ", url: "shop.example", x: 1 } },
      ["appInfo.x", "appInfo.name", "appInfo.version", "appInfo.url"],
    ],
    ["a key with a colon", { environment: "sandbox", ...keys, consumerKey: "key:secret" }, ["consumerKey"]],
    ["a text", "sandbox", ["options"]],
    ["null", null, ["options"]],
    [
      "names that do not exist",
      {
        environment: "sandbox",
        ...keys,
        passKey: SECRET.passkey,
        timeout: 5,
        apiVersion: { B2C: "v1" },
        verbose: true,
      },
      ["passKey", "timeout", "verbose", "apiVersion.B2C"],
    ],
    [
      "a name that does not exist, without value",
      { environment: "sandbox", ...keys, shortcode: undefined },
      ["shortcode"],
    ],
    ["a token store without functions", { environment: "sandbox", ...keys, tokenStore: {} }, ["tokenStore"]],
    ["half a token store", { environment: "sandbox", ...keys, tokenStore: { get: () => undefined } }, ["tokenStore"]],
    ["the address of a token store", { environment: "sandbox", ...keys, tokenStore: "redis://" }, ["tokenStore"]],
    ["no token store", { environment: "sandbox", ...keys, tokenStore: null }, ["tokenStore"]],
    ["one version for all", { environment: "sandbox", ...keys, apiVersion: "v1" }, ["apiVersion"]],
    ...[0, -1, 1001, Number.NaN, Number.POSITIVE_INFINITY, "10", null].map(
      (maxQueriesPerSecond) =>
        [
          `${maxQueriesPerSecond} queries a second`,
          { environment: "sandbox", ...keys, maxQueriesPerSecond },
          ["maxQueriesPerSecond"],
        ] as [string, unknown, string[]],
    ),
    ["wrong numbers", { environment: "sandbox", ...keys, timeoutMs: 0, maxRetries: 1.5 }, ["timeoutMs", "maxRetries"]],
  ])("is not made of %s", async (_, given, fields) => {
    const error = await make(given);
    expect(error["type"]).toBe("MpesaConfigError");
    expect(fieldsOf(error)).toEqual(fields);
  });

  it.each([
    ["passKey", "Did you mean `passkey`?"],
    ["base_url", "Did you mean `baseUrl`?"],
    ["callbackURL", "Did you mean `callbackUrl`?"],
    ["timeout", "Did you mean `timeoutUrl` or `timeoutMs`?"],
    ["secret", "Did you mean `consumerSecret`?"],
    ["env", "Unknown option `env`. Did you mean `environment`?"],
    ["enviroment", "Did you mean `environment`?"],
    ["consumerSercet", "Did you mean `consumerSecret`?"],
    ["verbose", "The names are environment, baseUrl,"],
  ])("says what %s may have been meant for", async (name, advice) => {
    const error = await make({ environment: "sandbox", ...keys, [name]: SECRET.passkey });
    expect(error.message).toContain(advice);
    expect(error.message).not.toContain(SECRET.passkey);
  });

  it("documents the defaults that it has", async () => {
    const source = await readFile(new URL("../src/options.ts", import.meta.url), "utf8");
    const [, body = ""] = /export interface MpesaOptions \{\n(.*?)^\}/ms.exec(source) ?? [];
    const documented = Object.fromEntries(
      [...body.matchAll(/@default (.+?)\s*\*\/\s+(\w+)\?:/gs)].map(([, value, name]) => [name, value]),
    );
    for (const [name, option] of Object.entries<{ default?: unknown }>(optionTable)) {
      if (option.default === undefined) continue;
      const written = JSON.stringify(option.default)
        .replace(/"(\w+)":/g, " $1: ")
        .replace("}", " }");
      expect([name, documented[name]]).toEqual([name, written]);
    }
  });

  it("shows no secret when it is not made", async () => {
    const error = await make({
      ...options,
      environment: "live",
      consumerSecret: `${SECRET.consumerSecret} `,
      passkey: `${SECRET.passkey} `,
    });
    const shown = `${error.message} ${JSON.stringify(error)} ${error.stack}`;
    for (const secret of Object.values(SECRET)) expect(shown).not.toContain(secret);
  });

  it("fills in what the calls leave out, and calls win", async () => {
    const { mpesa, sent } = connect();
    await mpesa.account.balance();
    const own = {
      resultUrl: "https://example.com/own",
      timeoutUrl: new URL("https://example.com/late"),
      remarks: "Evening",
    };
    await mpesa.account.balance({ ...own, party: { shortCode: "600998" } });
    expect(sent[0]?.body).toMatchObject({
      PartyA: 600992,
      ResultURL: options.resultUrl,
      QueueTimeOutURL: options.timeoutUrl,
    });
    expect(sent[1]?.body).toMatchObject({
      PartyA: 600998,
      ResultURL: own.resultUrl,
      QueueTimeOutURL: "https://example.com/late",
      Remarks: "Evening",
    });
  });

  it("pays in the version it is told", async () => {
    const { mpesa, sent } = connect(undefined, { apiVersion: { b2c: "v1" } });
    const result = await mpesa.b2c.pay({ phoneNumber: "0708374149", amount: 10 });
    await mpesa.b2c.pay({ phoneNumber: "0708374149", amount: 10, apiVersion: "v3" });
    expect(sent.map(({ operation }) => operation.id)).toEqual(["b2cPaymentV1", "b2cPaymentV3"]);
    expect(result.originatorConversationId).toBe(
      (result.raw as { OriginatorConversationID: string }).OriginatorConversationID,
    );
  });

  it("gives its token to those who need one", async () => {
    expect(await connect().mpesa.auth.token()).toBe("c9SQxWWhmdVRlyh0zh8gZDTkubVF");
  });
});

describe("warnings", () => {
  const warningsOf = (more: Partial<MpesaOptions>): string[] => {
    const events: MpesaEvent[] = [];
    new Mpesa({ ...options, ...more, onEvent: (event) => void events.push(event) });
    return events.map((event) => (event.type === "warning" ? event.code : event.type));
  };

  it.each([
    ["nothing", {}, []],
    ["older keys swapped", { consumerKey: "k".repeat(16), consumerSecret: "s".repeat(32) }, ["keysSwapped"]],
    ["newer keys swapped", { consumerKey: "k".repeat(64), consumerSecret: "s".repeat(48) }, ["keysSwapped"]],
    ["keys of the right lengths", { consumerKey: "k".repeat(48), consumerSecret: "s".repeat(64) }, []],
    ["http in the sandbox", { callbackUrl: "http://example.com/" }, []],
    ["http in production", { environment: "production", callbackUrl: "http://example.com/" }, ["callbackUrlScheme"]],
    ["a forbidden word", { resultUrl: "https://example.com/Safaricom" }, ["callbackUrlWord"]],
    ["a tunnel", { timeoutUrl: "https://abc.ngrok.io/a" }, ["callbackUrlTunnel"]],
    ["capital letters in the host", { callbackUrl: "https://Example.com/a" }, ["callbackUrlCase"]],
    ["capital letters in the path", { callbackUrl: "https://example.com/A" }, []],
    ["this machine", { callbackUrl: "http://localhost:3000/a" }, ["callbackUrlHost"]],
    ["a private address", { callbackUrl: "http://192.168.1.4/a" }, ["callbackUrlHost"]],
    [
      "this machine, with a simulator",
      { baseUrl: "http://127.0.0.1:4010", callbackUrl: "http://localhost:3000/a" },
      [],
    ],
  ] as [string, Partial<MpesaOptions>, string[]][])("for %s", (_, more, expected) => {
    expect(warningsOf(more)).toEqual(expected);
  });

  it("come once, not with every call", async () => {
    const { mpesa, warnings } = connect(undefined, { resultUrl: "https://example.com/cmd" });
    await mpesa.account.balance();
    await mpesa.account.balance({ resultUrl: "https://example.com/cmd/2" });
    expect(warnings()).toHaveLength(1);
  });
});
