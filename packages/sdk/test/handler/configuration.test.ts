import { expect, test } from "vitest";
import { createCallbackHandler } from "../../src/callbacks/index.ts";
import { BASE_URL, SECRET } from "./setup.ts";

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
