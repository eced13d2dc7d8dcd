import { operationTable } from "@mpesa/raw";
import { describe, expect, it } from "vitest";
import { type Answer, connect, daraja, failure, json } from "../products/harness.ts";

const money = Object.values(operationTable).filter(({ retry }) => retry !== "safe");

/** How a payment ends that the gateway answered like this. */
async function endOf(answer: Answer): Promise<unknown> {
  const { mpesa, sent } = connect(answer, { maxRetries: 2 });
  const call = { payTo: { account: "INV-1" }, phoneNumber: "0708374149", amount: 1 };
  const error = await failure(() => mpesa.stk.push(call));
  expect(sent).toHaveLength(1);
  return error["type"];
}

describe("what does not prove a refusal", () => {
  const given = [408, 409, 425, 499];

  it("the operations that move money are known", () => expect(money.length).toBeGreaterThan(5));

  it.each(given)("HTTP %i, whatever its JSON says", async (status) => {
    const bodies = [
      { status, message: "Request Timeout" },
      { status: String(status), message: "closed" },
      { header: { responseCode: status, responseMessage: "closed" } },
      { responseCode: status, responseMessage: "closed" },
      { requestId: "1", errorCode: `${status}.001.99`, errorMessage: "?" },
      { requestId: "1", errorCode: "400.777.77", errorMessage: "a number that no table has" },
      { requestId: "1", errorCode: String(status), errorMessage: "?" },
    ];
    for (const body of bodies) expect(await endOf(() => json(body, status))).toBe("MpesaOutcomeUnknownError");
  });

  it.each(given)("a number of Daraja's form that begins with %i, with HTTP 400", async (status) => {
    const body = { requestId: "1", errorCode: `${status}.001.99`, errorMessage: "?" };
    expect(await endOf(() => json(body, 400))).toBe("MpesaOutcomeUnknownError");
  });

  it.each([500, 502, 503, 504, 200])("HTTP %i with an unlisted number that begins with 4", async (status) => {
    const end = await endOf(daraja(status, "499.001.99", "Something new"));
    expect(end).toBe("MpesaOutcomeUnknownError");
    expect(await endOf(daraja(status, "400.777.77", "Something new"))).toBe("MpesaOutcomeUnknownError");
  });

  it.each([
    [400, { status: 400, message: "Bad Request" }],
    [403, { status: "403", message: "Forbidden" }],
    [404, { status: 404, message: "no such service" }],
    [400, { requestId: "1", errorCode: "4", errorMessage: "?" }],
    [400, { requestId: "1", errorCode: "4something", errorMessage: "?" }],
    [400, { requestId: "1", errorCode: "400", errorMessage: "?" }],
    [500, { requestId: "1", errorCode: "401", errorMessage: "Unauthorized" }],
    [502, { header: { responseCode: 401, responseMessage: "Unauthorized" } }],
  ])("a proxy's own words: HTTP %i %j", async (status, body) => {
    expect(await endOf(() => json(body, status))).toBe("MpesaOutcomeUnknownError");
  });
});

it("an unlisted number of Daraja's form with a 4xx status is a refusal", async () => {
  expect(await endOf(daraja(400, "400.777.77", "New rule"))).toBe("MpesaApiError");
  expect(await endOf(daraja(403, "403.002.9999", "New rule"))).toBe("MpesaApiError");
});

it("an error beside an acceptance proves nothing: the payment is unknown, and sent once", async () => {
  const accepted = { ResponseCode: "0", MerchantRequestID: "m-1", CheckoutRequestID: "ws_CO_1" };
  const missing = "Invalid API call as no apiproduct match found";
  for (const errorCode of ["401", "404.001.03", "400.002.02", "500.003.02", "401.003.01"]) {
    const errorMessage = errorCode === "401.003.01" ? missing : "?";
    const { mpesa, sent } = connect(() => json({ ...accepted, errorCode, errorMessage }), { maxRetries: 2 });
    const call = { payTo: { account: "INV-1" }, phoneNumber: "0708374149", amount: 1 };
    const error = await failure(() => mpesa.stk.push(call));
    expect(error["type"]).toBe("MpesaOutcomeUnknownError");
    expect(error["ids"]).toMatchObject({ checkoutRequestId: "ws_CO_1" });
    // What the code advises when it comes alone would have the payment sent again.
    expect(error["hint"]).toMatch(/^It may have been processed: do not send it again\./);
    expect(sent).toHaveLength(1);
  }
});

it("HTTP 421 is unknown, and an event says that the platform may have repeated it", async () => {
  const { mpesa, sent, warnings } = connect(() => json({}, 421), { maxRetries: 2 });
  const call = { payTo: { account: "INV-1" }, phoneNumber: "0708374149", amount: 1 };
  expect((await failure(() => mpesa.stk.push(call)))["type"]).toBe("MpesaOutcomeUnknownError");
  expect(sent).toHaveLength(1);
  expect(warnings()).toEqual([expect.stringContaining("requestMisdirected: HTTP 421")]);
});

it("an error beside an acceptance of a payout is not answered with another request, even with `resend`", async () => {
  const accepted = { ResponseCode: "0", ConversationID: "AG_1", OriginatorConversationID: "own-1" };
  const body = { ...accepted, errorCode: "400.002.02", errorMessage: "?" };
  const { mpesa, sent } = connect(() => json(body), { maxRetries: 2 });
  const pay = { phoneNumber: "0708374149", amount: 10, originatorConversationId: "own-1", resend: true };
  expect(await failure(() => mpesa.b2c.pay(pay))).toMatchObject({ type: "MpesaOutcomeUnknownError" });
  expect(sent).toHaveLength(1);
});

describe("a payout that was busy first", () => {
  const pay = { phoneNumber: "0708374149", amount: 10, originatorConversationId: "own-1", resend: true };
  const busy = daraja(500, "500.003.02", "Error Occurred: Spike Arrest Violation");
  const duplicate = daraja(500, "500.002.1001", "Duplicate OriginatorConversationID.");

  it("does not count as sent: a duplicate ID after it belongs to another payment", async () => {
    const { mpesa, sent } = connect((one, nth) => (nth === 1 ? busy(one, nth) : duplicate(one, nth)), {
      maxRetries: 1,
    });
    const error = await failure(() => mpesa.b2c.pay(pay));
    expect(error["type"]).toBe("MpesaOutcomeUnknownError");
    expect(sent).toHaveLength(2);
  });

  it("ends with the refusal that comes later", async () => {
    const invalid = daraja(400, "400.002.02", "Bad Request - Invalid Amount");
    const { mpesa } = connect((one, nth) => (nth === 1 ? busy(one, nth) : invalid(one, nth)), { maxRetries: 1 });
    const error = await failure(() => mpesa.b2c.pay(pay));
    expect(error).toMatchObject({ type: "MpesaApiError", errorCode: "400.002.02" });
  });
});
