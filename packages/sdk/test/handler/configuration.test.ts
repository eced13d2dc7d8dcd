import { expect, test } from "vitest";
import { type CallbackHandlerOptions, createCallbackHandler } from "../../src/callbacks/index.ts";
import { body } from "../callbacks/fixtures.ts";
import { BASE_URL, post, SECRET } from "./setup.ts";

const good = { baseUrl: BASE_URL, secrets: [SECRET] };

test.each([
  "http://pay.example.com/hooks",
  "ftp://pay.example.com",
  "pay.example.com",
  "",
  "https://",
  "https://pay.example.com/hooks?a=1",
  "https://pay.example.com/hooks#a",
  "https://name:word@pay.example.com/hooks",
  "http://localhost.example.com/hooks",
  "http://10.0.0.1.example.com",
])("the base URL %j is refused", (baseUrl) => {
  expect(() => createCallbackHandler({ ...good, baseUrl })).toThrow(TypeError);
});

test.each([
  "https://pay.example.com",
  "https://pay.example.com:8443/a/b/",
  "http://localhost:3000/hooks",
  "http://127.0.0.1:8080",
  "http://[::1]:8080/x",
  "http://app:3000",
])("the base URL %j is fine", async (baseUrl) => {
  const url = await createCallbackHandler({ ...good, baseUrl }).url("stk");
  expect(url.startsWith(`${baseUrl.replace(/\/$/, "")}/stk/`)).toBe(true);
});

test.each([[[]], [[""]], [["x".repeat(31)]], [["x".repeat(64)]], [["changeme".repeat(4)]], [[SECRET, "short"]]])(
  "the secrets %j are refused",
  (secrets) => {
    expect(() => createCallbackHandler({ ...good, secrets })).toThrow(/secrets/);
  },
);

test.each([
  ["secrets", "one long text instead of a list of them, 1234567890"],
  ["secrets", undefined],
  ["secrets", [42]],
  ["maxBodyBytes", Number.NaN],
  ["maxBodyBytes", 0],
  ["maxBodyBytes", "65536"],
  ["maxBodyBytes", Number.POSITIVE_INFINITY],
  ["validationTimeoutMs", Number.NaN],
  ["validationTimeoutMs", -1],
  ["validationTimeoutMs", 2 ** 31],
  ["failureStatus", 204],
  ["failureStatus", 205],
  ["failureStatus", 304],
  ["failureStatus", 42],
  ["failureStatus", 600],
  ["failureStatus", 500.5],
  ["allowedAddresses", ["196.201.212.0/24"]],
  ["allowedAddresses", "196.201.212.69"],
  ["allowedAddresses", [{}]],
  ["on", { stkCallback: () => undefined }],
  ["validationDefault", "C2B00012"],
  ["validationDefault", { ResultCode: "yes" }],
])("%s %j is refused by its name", (name, value) => {
  const options = { ...good, [name]: value } as unknown as CallbackHandlerOptions;
  const error = thrownBy(() => createCallbackHandler(options));
  expect(error).toBeInstanceOf(TypeError);
  expect(String(error)).toMatch(new RegExp(`^TypeError: ${name} must be [^;]+(; CIDR[^;]+)?$`));
});

test.each([undefined, null, {}])("options that are %j miss a base URL and secrets", (options) => {
  expect(() => createCallbackHandler(options as unknown as CallbackHandlerOptions)).toThrow(
    /^baseUrl must.*; secrets must/,
  );
});

test("what is given as undefined is not given", async () => {
  const nothing = { maxBodyBytes: undefined, failureStatus: undefined, on: undefined, allowedAddresses: undefined };
  const handler = createCallbackHandler({ ...good, ...nothing } as unknown as CallbackHandlerOptions);
  expect((await handler(post(await handler.url("stk"), body("stk-paid")))).status).toBe(500);
});

test("everything wrong is said at once, and no secret with it", () => {
  const error = thrownBy(() => createCallbackHandler({ baseUrl: "nowhere", secrets: ["hunter2-hunter2"] }));
  expect(error).toBeInstanceOf(TypeError);
  expect(String(error)).toMatch(/baseUrl.*secrets/);
  expect(String(error)).not.toContain("hunter2");
});

function thrownBy(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  return undefined;
}
