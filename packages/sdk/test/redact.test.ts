import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { base64, Redactor } from "../src/redact.ts";

describe("redaction", () => {
  test("takes a secret out in every form it travels in", () => {
    const property = fc.property(fc.string({ minLength: 4, unit: "binary" }), fc.string(), (secret, around) => {
      fc.pre(!around.includes(secret) && !"[redacted]".includes(secret));
      const redactor = new Redactor([secret]);
      for (const form of [secret, base64(secret), encodeURIComponent(secret.toWellFormed())]) {
        expect(redactor.text(`${around}|${form}|`).split("|").at(-2)).not.toContain(form);
      }
    });
    fc.assert(property);
  });

  test("a call's redactor knows the client's secrets too, and not the other way round", () => {
    const client = new Redactor(["client-secret"]);
    const call = client.child(["call-password"]);
    expect(call.text("client-secret call-password")).toBe("[redacted] [redacted]");
    expect(client.text("call-password")).toBe("call-password");
  });

  test("a secret inside a longer one leaves no rest", () => {
    expect(new Redactor(["abcd", "abcdefgh"]).text("abcdefgh")).toBe("[redacted]");
  });

  test("masks phone numbers it was never told of, and leaves ids and codes alone", () => {
    const redactor = new Redactor();
    expect(redactor.text("to 254708374149, 0708374149 and +254708374149")).not.toMatch(/8374/);
    expect(redactor.text("AG_20191219_000043fdf61864fe9ff5 100000100 20191219102115")).toBe(
      "AG_20191219_000043fdf61864fe9ff5 100000100 20191219102115",
    );
  });

  test("masks the token that Daraja echoes", () => {
    const said = "Error Occurred - Invalid Access Token - BJGFGOXv5aZnw90KkA4TDtu4Xdyf";
    expect(new Redactor().text(said)).toBe("Error Occurred - Invalid Access Token - [redacted]");
  });

  test("copies a thrown value without its secrets, causes included", () => {
    const inner = Object.assign(new Error("token=s3cret-token"), { code: "ECONNRESET" });
    const copy = new Redactor(["s3cret-token"]).cause(new TypeError("fetch failed for s3cret-token", { cause: inner }));
    expect(copy).toMatchObject({ name: "TypeError", cause: { code: "ECONNRESET" } });
    expect(`${copy?.stack} ${copy?.message} ${(copy?.cause as Error | undefined)?.stack}`).not.toContain(
      "s3cret-token",
    );
  });

  test("survives values that are no errors, and errors that cause themselves", () => {
    const loop: { message: string; cause?: unknown } = { message: "loop" };
    loop.cause = loop;
    const redactor = new Redactor();
    expect(redactor.cause(loop)).toBeInstanceOf(Error);
    expect(redactor.cause("text")?.message).toBe("text");
    expect(redactor.cause(undefined)).toBeUndefined();
  });
});
