import { tokenLifetimeSeconds } from "@mpesa/raw/platform";
import { afterEach, describe, expect, it } from "vitest";
import { Core } from "../../src/core.ts";
import { isMpesaError } from "../../src/errors.ts";
import type { MpesaEvent } from "../../src/events.ts";
import { type MpesaOptions, parseOptions } from "../../src/options.ts";
import { type FaultServer, json, page, startFaultServer } from "../support/fault-server.ts";

const keys = { consumerKey: "inventedConsumerKey01", consumerSecret: "inventedSecret4567" };
let server: FaultServer | undefined;

afterEach(() => server?.close());

async function connect(
  answer: unknown,
  options: Partial<MpesaOptions> = {},
): Promise<{ core: Core; events: MpesaEvent[] }> {
  server = await startFaultServer(() => (typeof answer === "function" ? (answer as () => never)() : json(200, answer)));
  const events: MpesaEvent[] = [];
  const core = new Core(
    parseOptions({ ...keys, baseUrl: server.url, maxRetries: 0, onEvent: (event) => events.push(event), ...options }),
  );
  return { core, events };
}

function livesFor(events: readonly MpesaEvent[]): number | undefined {
  return events.find((event) => event.type === "token")?.expiresInMs;
}

describe("the token request", () => {
  it("is one GET with the keys as Basic and the grant type in the query", async () => {
    const { core } = await connect({ access_token: "invented-token", expires_in: "3599" });
    expect(await Promise.all([core.tokens.get(), core.tokens.get()])).toEqual(["invented-token", "invented-token"]);
    expect(server?.received).toHaveLength(1);
    const [request] = server?.received ?? [];
    expect(request).toMatchObject({ method: "GET", path: "/oauth/v1/generate", body: "" });
    expect(request?.headers.authorization).toBe(`Basic ${btoa(`${keys.consumerKey}:${keys.consumerSecret}`)}`);
  });

  it.each([
    ["a text", "1800", 1_800_000],
    ["a number", 1800, 1_800_000],
    ["missing", undefined, tokenLifetimeSeconds * 1000],
    ["null", null, tokenLifetimeSeconds * 1000],
  ])("reads expires_in when it is %s", async (_, expiresIn, expected) => {
    const { core, events } = await connect({ access_token: "invented-token", expires_in: expiresIn });
    await core.tokens.get();
    await core.tokens.get();
    expect(livesFor(events)).toBe(expected);
    expect(server?.received).toHaveLength(1);
  });

  it.each([
    ["zero", 0],
    ["zero as text", "0"],
    ["negative", -5],
    ["empty", ""],
    ["garbage", "soon"],
    ["an object", {}],
  ])("uses a token once whose expires_in is %s, and fetches again next time", async (_, expiresIn) => {
    const { core, events } = await connect({ access_token: "invented-token", expires_in: expiresIn });
    expect(await core.tokens.get()).toBe("invented-token");
    expect(await core.tokens.get()).toBe("invented-token");
    expect(livesFor(events)).toBe(0);
    expect(server?.received).toHaveLength(2);
  });

  it("takes the blanks around a token off", async () => {
    const { core } = await connect({ access_token: " invented-token\n", expires_in: 3599 });
    expect(await core.tokens.get()).toBe("invented-token");
  });

  it("ends in an error that shows nothing of it when the token cannot stand in a header", async () => {
    const { core } = await connect({ access_token: "invented\ntoken", expires_in: 3599 });
    const error: unknown = await core.token().catch((thrown: unknown) => thrown);
    expect(isMpesaError(error) && error.type).toBe("MpesaConnectionError");
    expect(String(error)).toContain("invalid in a header");
    expect(String(error)).not.toContain("invented");
  });

  it("is sent anew for token({ forceRefresh: true })", async () => {
    let issued = 0;
    const { core } = await connect(() => json(200, { access_token: `invented-${++issued}`, expires_in: 3599 }));
    expect(await core.token()).toBe("invented-1");
    expect(await core.token({ forceRefresh: true })).toBe("invented-2");
    expect(await core.token()).toBe("invented-2");
  });

  it.each([
    [400, { error: "invalid_client" }],
    [401, { ErrorCode: "invalid_client", Error: "ClientId is Invalid" }],
    [401, { requestId: "1", errorCode: "401", errorMessage: "Unauthorized" }],
    [400, { fault: { faultstring: "Invalid client", detail: { errorcode: "oauth.v2.InvalidClientIdentifier" } } }],
  ])("ends in MpesaAuthError that is about the keys: HTTP %s %j", async (status, body) => {
    const { core } = await connect(() => json(status, body), { maxRetries: 2 });
    const error = (await core.token().catch((thrown: unknown) => thrown)) as { type: string; hint: string };
    expect(error.type).toBe("MpesaAuthError");
    expect(error.hint).toContain("consumer key");
    expect(error.hint).not.toContain("token");
    expect(server?.received).toHaveLength(1);
  });

  it("ends in MpesaAuthError with the likely causes when the keys are wrong (400, empty body), each time anew", async () => {
    const { core } = await connect(() => page(400, ""));
    for (const requests of [1, 2]) {
      const error: unknown = await core.tokens.get().catch((thrown: unknown) => thrown);
      expect(isMpesaError(error) && error.type).toBe("MpesaAuthError");
      expect(String(error)).toMatch(/consumer key|keys/i);
      expect(String(error)).not.toContain(keys.consumerSecret);
      expect(server?.received).toHaveLength(requests);
    }
  });

  it("keys the shared store by gateway and keys, and shows neither in the key", async () => {
    const seen = new Set<string>();
    const tokenStore = { get: async (key: string) => void seen.add(key), set: async () => undefined };
    for (const consumerSecret of [keys.consumerSecret, "anotherSecret8901", keys.consumerSecret]) {
      const { core } = await connect(
        { access_token: "t-0123", expires_in: 3599 },
        { consumerSecret, tokenStore, baseUrl: "http://127.0.0.1:9" },
      );
      await core.tokens.get().catch(() => undefined);
      await server?.close();
    }
    server = undefined;
    expect(seen.size).toBe(2);
    for (const key of seen) expect(key).toMatch(/^[0-9a-f]{64}$/);
  });
});
