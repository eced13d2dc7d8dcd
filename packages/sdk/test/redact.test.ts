import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MpesaOutcomeUnknownError } from "../src/index.ts";
import { statusRecovery } from "../src/initiator/submit.ts";
import { base64, Redactor, secretsOf } from "../src/redact.ts";

function formsOf(secret: string): string[] {
  const encoded = encodeURIComponent(secret.toWellFormed());
  const bytes = Buffer.from(secret.toWellFormed());
  return [
    secret,
    base64(secret),
    base64(secret).replace(/=+$/, ""),
    bytes.toString("base64url"),
    encoded,
    encoded.replace(/%../g, (octet) => octet.toLowerCase()),
  ];
}

describe("redaction", () => {
  test("takes a secret out in every form it travels in", () => {
    const property = fc.property(fc.string({ minLength: 4, unit: "binary" }), fc.string(), (secret, around) => {
      fc.pre(!around.includes(secret) && !"[redacted]".includes(secret));
      const redactor = new Redactor(() => [secret]);
      for (const form of formsOf(secret)) {
        expect(redactor.text(`${around}|${form}|`).split("|").at(-2)).not.toContain(form);
      }
    });
    fc.assert(property);
  });

  test("a call's redactor knows the client's secrets too, and not the other way round", () => {
    const client = new Redactor(() => ["client-secret"]);
    const call = client.child(() => ["call-password"]);
    expect(call.text("client-secret call-password")).toBe("[redacted] [redacted]");
    expect(client.text("call-password")).toBe("call-password");
  });

  test("a secret inside a longer one leaves no rest", () => {
    expect(new Redactor(() => ["abcd", "abcdefgh"]).text("abcdefgh")).toBe("[redacted]");
  });

  test("masks phone numbers it was never told of, and leaves ids and codes alone", () => {
    const redactor = new Redactor();
    expect(redactor.text("to 254708374149, 0708374149 and +254708374149")).not.toMatch(/8374/);
    expect(redactor.text("AG_20191219_000043fdf61864fe9ff5 100000100 20191219102115")).toBe(
      "AG_20191219_000043fdf61864fe9ff5 100000100 20191219102115",
    );
  });

  test("masks the payer's number at the end of a CheckoutRequestID, and leaves older ids alone", () => {
    const redactor = new Redactor();
    const said = (id: string): string => redactor.text(`cannot find ${id}, sorry`);
    expect(said("ws_CO_07022023155508743700000013")).toBe("cannot find ws_CO_07022023155508743[redacted], sorry");
    expect(said("ws_CO_191220191020363925")).toBe("cannot find ws_CO_191220191020363925, sorry");
    expect(said("ws_CO_13012021093521236557")).toBe("cannot find ws_CO_13012021093521236557, sorry");
  });

  describe("a callback URL", () => {
    const mac = "9f2c".repeat(16);
    const path = `/hooks/b2c/494e562d31303432-18f3a-${mac}`;
    const redactor = new Redactor(() => [
      `https://pay.example.com${path}`,
      "https://example.com/a%2fb/x1y2z3?token=q7w8e9",
    ]);

    test.each([
      ["its path alone", path],
      ["its path behind a router that cut the prefix off", path.replace("/hooks", "")],
      ["its last part", path.split("/").at(-1)],
      ["its signature", mac],
      ["its path, percent-encoded", encodeURIComponent(path)],
      ["its path in lower-case octets", encodeURIComponent(path).toLowerCase()],
      ["its path, encoded twice", encodeURIComponent(encodeURIComponent(path))],
      ["its path with escaped slashes", path.replaceAll("/", "\\/")],
      ["its path with more encoded than need be", path.replaceAll("-", "%2D")],
      ["host and path apart", `host pay.example.com:443, path ${path.slice(1)}`],
    ])("leaves nothing of its signature in %s", (_, said) => {
      expect(redactor.text(`cannot reach ${said}, sorry`)).not.toContain(mac.slice(0, 12));
    });

    test.each(["/a%2fb/x1y2z3?token=q7w8e9", "/a%2Fb/x1y2z3", "/a/b/x1y2z3", "x1y2z3", "token=q7w8e9"])(
      "leaves nothing of a short one in %s",
      (said) => {
        expect(redactor.text(`cannot reach ${said}, sorry`)).not.toMatch(/x1y2z3|q7w8e9/);
      },
    );

    test("leaves its host and ordinary words readable", () => {
      const said = "the hooks of pay.example.com gave no result for b2c: token missing";
      expect(redactor.text(said)).toBe(said);
    });
  });

  test.each([
    ["CheckoutRequestID", "ws_CO_07022023155508743700000013"],
    ["OriginatorConversationID", "payout-254700000013-7"],
    ["OriginatorConversationID", "payout-0700000013"],
    ["OriginalConversationID", "20261006095220254700000013"],
    ["RequestRefID", "ref_254700000013"],
    ["PhoneNumber", "254700000013"],
  ])("the number in %s %s is known in every form, wherever it is repeated", (name, id) => {
    const redactor = new Redactor(() => secretsOf({ body: { [name]: id }, headers: {} }));
    for (const said of [id, id.toUpperCase(), encodeURIComponent(id), "700000013", "0700000013", "+254700000013"])
      expect(redactor.text(`no ${said} here`)).not.toContain("700000013");
  });

  test("an order number is no phone number", () => {
    expect(
      secretsOf({
        body: { AccountReference: "INV-100000123", Amount: 100000123, OriginatorConversationID: "700000013" },
        headers: {},
      }),
    ).toEqual([]);
  });

  test("takes a base64 secret out of a URL, in either case of its octets", () => {
    const redactor = new Redactor(() => ["ab/cd+ef/gh=="]);
    for (const form of ["ab%2Fcd%2Bef%2Fgh%3D%3D", "ab%2fcd%2bef%2fgh%3d%3d", "ab_cd-ef_gh", "ab/cd+ef/gh"])
      expect(redactor.text(`<${form}>`)).toBe("<[redacted]>");
  });

  test("survives thrown values that cannot be read", () => {
    const trap = new Proxy(
      {},
      {
        get: () => {
          throw new Error("s3cret");
        },
      },
    );
    for (const thrown of [trap, { message: Object.create(null) }])
      expect(new Redactor().cause(thrown)?.message).toBe("the thrown value cannot be read");
  });

  test("masks the token that Daraja echoes", () => {
    const said = "Error Occurred - Invalid Access Token - BJGFGOXv5aZnw90KkA4TDtu4Xdyf";
    expect(new Redactor().text(said)).toBe("Error Occurred - Invalid Access Token - [redacted]");
  });

  test("copies a thrown value without its secrets, causes included", () => {
    const inner = Object.assign(new Error("token=s3cret-token"), { code: "ECONNRESET" });
    const copy = new Redactor(() => ["s3cret-token"]).cause(
      new TypeError("fetch failed for s3cret-token", { cause: inner }),
    );
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

test("an error shows no number of an ID of yours, in its text or as JSON", () => {
  const ids = {
    originatorConversationId: "payout-254700000013-7",
    checkoutRequestId: "ws_CO_07022023155508743700000013",
  };
  const hint = statusRecovery(ids.originatorConversationId);
  const error = new MpesaOutcomeUnknownError("the response was lost.", { operation: "b2cPaymentV3", ids, hint });
  expect(`${error.message} ${JSON.stringify(error)} ${String(error)}`).not.toContain("700000013");
  expect(hint).toContain("error.ids.originatorConversationId");
  expect(error.ids).toEqual(ids);
  expect(statusRecovery("INV-100000123")).toContain('"INV-100000123"');
});
