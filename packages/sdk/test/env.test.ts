import { readFile } from "node:fs/promises";
import { afterEach, describe, expect, it, vi } from "vitest";
import { configFromEnv, Mpesa } from "../src/index.ts";
import { failure, fieldsOf, SECRET } from "./products/harness.ts";

const least = { MPESA_ENVIRONMENT: "sandbox", MPESA_CONSUMER_KEY: "the-key", MPESA_CONSUMER_SECRET: "the-secret" };
const full = {
  ...least,
  MPESA_BASE_URL: "http://127.0.0.1:4010",
  MPESA_SHORT_CODE: "174379",
  MPESA_PASSKEY: SECRET.passkey,
  MPESA_INITIATOR_NAME: "testapi",
  MPESA_SECURITY_CREDENTIAL: SECRET.credential,
  MPESA_CALLBACK_URL: "https://example.com/a",
  MPESA_RESULT_URL: "https://example.com/b",
  MPESA_TIMEOUT_URL: "https://example.com/c",
  MPESA_B2C_VERSION: "v1",
  MPESA_C2B_VERSION: "v1",
  MPESA_TIMEOUT_MS: "5000",
  MPESA_MAX_RETRIES: "0",
  MPESA_MAX_QUERIES_PER_SECOND: "0.5",
  MPESA_LOG: "warn",
};

describe("configFromEnv", () => {
  afterEach(() => vi.unstubAllEnvs());

  it("reads the least", () => {
    expect(configFromEnv(least)).toEqual({
      environment: "sandbox",
      consumerKey: "the-key",
      consumerSecret: "the-secret",
    });
  });

  it("reads everything, and a client takes it", () => {
    const config = configFromEnv(full);
    expect(config).toMatchObject({
      baseUrl: "http://127.0.0.1:4010",
      shortCode: "174379",
      initiator: { name: "testapi", securityCredential: SECRET.credential },
      callbackUrl: "https://example.com/a",
      resultUrl: "https://example.com/b",
      timeoutUrl: "https://example.com/c",
      apiVersion: { b2c: "v1", c2b: "v1" },
      timeoutMs: 5000,
      maxRetries: 0,
      maxQueriesPerSecond: 0.5,
      logLevel: "warn",
    });
    expect(new Mpesa(config)).toBeInstanceOf(Mpesa);
  });

  it("reads every variable of the README, and no other", async () => {
    const readme = await readFile(new URL("../README.md", import.meta.url), "utf8");
    const documented = [...new Set(readme.match(/MPESA_\w+(?=`)/g))].sort();
    const read = new Set<string>();
    const spy = (env: Record<string, string>) =>
      new Proxy(env, {
        get: (target, name) => {
          read.add(String(name));
          return target[String(name)];
        },
      });
    configFromEnv(spy(full));
    expect([...read].sort()).toEqual(documented);
  });

  it("names everything that is missing at once", async () => {
    const error = await failure(async () =>
      configFromEnv({ MPESA_CONSUMER_SECRET: " ", MPESA_INITIATOR_PASSWORD: "Initiator-Password-1!" }),
    );
    expect(error["type"]).toBe("MpesaConfigError");
    expect(fieldsOf(error).sort()).toEqual([
      "MPESA_CONSUMER_KEY",
      "MPESA_CONSUMER_SECRET",
      "MPESA_ENVIRONMENT",
      "MPESA_INITIATOR_NAME",
    ]);
    expect(error.message).not.toContain("Initiator-Password-1!");
  });

  it.each([
    ["an unknown environment", { ...least, MPESA_ENVIRONMENT: "live" }, ["MPESA_ENVIRONMENT"]],
    ["a number in words", { ...least, MPESA_TIMEOUT_MS: "30s" }, ["MPESA_TIMEOUT_MS"]],
    ["a number with two points", { ...least, MPESA_MAX_QUERIES_PER_SECOND: "1.0.0" }, ["MPESA_MAX_QUERIES_PER_SECOND"]],
    ["an initiator without secret", { ...least, MPESA_INITIATOR_NAME: "testapi" }, ["MPESA_SECURITY_CREDENTIAL"]],
    ["an environment in capital letters", { ...least, MPESA_ENVIRONMENT: "Production" }, ["MPESA_ENVIRONMENT"]],
    ["an unknown log level", { ...least, MPESA_LOG: "verbose" }, ["MPESA_LOG"]],
    ["half a retry", { ...least, MPESA_MAX_RETRIES: "1.5" }, ["MPESA_MAX_RETRIES"]],
    ["another version", { ...least, MPESA_B2C_VERSION: "v2" }, ["MPESA_B2C_VERSION"]],
    [
      "a credential cut off",
      { ...least, MPESA_INITIATOR_NAME: "a", MPESA_SECURITY_CREDENTIAL: "QQ==" },
      ["MPESA_SECURITY_CREDENTIAL"],
    ],
    ["null", null, ["env"]],
    ["a text", "MPESA_ENVIRONMENT=sandbox", ["env"]],
  ])("refuses %s", async (_, env, fields) => {
    const error = await failure(async () => configFromEnv(env as never));
    expect(error["type"]).toBe("MpesaConfigError");
    expect(fieldsOf(error)).toEqual(fields);
  });

  it("needs no keys with a token, and no environment with a base URL", async () => {
    const { accessToken, ...rest } = configFromEnv({
      MPESA_BASE_URL: "http://127.0.0.1:4010",
      MPESA_ACCESS_TOKEN: "t0ken",
    });
    expect(await accessToken?.()).toBe("t0ken");
    expect(rest).toEqual({ baseUrl: "http://127.0.0.1:4010" });
  });

  it("takes the password when there is no credential", () => {
    const env = { ...least, MPESA_INITIATOR_NAME: "testapi", MPESA_INITIATOR_PASSWORD: "Initiator-Password-1!" };
    expect(configFromEnv(env).initiator).toEqual({ name: "testapi", password: "Initiator-Password-1!" });
  });

  it("leaves an initiator to the client if only the client can know its key", () => {
    const env = {
      MPESA_BASE_URL: "http://127.0.0.1:4010",
      MPESA_ACCESS_TOKEN: "t0ken",
      MPESA_INITIATOR_NAME: "testapi",
      MPESA_INITIATOR_PASSWORD: "Initiator-Password-1!",
    };
    const options = configFromEnv(env);
    expect(options.initiator).toEqual({ name: "testapi", password: "Initiator-Password-1!" });
    expect(() => new Mpesa(options)).toThrow("`initiator.key` is required");
    expect(() => new Mpesa({ ...options, environment: "sandbox" })).not.toThrow();
  });

  it("passes over bindings that are no texts", () => {
    expect(configFromEnv({ ...least, MPESA_PASSKEY: { get: () => "" }, KV: {} })).not.toHaveProperty("passkey");
  });

  it("reads the process by default", () => {
    for (const [name, value] of Object.entries(least)) vi.stubEnv(name, value);
    expect(configFromEnv()).toMatchObject({ consumerKey: "the-key" });
  });

  it("says what is missing where there is no process at all", async () => {
    vi.stubGlobal("process", undefined);
    const error = await failure(async () => configFromEnv());
    vi.unstubAllGlobals();
    expect(fieldsOf(error)).toContain("MPESA_CONSUMER_KEY");
  });
});
