import { type OperationId, type OperationInfo, operationTable } from "@mpesa/raw";
import { describe, expect, test } from "vitest";
import { decide } from "../../src/http/decide.ts";

const HTML = '<html style="height:100%"><head><META NAME="ROBOTS" CONTENT="NOINDEX"></head></html>';

function decided(id: OperationId, status: number, body: unknown, headers: Record<string, string> = {}) {
  const operation: OperationInfo = operationTable[id];
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return decide(operation, { status, headers: new Headers(headers), text });
}

function error(errorCode: string, errorMessage: string) {
  return { requestId: "4788-81090592-4", errorCode, errorMessage };
}

describe("an acceptance", () => {
  test.each([
    ["STK push", "stkPush", { ResponseCode: "0", CheckoutRequestID: "ws_CO_1" }],
    ["a code as number", "b2bPayment", { ResponseCode: 0 }],
    ["C2B with eight zeros", "c2bRegisterV2", { ResponseCode: "00000000" }],
    ["C2B with a description only", "c2bRegisterV2", { ResponseDescription: "Success" }],
    ["QR, by its image", "qrGenerate", { ResponseCode: "AG_20191219_000043fdf61864fe9ff5", QRCode: "iVBORw0KGgo=" }],
    ["pull registered before", "pullRegister", { ResponseStatus: "1001" }],
    ["pull with blanks in its keys", "pullRegister", { "Response Status": "1000" }],
    ["pull that found nothing", "pullQuery", { ResponseCode: "1001" }],
    ["pull that found nothing, as a bare list", "pullQuery", [[]]],
    [
      "pull that found nothing, with a message",
      "pullQuery",
      { RequestID: "1", ResponseCode: "1001", ResponseMessage: "No records found" },
    ],
    ["STK push with eight zeros", "stkPush", { ResponseCode: "00000000", CheckoutRequestID: "ws_CO_1" }],
    ["a payout with eight zeros", "b2cPaymentV3", { ResponseCode: "00000000" }],
    ["C2B with two zeros", "c2bRegisterV2", { ResponseCode: "00" }],
    ["USSD push", "ussdPush", { code: "0", status: "USSD Initiated Successfully" }],
  ] as const)("%s", (_, id, body) => expect(decided(id, 200, body).kind).toBe("accepted"));
});

describe("refused before processing", () => {
  test.each([
    [
      "a wrong password",
      "stkPush",
      500,
      error("500.001.1001", "[MerchantValidate] - Wrong credentials"),
      "wrongPassword",
    ],
    ["an unknown merchant", "stkPush", 500, error("500.001.1001", "Merchant does not exist"), "merchantNotFound"],
    [
      "a busy phone",
      "stkPush",
      500,
      error(
        "500.001.1001",
        "Unable to lock subscriber, a transaction is already in process for the current subscriber",
      ),
      "subscriberLocked",
    ],
    [
      "a field, named",
      "b2bPayment",
      400,
      error("400.002.02", "Bad Request - Invalid RecieverIdentifierType"),
      "invalidReceiverIdentifierType",
    ],
    ["a field, with status 200", "stkPush", 200, error("400.002.02", "Bad Request - Invalid Amount"), "invalidAmount"],
    [
      "URLs that are there already",
      "c2bRegisterV2",
      500,
      error("500.003.1001", "URLs already registered"),
      "urlsAlreadyRegistered",
    ],
    ["wrong keys, by an empty 400", "generateToken", 400, "", "wrongConsumerKeys"],
    [
      "an error in the keys of an acceptance",
      "pullQuery",
      400,
      { RequestID: "q-1", ResponseCode: "400.001", ResponseMessage: "invalid short code" },
      "invalidShortCode",
    ],
    [
      "an error in the keys of an acceptance, with 200",
      "pullQuery",
      200,
      { RequestID: "q-1", ResponseCode: "400.001", ResponseMessage: "invalid short code" },
      "invalidShortCode",
    ],
    ...[200, 400, 500].map(
      (status) =>
        [
          `URLs that are there already, said without a code (${status})`,
          "c2bRegisterV2",
          status,
          {
            ConversationID: "",
            OriginatorCoversationID: "",
            ResponseDescription: "Validation and Confirmation URLs are already registered",
          },
          "urlsAlreadyRegistered",
        ] as const,
    ),
    [
      "URLs that are there already, under another number",
      "c2bRegisterV1",
      500,
      error("500.002.1001", "Duplicate notification info, SP ID is 1, correlator is 2"),
      "duplicateNotificationInfo",
    ],
  ] as const)("%s", (_, id, status, body, kind) => {
    expect(decided(id, status, body)).toMatchObject({ kind: "rejected", match: { kind } });
  });

  test("the request id of an error in the keys of an acceptance", () => {
    const body = { RequestID: "q-1", ResponseCode: "400.001", ResponseMessage: "invalid short code" };
    expect(decided("pullQuery", 400, body)).toMatchObject({ error: { code: "400.001", requestId: "q-1" } });
  });

  test.each([
    [400, { error: "invalid_client" }],
    [400, { errorCode: "invalid_client", errorMessage: "?" }],
    [400, { ErrorCode: "invalid_client", Error: "ClientId is Invalid" }],
  ])("keys that the token call does not know: %s %j", (status, body) => {
    expect(decided("generateToken", status, body).kind).toBe("rejected");
  });

  test("a 4xx number that no table knows", () => {
    expect(decided("stkPush", 400, error("400.777.77", "New rule")).kind).toBe("rejected");
  });
});

describe("a token to replace", () => {
  test.each([
    [401, error("401.002.01", "Error Occurred - Invalid Access Token - c9SQxWWhmdVRlyh0zh8gZDTkubVF")],
    [404, error("404.001.03", "Invalid Access Token")],
    [400, error("400.003.01", "Invalid Access Token")],
    [401, error("401", "Unauthorized - Invalid Access Token")],
    [401, { fault: { faultstring: "Invalid access token", detail: { errorcode: "oauth.v2.InvalidAccessToken" } } }],
    [401, ""],
  ])("%s %j", (status, body) => expect(decided("b2cPaymentV3", status, body).kind).toBe("token"));

  test("in the keys of an acceptance too", () => {
    const body = { RequestID: "q-1", ResponseCode: "404.001.03", ResponseMessage: "Invalid Access Token" };
    expect(decided("pullQuery", 404, body).kind).toBe("token");
    expect(decided("stkPush", 404, { ResponseCode: "404.001.03", ResponseDescription: "Invalid" }).kind).toBe("token");
  });

  const SAID = "Invalid API call as no apiproduct match found";
  test.each([
    [401, SAID],
    [401, { errorMessage: SAID }],
    [401, error("401.009.01", SAID)],
    [403, error("403.001", SAID)],
    [404, error("404.001.03", SAID)],
    [
      401,
      { fault: { faultstring: "?", detail: { errorcode: "steps.oauth.v2.InvalidAPICallAsNoApiProductMatchFound" } } },
    ],
  ])("but not when the product is missing, in any shape: %s %j", (status, body) => {
    expect(decided("b2cPaymentV3", status, body)).toMatchObject({ kind: "rejected", match: { kind: "noApiProduct" } });
  });

  test("but not when the product is missing", () => {
    const body = error("401.003.01", "Invalid API call as no apiproduct match found");
    expect(decided("b2cPaymentV3", 401, body)).toMatchObject({ kind: "rejected", match: { kind: "noApiProduct" } });
  });
});

describe("too many requests", () => {
  const spike = (text: string) => ({
    fault: { faultstring: text, detail: { errorcode: "policies.ratelimit.SpikeArrestViolation" } },
  });
  const rate =
    "Allowed rate : MessageRate{messagesPerPeriod=5, periodInMicroseconds=60000000, maxBurstMessageCount=1.0}";

  test("the rate in the text tells the pause", () => {
    expect(decided("stkQuery", 429, spike(`Spike arrest violation. ${rate}`))).toMatchObject({
      kind: "busy",
      retryAfterMs: 12_000,
    });
  });

  test("Retry-After wins over the text", () => {
    expect(decided("stkQuery", 429, spike(rate), { "retry-after": "3" })).toMatchObject({
      kind: "busy",
      retryAfterMs: 3_000,
    });
  });

  test("500.003.02 and 500.003.03 are refusals too", () => {
    expect(decided("stkPush", 500, error("500.003.02", "System is busy. Please try again in few minutes.")).kind).toBe(
      "busy",
    );
    expect(decided("stkPush", 500, error("500.003.03", "Error Occurred: Quota Violation")).kind).toBe("busy");
  });
});

describe("pending, in the forms that come as an error", () => {
  test.each([
    ["being processed", 500, error("500.001.1001", "The transaction is being processed")],
    ["an empty message", 500, error("500.001.1001", "")],
    ["an empty message with 200", 200, error("500.001.1001", "")],
    ["does not exist yet", 500, error("500.001.1001", "The transaction does not Exist")],
    ["asked too early", 400, error("400.002.02", "Bad Request - Invalid CheckoutRequestID")],
  ])("%s", (_, status, body) => expect(decided("stkQuery", status, body).kind).toBe("pending"));

  test("the same texts prove nothing about a push", () => {
    expect(decided("stkPush", 500, error("500.001.1001", "")).kind).toBe("unclear");
    expect(decided("stkPush", 500, error("500.001.1001", "The transaction is being processed")).kind).toBe("unclear");
  });
});

describe("unclear: it may have been processed", () => {
  test.each([
    ["an unknown 5xx code", 500, error("500.123.45", "Something new")],
    ["an internal error", 500, error("500.003.1001", "Internal Server Error")],
    ["a duplicate id: the first one went in", 500, error("500.002.1001", "Duplicate OriginatorConversationID.")],
    [
      "a gateway timeout",
      504,
      {
        fault: {
          faultstring: "Gateway Timeout",
          detail: { errorcode: "messaging.adaptors.http.flow.GatewayTimeout", reason: "TARGET_READ_TIMEOUT" },
        },
      },
    ],
    [
      "a SOAP fault",
      500,
      {
        Envelope: {
          Body: {
            Fault: {
              faultcode: "soap:Server",
              faultstring: "Execution of ServiceCallout failed",
              detail: { source: { errorcode: "steps.servicecallout.ExecutionFailed" } },
            },
          },
        },
      },
    ],
    ["the firewall's page", 403, HTML],
    ["an HTML page with 200", 200, HTML],
    ["an empty 400", 400, ""],
    ["an empty 200", 200, ""],
    ["JSON cut off", 200, '{"ResponseCode":"0","Resp'],
    ["a ResponseCode that is not zero", 200, { ResponseCode: "1", ResponseDescription: "Rejected" }],
    ["an acceptance next to an error", 200, { ResponseCode: "0", ...error("500.123.45", "What now") }],
    ["an acceptance with status 500", 500, { ResponseCode: "0" }],
    ["a redirect", 302, ""],
    ["409 and 410 of other products", 409, ""],
    ["an array", 200, [{ ResponseCode: "0" }]],
    ["an array without anything", 200, [[]]],
    ["an odd code in the keys of an acceptance", 200, { ResponseCode: "1", ResponseMessage: "Rejected" }],
    ["the product's name in an answer that is no refusal", 500, "no apiproduct match found"],
    ["null", 200, "null"],
    ["a number of the pull API", 500, error("500", "nothing available")],
  ])("%s", (_, status, body) => expect(decided("b2cPaymentV3", status, body).kind).toBe("unclear"));
});

describe("what only a read makes of an answer", () => {
  test("'nothing available' is no throttle", () => {
    expect(decided("pullQuery", 500, error("500", "nothing available"))).toMatchObject({
      kind: "unclear",
      match: { kind: "pullNothingAvailable" },
    });
  });

  test.each([{ foo: 1 }, { ResponseDescription: "Bad request, shortcode invalid" }])(
    "a registration that says nothing of success is none: %j",
    (body) => expect(decided("c2bRegisterV2", 200, body).kind).toBe("unclear"),
  );

  test("a status of other products says nothing about this one", () => {
    expect(decided("c2bRegisterV2", 409, {})).toMatchObject({ kind: "unclear", match: undefined });
    expect(decided("stkPush", 410, "")).toMatchObject({ kind: "unclear", match: undefined });
  });
});
