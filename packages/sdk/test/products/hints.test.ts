import { type OperationInfo, operationTable } from "@mpesa/raw";
import { type CodeInfo, errorCodes, faultCodes, httpCodes } from "@mpesa/raw/codes";
import { describe, expect, it, vi } from "vitest";
import { decide } from "../../src/http/decide.ts";
import { toError } from "../../src/http/to-error.ts";
import { Redactor } from "../../src/redact.ts";
import { connect, daraja, failure, json } from "./harness.ts";

const operations = Object.values<OperationInfo>(operationTable);
const entries = (table: readonly CodeInfo[]): { code: string; text: string; status: number }[] =>
  table.flatMap(({ code, http = [500], variants = [] }) =>
    [undefined, ...variants].flatMap((variant) =>
      http.map((status) => ({
        code: code.replace("*", "Any"),
        text: variant ? variant.match : "Nobody knows",
        status,
      })),
    ),
  );
const answers = [
  ...entries(errorCodes).map(({ code, text, status }) => ({
    status,
    body: { requestId: "1", errorCode: code, errorMessage: text },
  })),
  ...entries(faultCodes).map(({ code, text, status }) => ({
    status,
    body: { fault: { faultstring: text, detail: { errorcode: code } } },
  })),
  ...httpCodes.map(({ code }) => ({ status: Number.parseInt(code, 10), body: code.endsWith("html") ? "<html>" : "" })),
  { status: 400, body: { requestId: "1", errorCode: "400.009.99", errorMessage: "Weird" } },
  { status: 400, body: { header: { responseCode: 400, responseMessage: "bad" } } },
  { status: 500, body: { requestId: "1", errorCode: "500.999", errorMessage: "Weird" } },
  { status: 429, body: {} },
  { status: 401, body: "" },
  { status: 502, body: "" },
  { status: 200, body: {} },
];

/** Calls in the text hold full stops that end no sentence. */
const sentences = (hint: string): number =>
  hint
    .replace(/mpesa\.[a-z.]+\(.*?\)(?= |\.)/gi, "CALL")
    .split(/[.?!](?:\s|$)/)
    .filter((one) => one.trim() !== "").length;

it.each(operations)("$id: every answer gets advice that fits, in two sentences at most", (operation) => {
  const recovery =
    operation.retry === "safe"
      ? undefined
      : 'Find the payment with mpesa.transactions.status({ originatorConversationId: "x" }).';

  for (const { status, body } of answers) {
    const text = typeof body === "string" ? body : JSON.stringify(body);
    const decision = decide(operation, { status, headers: new Headers(), text });
    if (decision.kind === "accepted") expect.unreachable("no answer here is an acceptance");
    const outcome = {
      kind: "decided",
      decision,
      response: { status, headers: new Headers(), text },
      resent: false,
    } as const;
    const { type, hint } = toError(outcome, { operation, redactor: new Redactor(), ids: {}, recovery });
    expect(hint, text).toBeTruthy();
    expect(sentences(hint ?? ""), hint).toBeLessThanOrEqual(2);
    if (type === "MpesaOutcomeUnknownError" && operation.retry !== "safe") {
      expect(hint).toMatch(/^(?!.*(?:[Rr]epeat|[Rr]etry|again later)).*(?:status\(|wait for)/s);
    }
    // Only a call about a payment, or one that could be one, sends people to look for a payment.
    if (operation.retry === "safe") {
      expect(hint).not.toMatch(/transaction status|send nothing|never send|do not send|a payment again|await/i);
      expect(hint).not.toMatch(/whether (?:it|the request) was processed|was not processed before/);
    }
  }
});

describe("an error", () => {
  it("quotes a short part of a long text, and keeps the whole in errorMessage", async () => {
    const long = `Bad Request - ${"x".repeat(100_000)}`;
    const { mpesa } = connect(daraja(400, "400.002.02", long));
    const error = await failure(() =>
      mpesa.qr.generate({ payTo: { till: "373132" }, amount: 1, merchantName: "S", reference: "r" }),
    );
    expect(error["errorMessage"]).toBe(long);
    expect(error.message.length).toBeLessThan(700);
    expect(error.message).toContain("xxx…");
  });

  it("has the request id in the sentence that it belongs to", async () => {
    const { mpesa } = connect(daraja(400, "400.009.99", "Weird"));
    const error = await failure(() =>
      mpesa.pull.register({ nominatedNumber: "0722000000", callbackUrl: "https://example.com/p" }),
    );
    expect(error.message).toBe(
      'pullRegister: the request was rejected: 400.009.99 "Weird" (HTTP 400) (request 4788-81090592-4). It was refused before processing: correct what the message names, then send it again.',
    );
  });

  it("of a read in doubt says to repeat it, whatever the code advises for payments", async () => {
    const { mpesa } = connect(daraja(500, "500.001.1001", "Internal Server Error"));
    const error = await failure(() => mpesa.stk.query({ checkoutRequestId: "ws_CO_191220191020363925" }));
    expect(error["hint"]).toBe("This call changes nothing that a second one would double: repeat it later.");
  });

  it.each(["requestId", "errorMessage", "errorCode"])(
    "shows no payer where %s echoes a CheckoutRequestID",
    async (field) => {
      const id = "ws_CO_07022023155508743700000013";
      const body = { requestId: "1", errorCode: "500.999", errorMessage: "?", [field]: `${id} 700000013` };
      const { mpesa, events } = connect(() => json(body, 500));
      const error = await failure(() => mpesa.stk.query({ checkoutRequestId: id }));
      expect(error["ids"]).toEqual({ checkoutRequestId: id });
      expect(`${error.stack} ${JSON.stringify(error)} ${JSON.stringify(events)}`).not.toContain("700000013");
      expect(JSON.stringify(error)).toContain("ws_CO_07022023155508743[redacted]");
    },
  );

  it.each([
    [
      "account.balance",
      (mpesa: ReturnType<typeof connect>["mpesa"]) => mpesa.account.balance({ party: { phoneNumber: "0712345678" } }),
    ],
    [
      "transactions.status",
      (mpesa: ReturnType<typeof connect>["mpesa"]) =>
        mpesa.transactions.status({ receipt: "UJ63T9K5AB", party: { phoneNumber: "0712345678" } }),
    ],
    [
      "qr.generate",
      (mpesa: ReturnType<typeof connect>["mpesa"]) =>
        mpesa.qr.generate({
          payTo: { phoneNumber: "0712345678" },
          amount: 1,
          merchantName: "S",
          reference: "r",
        } as never),
    ],
    [
      "raw",
      async (mpesa: ReturnType<typeof connect>["mpesa"]) => {
        vi.spyOn(Math, "random").mockReturnValue(0);
        await mpesa.raw.POST("/mpesa/stkpush/v1/processrequest", { body: { PhoneNumber: "254712345678" } as never });
      },
    ],
  ])("of %s shows no phone number, however the answer writes it", async (name, run) => {
    const said = "0712345678 254712345678 712345678";
    const { mpesa, events } = connect(() =>
      name === "raw"
        ? Promise.reject(new TypeError(said))
        : json({ requestId: said, errorCode: said, errorMessage: said }, 500),
    );
    const error = await failure(() => run(mpesa));
    const cause = error.cause as Error | undefined;
    expect(`${error.stack} ${JSON.stringify(error)} ${cause?.stack} ${JSON.stringify(events)}`).not.toContain(
      "712345678",
    );
  });

  it("of a lost payout through raw names the call that finds it", async () => {
    const { mpesa } = connect(() => Promise.reject(new TypeError("fetch failed")));
    const body = { OriginatorConversationID: "own-1" } as never;
    const error = await failure(() => mpesa.raw.POST("/mpesa/b2c/v3/paymentrequest", { body }));
    expect(error["hint"]).toBe(
      'It may have been processed: do not send it again. Find the payment with mpesa.transactions.status({ originatorConversationId: "own-1" }).',
    );
  });
});
