import { describe, expect, it } from "vitest";
import { connect, daraja, failure, json } from "../products/harness.ts";

const urls = {
  confirmationUrl: "https://example.com/a",
  validationUrl: "https://example.com/b",
  responseType: "Completed",
} as const;

describe("c2b.registerUrls", () => {
  it.each([
    ["a zero", { OriginatorCoversationID: "7619-1", ResponseCode: "0", ResponseDescription: "success" }, "7619-1"],
    [
      "eight zeros",
      { OriginatorCoversationID: "7619-1", ResponseCode: "00000000", ResponseDescription: "success" },
      "7619-1",
    ],
    ["two zeros", { OriginatorCoversationID: "7619-1", ResponseCode: "00", ResponseDescription: "success" }, "7619-1"],
    ["no code", { ResponseDescription: "Success" }, undefined],
  ])("is done after %s", async (_, answer, originatorConversationId) => {
    const result = await connect(() => json(answer)).mpesa.c2b.registerUrls(urls);
    expect(result).toMatchObject({ alreadyRegistered: false, originatorConversationId, raw: answer });
  });

  it.each([
    ["an error", daraja(500, "500.003.1001", "Urls are already registered")],
    ["another number", daraja(500, "500.002.1001", "Duplicate notification info, SP ID is 1, correlator is 2")],
    ["the older error", daraja(500, "500.003.1001", "Duplicate notification info, SP ID is 1, correlator is 2")],
    ...[200, 400, 500].map((status): [string, () => Response] => [
      `an answer without code and HTTP ${status}`,
      () =>
        json(
          {
            ConversationID: "",
            OriginatorCoversationID: "",
            ResponseDescription: "Validation and Confirmation URLs are already registered",
          },
          status,
        ),
    ]),
    [
      "a bare description",
      () => json({ ResponseDescription: "Duplicate notification info, SP ID is 1, correlator is 2" }, 500),
    ],
  ])("counts as done after %s that says it was before", async (_, answer) => {
    const { mpesa, sent } = connect(answer, { maxRetries: 2 });
    expect(await mpesa.c2b.registerUrls(urls)).toMatchObject({
      alreadyRegistered: true,
      originatorConversationId: undefined,
    });
    expect(sent).toHaveLength(1);
  });

  it.each([
    ["something else altogether", { foo: 1 }],
    ["a denial", { ResponseDescription: "The request was unsuccessful" }],
    ["a refusal in words", { ResponseDescription: "Bad request, shortcode invalid" }],
  ])("is in doubt after %s without a code", async (_, answer) => {
    const error = await failure(() => connect(() => json(answer)).mpesa.c2b.registerUrls(urls));
    expect(error["type"]).toBe("MpesaOutcomeUnknownError");
  });

  it("does not take another fault under the same number for done", async () => {
    const { mpesa } = connect(daraja(500, "500.003.1001", "Internal Server Error"));
    expect((await failure(() => mpesa.c2b.registerUrls(urls)))["type"]).toBe("MpesaApiError");
  });

  it("speaks the client's version, and a call's own", async () => {
    const { mpesa, sent } = connect(undefined, { apiVersion: { c2b: "v1" } });
    await mpesa.c2b.registerUrls(urls);
    await mpesa.c2b.registerUrls({ ...urls, apiVersion: "v2" });
    expect(sent.map(({ operation }) => operation.id)).toEqual(["c2bRegisterV1", "c2bRegisterV2"]);
  });

  it("warns of words that the filter refuses, once, and not of the URL itself", async () => {
    const { mpesa, warnings } = connect();
    const call = { ...urls, confirmationUrl: "https://example.com/mpesa/secret-part" };
    await mpesa.c2b.registerUrls(call);
    await mpesa.c2b.registerUrls(call);
    expect(warnings()).toEqual([expect.stringMatching(/^callbackUrlWord: confirmationUrl contains "mpesa"/)]);
    expect(warnings().join()).not.toContain("secret-part");
  });
});

describe("c2b.simulate", () => {
  it("is refused in production before anything is sent", async () => {
    const { mpesa, sent } = connect(undefined, { environment: "production" });
    const error = await failure(() =>
      mpesa.c2b.simulate({ payTo: { account: "A" }, phoneNumber: "0708374149", amount: 1 }),
    );
    expect(error["type"]).toBe("MpesaValidationError");
    expect(error.message).toContain("sandbox");
    expect(sent).toEqual([]);
  });
});
