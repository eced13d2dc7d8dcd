import { afterEach, describe, expect, it, vi } from "vitest";
import manifest from "../package.json" with { type: "json" };
import { Mpesa } from "../src/index.ts";
import { hasRepeatingFetch, isBrowser, userAgent } from "../src/platform.ts";
import { accept, failure, fieldsOf, gatewayFetch, options, type Sent } from "./products/harness.ts";

const page = { window: { document: {} }, navigator: { userAgent: "Mozilla/5.0" } };
const worker = { WorkerGlobalScope: class {}, importScripts: () => undefined, navigator: { userAgent: "Mozilla/5.0" } };

describe("isBrowser", () => {
  it.each([
    ["a page", page, true],
    ["a page with a bundler's process", { ...page, process: { versions: {}, env: {} } }, true],
    ["a worker", worker, true],
    ["Node", { process: { versions: { node: "24.0.0" } } }, false],
    ["Node with a simulated page", { ...page, process: { versions: { node: "24.0.0" } } }, false],
    ["Deno", { Deno: {}, window: {}, navigator: { userAgent: "Deno/2" } }, false],
    ["a worker of Deno", { ...worker, Deno: {} }, false],
    ["Bun", { Bun: {}, navigator: { userAgent: "Bun/1" } }, false],
    ["workerd", { WorkerGlobalScope: class {}, navigator: { userAgent: "Cloudflare-Workers" } }, false],
    ["workerd with Node's importScripts", { ...worker, navigator: { userAgent: "Cloudflare-Workers" } }, false],
    ["an older workerd", { ...worker, WebSocketPair: class {}, navigator: undefined }, false],
    ["an edge runtime", { ...worker, EdgeRuntime: "edge" }, false],
    ["nothing known", {}, false],
  ])("knows %s", (_, scope, expected) => {
    expect(isBrowser(scope)).toBe(expected);
  });

  it("knows this one", () => {
    expect(isBrowser()).toBe(false);
  });
});

describe("hasRepeatingFetch", () => {
  it.each([
    ["a page", page, true],
    ["a page of Electron with Node", { ...page, process: { versions: { node: "24.0.0" }, type: "renderer" } }, true],
    ["React Native", { navigator: { product: "ReactNative" } }, true],
    ["Node", { process: { versions: { node: "24.0.0" } } }, false],
    ["Electron's main process", { process: { versions: { node: "24.0.0" }, type: "browser" } }, false],
    ["Deno", { Deno: {}, window: {}, navigator: { userAgent: "Deno/2" } }, false],
  ])("knows %s", (_, scope, expected) => expect(hasRepeatingFetch(scope)).toBe(expected));
});

describe("in a browser", () => {
  afterEach(() => vi.unstubAllGlobals());
  const enter = (): void => {
    vi.stubGlobal("process", undefined);
    vi.stubGlobal("window", page.window);
  };

  it("secrets are refused, each of them named", async () => {
    enter();
    const error = await failure(async () => new Mpesa(options));
    vi.unstubAllGlobals();
    expect(error["type"]).toBe("MpesaConfigError");
    expect(fieldsOf(error)).toEqual(["consumerKey", "consumerSecret", "passkey", "initiator"]);
    expect(error.message).toContain("allowSecretsInBrowser");
  });

  it("secrets are taken from a caller who says it knows", () => {
    enter();
    const mpesa = new Mpesa({ ...options, allowSecretsInBrowser: true });
    vi.unstubAllGlobals();
    expect(mpesa).toBeInstanceOf(Mpesa);
  });

  it("a token and an own server work", async () => {
    enter();
    const sent: Sent[] = [];
    const mpesa = new Mpesa({
      baseUrl: "https://example.com",
      accessToken: () => "t0ken-of-the-page",
      fetch: gatewayFetch(sent, accept),
    });
    vi.unstubAllGlobals();
    await mpesa.qr.generate({ payTo: { till: "373132" }, amount: 1, merchantName: "A", reference: "B" });
    expect(sent[0]?.headers.get("authorization")).toBe("Bearer t0ken-of-the-page");
  });
});

describe("userAgent", () => {
  afterEach(() => vi.unstubAllGlobals());
  const sdk = `mpesa-sdk/${manifest.version}`;

  it.each([
    [undefined, sdk],
    [{ name: "MyShop" }, `${sdk} MyShop`],
    [{ name: "MyShop", version: "1.4.0", url: "https://shop.example/" }, `${sdk} MyShop/1.4.0 (https://shop.example/)`],
  ])("names the SDK and the application: %j", (appInfo, expected) => {
    const value = userAgent(appInfo ? { appInfo } : {});
    expect(value).toBe(expected);
    expect(new Headers({ "user-agent": value ?? "" }).get("user-agent")).toBe(expected);
  });

  it("is none in browsers", () => {
    vi.stubGlobal("process", undefined);
    vi.stubGlobal("window", page.window);
    expect(userAgent({ appInfo: { name: "MyShop" } })).toBeUndefined();
  });
});
