import { describe, expect, it } from "vitest";
import { type Bench, bench, goodRequest } from "./support/daraja.ts";

const PHONE = "254712345678";
const result = ({ received }: Bench, at = 0) => (received[at]?.body["Result"] ?? {}) as Record<string, unknown>;

describe("payments of an organisation", () => {
  it("go to a customer, with a charge", async () => {
    const one = bench();
    await one.send("b2cPaymentV3", { ...goodRequest("b2cPaymentV3"), PartyB: PHONE });
    await one.daraja.settled();
    expect(result(one)).toMatchObject({
      ResultCode: 0,
      OriginatorConversationID: goodRequest("b2cPaymentV3")["OriginatorConversationID"],
    });
    expect(one.daraja.customer(PHONE).balance).toBe(50_010);
    expect(one.daraja.ledger.balance("600998")).toBe(999_990);
    expect(one.daraja.ledger.balance("600998", "charges")).toBeLessThan(0);
  });

  it("are refused the second time under the same id, and pay twice in version 1", async () => {
    const one = bench();
    expect((await one.send("b2cPaymentV3", goodRequest("b2cPaymentV3"))).status).toBe(200);
    const { status, body } = await one.send("b2cPaymentV3", goodRequest("b2cPaymentV3"));
    expect([status, body["errorCode"], body["errorMessage"]]).toEqual([
      500,
      "500.002.1001",
      "Duplicate OriginatorConversationID.",
    ]);
    for (let at = 0; at < 2; at++)
      expect((await one.send("b2cPaymentV1", goodRequest("b2cPaymentV1"))).status).toBe(200);
    await one.daraja.settled();
    expect(one.daraja.ledger.balance("600998")).toBe(999_970);
  });

  it.each([
    ["nobody registered", { registered: false }, "b2cPaymentV3", {}, 2040],
    ["an account that is full", { balance: 499_995 }, "b2cPaymentV3", {}, 8],
    ["somebody with another ID", { idNumber: "11111111" }, "b2cValidatedPayment", {}, "R003"],
    ["somebody without such an ID", {}, "b2cValidatedPayment", { IDType: "05" }, "R002"],
  ] as const)("do not reach %s", async (_, details, operation, changes, code) => {
    const one = bench();
    one.daraja.customer(PHONE).set(details);
    await one.send(operation, { ...goodRequest(operation), PartyB: PHONE, ...changes });
    await one.daraja.settled();
    expect(result(one)).toMatchObject({ ResultCode: code, TransactionID: expect.stringMatching(/^[A-Z0-9]{3}0{7}$/) });
    expect(one.daraja.ledger.balance("600998")).toBe(1_000_000);
  });

  it("go between organisations and between own accounts", async () => {
    const one = bench();
    await one.send("b2bPayment", goodRequest("b2bPayment"));
    await one.send("b2bPayment", {
      ...goodRequest("b2bPayment"),
      CommandID: "BusinessTransferFromMMFToUtility",
      PartyB: "600992",
    });
    await one.send("taxRemittance", goodRequest("taxRemittance"));
    await one.send("b2bPayment", { ...goodRequest("b2bPayment"), PartyB: "9999999" });
    await one.send("b2bPayment", { ...goodRequest("b2bPayment"), Amount: 250_000, PartyA: "600310" });
    await one.daraja.settled();
    expect(one.received.map((_, at) => result(one, at)["ResultCode"])).toEqual(["0", "0", "0", "SFC_IC0003", "0"]);
    expect(one.daraja.ledger.balance("600000")).toBe(1_250_190);
    expect(one.daraja.ledger.balance("600992", "working")).toBe(1_000_000 - 190 - 190 - 239);
    expect(one.daraja.ledger.balance("600992")).toBe(1_000_190);
    expect(one.daraja.ledger.balance("572572")).toBe(239);
  });

  it("time out: the request comes back, nothing moves", async () => {
    const one = bench();
    one.daraja.next("b2c", { timeout: true });
    await one.send("b2cPaymentV3", goodRequest("b2cPaymentV3"));
    await one.daraja.settled();
    expect(one.received[0]?.url).toContain("timeout");
    expect(one.received[0]?.body).toMatchObject(goodRequest("b2cPaymentV3"));
    expect(one.daraja.ledger.transactions).toEqual([]);
  });
});

describe("questions", () => {
  it("find a payment by receipt, by both ids, and not under another number", async () => {
    const one = bench();
    const { body } = await one.send("b2cPaymentV3", goodRequest("b2cPaymentV3"));
    await one.daraja.settled();
    const receipt = result(one)["TransactionID"];
    const ask = goodRequest("transactionStatus");
    await one.send("transactionStatus", { ...ask, TransactionID: receipt });
    for (const id of [body["ConversationID"], body["OriginatorConversationID"]]) {
      await one.send("transactionStatus", { ...ask, TransactionID: "", OriginalConversationID: id });
    }
    await one.send("transactionStatus", { ...ask, TransactionID: receipt, PartyA: "600000" });
    await one.daraja.settled();
    const told = one.received.slice(1).map((_, at) => JSON.stringify(result(one, at + 1)));
    for (const text of told.slice(0, 3)) expect(text).toContain(`{"Key":"ReceiptNo","Value":"${String(receipt)}"}`);
    expect(told[3]).toContain('"ResultCode":2032');
  });

  it("list the payments of customers, a page at a time", async () => {
    const one = bench();
    await one.daraja.advance(1_000);
    for (let at = 0; at < 101; at++)
      one.daraja.customer(PHONE).pay({ shortCode: "600000", amount: 1, reference: `A${at}` });
    await one.daraja.settled();
    const ask = { ...goodRequest("pullQuery"), StartDate: "2026-10-06 08:00:00", EndDate: "2026-10-06 10:00:00" };
    const pages = [
      await one.send("pullQuery", ask),
      await one.send("pullQuery", { ...ask, OffSetValue: "100" }),
      await one.send("pullQuery", { ...ask, OffSetValue: "200" }),
    ];
    expect(pages.map(({ body }) => (body["Response"] as unknown[][] | undefined)?.[0]?.length)).toEqual([
      100,
      1,
      undefined,
    ]);
    for (const StartDate of ["2026-13-45 08:00:00", "2026-02-30 08:00:00", "2026-10-06 25:00:00"])
      expect((await one.send("pullQuery", { ...ask, StartDate })).body["errorMessage"], StartDate).toBe(
        "Bad Request - Invalid StartDate",
      );
    expect((await one.send("pullRegister", goodRequest("pullRegister"))).body["ResponseStatus"]).toBe("1000");
    expect((await one.send("pullRegister", goodRequest("pullRegister"))).body["ResponseStatus"]).toBe("1001");
  });
});

describe("a reversal", () => {
  it("returns a customer's payment once", async () => {
    const one = bench();
    one.daraja.customer(PHONE).pay({ shortCode: "600992", amount: 10 });
    await one.daraja.settled();
    const receipt = one.daraja.ledger.transactions[0]?.receipt;
    for (const TransactionID of [receipt, receipt, "UJ60000000"])
      await one.send("reversal", { ...goodRequest("reversal"), TransactionID });
    await one.daraja.settled();
    expect(one.received.map((_, at) => result(one, at)["ResultCode"])).toEqual([0, "R000001", "R000002"]);
    expect(one.daraja.customer(PHONE).balance).toBe(50_000);
  });
});

describe("a customer's own payment", () => {
  const register = (one: Bench, ResponseType: string) =>
    one.send("c2bRegisterV2", { ...goodRequest("c2bRegisterV2"), ShortCode: "600000", ResponseType });
  const pay = async (one: Bench) => {
    one.daraja.customer(PHONE).pay({ shortCode: "600000", amount: 70, reference: "A-1" });
    await one.daraja.settled();
    return one.daraja.customer(PHONE).balance;
  };

  it("is asked about, accepted and confirmed with the merchant's own id", async () => {
    const one = bench({
      answer: () => Response.json({ ResultCode: "0", ResultDesc: "Accepted", ThirdPartyTransID: "T-1" }),
    });
    await register(one, "Completed");
    expect(await pay(one)).toBe(49_930);
    expect(one.received.map(({ body }) => [body["OrgAccountBalance"], body["ThirdPartyTransID"]])).toEqual([
      ["", ""],
      ["1000070.00", "T-1"],
    ]);
    expect(one.received[0]?.body).toMatchObject({
      TransactionType: "Pay Bill",
      TransAmount: "70.00",
      MSISDN: "2547 ***** 678",
      BillRefNumber: "A-1",
    });
  });

  it("is refused by the merchant", async () => {
    const one = bench({ answer: () => Response.json({ ResultCode: "C2B00012", ResultDesc: "Rejected" }) });
    await register(one, "Completed");
    expect(await pay(one)).toBe(50_000);
    expect(one.received).toHaveLength(1);
  });

  it.each([
    ["Completed", 49_930],
    ["Cancelled", 50_000],
  ])("is decided by %s when the merchant is silent", async (type, balance) => {
    const one = bench({
      validationDeadlineMs: 20,
      answer: ({ body }) => (body["OrgAccountBalance"] === "" ? new Promise<Response>(() => {}) : Response.json({})),
    });
    await register(one, type);
    await expect(pay(one)).rejects.toThrow("customerPayment validation to example.com: no answer within 20 ms");
    expect(one.daraja.customer(PHONE).balance).toBe(balance);
  });

  it("follows the rules of a payment: limit, reference, receiver", () => {
    const customer = bench().daraja.customer(PHONE);
    for (const [payment, sentence] of [
      [{ shortCode: "600000", amount: 300_000 }, "amount must be a number from 1 to 250000, not 300000"],
      [{ shortCode: "600000", amount: 1.5 }, "amount must be whole shillings from 1 to 250000, not 1.5"],
      [
        { shortCode: "600000", amount: 1, reference: "x".repeat(21) },
        "reference must be a text of at most 20 characters",
      ],
      [
        { shortCode: "5550101", amount: 1, reference: "zzz" },
        "reference must be left out: a payment to a till has none",
      ],
      [
        { shortcode: "600000", amount: 1 },
        'shortCode is missing; there is no field "shortcode" (did you mean "shortCode"?)',
      ],
      [{ shortCode: "600123", amount: 1 }, "nobody has the short code 600123"],
    ] as const) {
      expect(() => customer.pay(payment as { shortCode: string; amount: number })).toThrow(sentence);
    }
  });

  it("is noticed as what it was: goods have no reference", async () => {
    const one = bench();
    for (const ShortCode of ["5550101", "600000"])
      await one.send("c2bRegisterV2", { ...goodRequest("c2bRegisterV2"), ShortCode });
    one.daraja.customer(PHONE).pay({ shortCode: "5550101", amount: 1 });
    await one.daraja.settled();
    const { BillRefNumber: _, ...simulated } = goodRequest("c2bSimulateV2");
    const goods = { ...simulated, CommandID: "CustomerBuyGoodsOnline", ShortCode: "600000" };
    expect((await one.send("c2bSimulateV2", goods)).status).toBe(200);
    await one.daraja.settled();
    expect(one.received.map(({ body }) => [body["TransactionType"], body["BillRefNumber"]])).toEqual(
      Array.from({ length: 4 }, () => ["Buy Goods", ""]),
    );
  });

  it("is registered with the zeros of the sandbox, and the zero of production", async () => {
    const codes = [];
    for (const environment of ["sandbox", "production"] as const)
      codes.push((await register(bench({ environment }), "Completed")).body["ResponseCode"]);
    expect(codes).toEqual(["00000000", "0"]);
  });

  it("carries a hashed number in version 1", async () => {
    const one = bench();
    await one.send("c2bRegisterV1", { ...goodRequest("c2bRegisterV1"), ShortCode: "600000" });
    await pay(one);
    expect(one.received[0]?.body["MSISDN"]).toMatch(/^[0-9a-f]{64}$/);
  });

  it("can be registered once in production, over https and without forbidden words", async () => {
    const one = bench({ environment: "production" });
    expect((await register(one, "Completed")).status).toBe(200);
    expect((await register(one, "Completed")).body).toMatchObject({
      errorCode: "500.003.1001",
      errorMessage: "Urls are already registered",
    });
    const wrong = (url: string) => one.send("c2bRegisterV2", { ...goodRequest("c2bRegisterV2"), ConfirmationURL: url });
    for (const url of ["http://example.com/a", "https://example.com/mpesa", "https://abc.ngrok.io/a"]) {
      expect((await wrong(url)).body["errorMessage"], url).toBe("Bad Request - Invalid ConfirmationURL");
    }
    expect((await one.send("c2bSimulateV2", goodRequest("c2bSimulateV2"))).status).toBe(404);
  });
});

describe("B2B express checkout", () => {
  it("asks the merchant's phone", async () => {
    const one = bench();
    await one.send("ussdPush", goodRequest("ussdPush"));
    one.daraja.customer("254722000000").enterPin();
    await one.daraja.settled();
    expect(one.received[0]?.body).toMatchObject({ resultCode: "0", status: "SUCCESS", amount: "71.0" });
    await one.send("ussdPush", { ...goodRequest("ussdPush"), RequestRefID: "second" });
    one.daraja.customer("254722000000").cancel();
    await one.daraja.settled();
    expect(one.received[1]?.body).toMatchObject({ resultCode: "4001", paymentReference: "ORDER-1042" });
    await one.send("ussdPush", { ...goodRequest("ussdPush"), primaryShortCode: "600000", RequestRefID: "third" });
    await one.daraja.settled();
    expect(one.received[2]?.body).toMatchObject({ resultCode: "4104" });
  });

  it("keeps the first prompt on the phone when a second one is refused", async () => {
    const one = bench();
    const push = (RequestRefID: string) => one.send("ussdPush", { ...goodRequest("ussdPush"), RequestRefID });
    const operator = one.daraja.customer("254722000000");
    await push("first");
    await one.daraja.advance(5_000);
    for (const id of ["second", "third"]) {
      await push(id);
      await one.daraja.advance(100);
      expect(one.received.at(-1)?.body).toMatchObject({ requestId: id, resultCode: "4201" });
      expect(operator.prompt?.id).toBe("first");
    }
    operator.enterPin();
    await one.daraja.settled();
    expect(one.received.at(-1)?.body).toMatchObject({ requestId: "first", resultCode: "0" });
  });
});
